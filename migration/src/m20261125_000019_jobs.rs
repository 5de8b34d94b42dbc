//! Work that waits, or comes again: photos to inspect first, which had a queue of their own.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("job")
            .col(string_len("kind", 32))
            .col(uuid("subject"))
            .col(timestamp_with_time_zone("due_at"))
            .col(integer("attempts").default(0))
            .primary_key(Index::create().col("kind").col("subject"))
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(Index::create().name("job_due").table("job").col("kind").col("due_at").to_owned()).await?;
        // What a server that died held is free again then.
        let free = Func::coalesce([Expr::col("lease_until"), Expr::col("requested_at")]);
        let waiting = Query::select()
            .expr(Expr::value("PHOTO_INSPECTION"))
            .column("id")
            .expr(free)
            .column("attempts")
            .from("photo")
            .and_where(Expr::col("state").eq("ATTACHED"))
            .to_owned();
        let mut queue = Query::insert();
        queue.into_table("job").columns(["kind", "subject", "due_at", "attempts"]);
        queue.select_from(waiting).map_err(|error| DbErr::Custom(error.to_string()))?;
        manager.execute(queue).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Photos say themselves that they wait.
        manager.drop_table(Table::drop().table("job").to_owned()).await
    }
}
