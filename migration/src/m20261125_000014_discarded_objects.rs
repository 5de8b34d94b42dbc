//! Objects that the object store is to forget.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(discarded_object()).await
    }

    /// What is still to be removed then stays in the object store, where nothing names it any more.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("discarded_object").to_owned()).await
    }
}

fn discarded_object() -> TableCreateStatement {
    Table::create()
        .table("discarded_object")
        .col(string_len("object_key", 200).primary_key())
        .col(timestamp_with_time_zone("due_at"))
        .to_owned()
}
