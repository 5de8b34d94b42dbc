//! The append-only hash chain over check-ins, assessments and decisions.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("chain_entry")
                    .col(big_integer("sequence").primary_key())
                    .col(string_len("kind", 32))
                    .col(uuid("subject"))
                    .col(text("payload"))
                    .col(string_len("previous", 64))
                    .col(string_len("hash", 64))
                    .col(timestamp_with_time_zone("recorded_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("chain_entry").to_owned()).await
    }
}
