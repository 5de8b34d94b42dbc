//! Signs of life, by which a server finds out whether its database keeps what is written.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("heartbeat")
            .col(uuid("server_id").primary_key())
            .col(timestamp_with_time_zone("beaten_at"))
            .col(blob("filling"));
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("heartbeat").to_owned()).await
    }
}
