//! Judging many check-ins again: why, by whom, and what came of it.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(rejudgement()).await?;
        // SQLite can't add a reference to a table that exists.
        manager.alter_table(Table::alter().table("assessment").add_column(uuid_null("rejudgement_id")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("assessment").drop_column("rejudgement_id").to_owned()).await?;
        manager.drop_table(Table::drop().table("rejudgement").to_owned()).await
    }
}

fn refers(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_tbl(from).from_col(column).to_tbl(to).to_col("id").to_owned()
}

fn rejudgement() -> TableCreateStatement {
    Table::create()
        .table("rejudgement")
        .col(uuid("id").primary_key())
        .col(uuid_null("account_id"))
        .col(text("reason"))
        .col(uuid_null("project_id"))
        .col(date("from_date"))
        .col(date("to_date"))
        .col(text_null("verdicts"))
        .col(integer_null("policy_version"))
        .col(integer("check_ins"))
        .col(integer("unchanged"))
        .col(integer("changed"))
        .col(integer("photos"))
        .col(text("transitions"))
        .col(timestamp_with_time_zone("begun_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(&mut refers("rejudgement", "account_id", "account"))
        .foreign_key(&mut refers("rejudgement", "project_id", "project"))
        .to_owned()
}
