//! Check-ins that wait to be judged again, because one that was recorded later contradicts them.

use sea_orm_migration::{prelude::*, schema::*};

const COORDINATES: &str = "check_in_fix_coordinates";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("contradiction")
            .col(uuid("check_in_id").primary_key())
            .col(timestamp_with_time_zone("found_at"))
            .foreign_key(
                ForeignKey::create().from_tbl("contradiction").from_col("check_in_id").to_tbl("check_in").to_col("id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name(COORDINATES).table("check_in_fix").col("latitude").col("longitude");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What went before knows no such trigger, and could not read these assessments.
        let known = Query::update()
            .table("assessment")
            .value("trigger", "REJUDGEMENT")
            .and_where(Expr::col("trigger").eq("CONTRADICTION"))
            .to_owned();
        manager.execute(known).await?;
        manager.drop_index(Index::drop().name(COORDINATES).table("check_in_fix").to_owned()).await?;
        manager.drop_table(Table::drop().table("contradiction").to_owned()).await
    }
}
