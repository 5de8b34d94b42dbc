//! What devices say that they signed.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(signed_text()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("signed_text").to_owned()).await
    }
}

fn signed_text() -> TableCreateStatement {
    Table::create()
        .table("signed_text")
        .col(uuid("check_in_id").primary_key())
        .col(text("text"))
        .foreign_key(
            ForeignKey::create().from_tbl("signed_text").from_col("check_in_id").to_tbl("check_in").to_col("id"),
        )
        .to_owned()
}
