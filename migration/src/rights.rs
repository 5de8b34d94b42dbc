//! On the way down: what a table or column that goes away forbade must not be allowed afterwards, or after going up again.

use sea_orm_migration::prelude::*;

/// Ends all sessions: some of them may do less than others, or were opened with less, and nothing will tell which.
pub(crate) async fn end_sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.execute(Query::delete().from_table("session").to_owned()).await
}

/// Disables the accounts of a condition, until someone enables them knowingly.
pub(crate) async fn disable_accounts(manager: &SchemaManager<'_>, whose: Condition) -> Result<(), DbErr> {
    let disabled = Query::update()
        .table("account")
        .value("disabled_at", Expr::current_timestamp())
        .cond_where(Condition::all().add(Expr::col("disabled_at").is_null()).add(whose))
        .to_owned();
    manager.execute(disabled).await
}

/// Drops a table that a later migration leaves standing because it forbids something.
pub(crate) async fn drop_left(manager: &SchemaManager<'_>, table: &'static str) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table(table).if_exists().to_owned()).await
}
