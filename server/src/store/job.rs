//! Work that waits, on whichever server gets to it.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    job::{Column, Entity, Model},
    values::JobKind,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

/// Puts work into the queue. What is in it already stays as it is.
pub async fn queue(
    connection: &impl ConnectionTrait,
    kind: JobKind,
    subjects: impl IntoIterator<Item = Uuid>,
    due_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let rows = subjects.into_iter().map(|subject| Model { kind, subject, due_at, attempts: 0 });
    let rows: Vec<_> = rows.map(|row| row.into_active_model().reset_all()).collect();
    if rows.is_empty() {
        return Ok(());
    }
    Entity::insert_many(rows)
        .on_conflict(OnConflict::columns([Column::Kind, Column::Subject]).do_nothing().to_owned())
        .exec_without_returning(connection)
        .await
        .map(drop)
}

/// Whether work is in the queue.
pub async fn is_queued(connection: &impl ConnectionTrait, kind: JobKind, subject: Uuid) -> Result<bool, DbErr> {
    Ok(Entity::find_by_id((kind, subject)).one(connection).await?.is_some())
}

/// Some work that is due, the earliest first. What would be due later than in `longest` was noted by a clock that was ahead,
/// and is due now.
pub async fn due(
    connection: &impl ConnectionTrait,
    kind: JobKind,
    now: DateTime<Utc>,
    longest: TimeDelta,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::Kind.eq(kind))
        .filter(is_due(now, longest))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Subject)
        .limit(limit)
        .all(connection)
        .await
}

/// Takes work that is due, until `until`; false if another server was faster.
pub async fn take(
    connection: &impl ConnectionTrait,
    kind: JobKind,
    subject: Uuid,
    now: DateTime<Utc>,
    longest: TimeDelta,
    until: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let taken = Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(until))
        .filter(Column::Kind.eq(kind))
        .filter(Column::Subject.eq(subject))
        .filter(is_due(now, longest))
        .exec(connection)
        .await?;
    Ok(taken.rows_affected == 1)
}

fn is_due(now: DateTime<Utc>, longest: TimeDelta) -> Condition {
    Condition::any().add(Column::DueAt.lte(now)).add(Column::DueAt.gt(now + longest))
}

/// Gives work back that could not be done, as it was before, for whoever looks again from then on.
pub async fn give_back(connection: &impl ConnectionTrait, job: &Model, from: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(from))
        .col_expr(Column::Attempts, Expr::value(job.attempts))
        .filter(Column::Kind.eq(job.kind))
        .filter(Column::Subject.eq(job.subject))
        .exec(connection)
        .await
        .map(drop)
}

/// Puts work off that comes again.
pub async fn put_off(
    connection: &impl ConnectionTrait,
    kind: JobKind,
    subject: Uuid,
    until: DateTime<Utc>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(until))
        .filter(Column::Kind.eq(kind))
        .filter(Column::Subject.eq(subject))
        .exec(connection)
        .await
        .map(drop)
}

/// Counts an attempt that a crash may break off.
pub async fn count_attempt(connection: &impl ConnectionTrait, kind: JobKind, subject: Uuid) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Kind.eq(kind))
        .filter(Column::Subject.eq(subject))
        .exec(connection)
        .await
        .map(drop)
}

/// Takes work out of the queue: it is done.
pub async fn done(connection: &impl ConnectionTrait, kind: JobKind, subject: Uuid) -> Result<(), DbErr> {
    Entity::delete_by_id((kind, subject)).exec(connection).await.map(drop)
}
