//! Decisions of people about check-ins, and appeals against them.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(appeal()).await?;
        manager.create_table(decision()).await?;
        manager
            .create_index(
                Index::create().name("standing_verdict").table("standing").col("verdict").col("check_in_id").to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("standing_verdict").table("standing").to_owned()).await?;
        for table in ["decision", "appeal"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn refers(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_tbl(from).from_col(column).to_tbl(to).to_col("id").to_owned()
}

fn appeal() -> TableCreateStatement {
    Table::create()
        .table("appeal")
        .col(uuid("id").primary_key())
        .col(uuid("check_in_id"))
        .col(uuid("person_id"))
        .col(text("statement"))
        .col(text("photos"))
        .col(timestamp_with_time_zone("appealed_at"))
        .foreign_key(&mut refers("appeal", "check_in_id", "check_in"))
        .foreign_key(&mut refers("appeal", "person_id", "person"))
        .index(Index::create().name("appeal_once").unique().col("check_in_id"))
        .to_owned()
}

fn decision() -> TableCreateStatement {
    Table::create()
        .table("decision")
        .col(uuid("id").primary_key())
        .col(uuid("check_in_id"))
        .col(integer("sequence"))
        .col(uuid("account_id"))
        .col(uuid_null("appeal_id"))
        .col(uuid("assessment_id"))
        .col(string_len("verdict", 32))
        .col(string_len("reason", 32))
        .col(text("note"))
        .col(timestamp_with_time_zone("decided_at"))
        .foreign_key(&mut refers("decision", "check_in_id", "check_in"))
        .foreign_key(&mut refers("decision", "account_id", "account"))
        .foreign_key(&mut refers("decision", "appeal_id", "appeal"))
        .foreign_key(&mut refers("decision", "assessment_id", "assessment"))
        .index(Index::create().name("decision_sequence").unique().col("check_in_id").col("sequence"))
        .to_owned()
}
