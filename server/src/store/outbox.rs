//! The outbox: events in the order they were committed, without gaps.
//!
//! Each writer takes its positions from one locked row and keeps the lock until it commits. So positions become
//! visible in order, and a reader that has seen `n` will never see a smaller one appear.

use chrono::{DateTime, Utc};
use entity::{outbox_event, outbox_head};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

/// The channel PostgreSQL tells other servers on that there is something new.
pub const CHANNEL: &str = "onsite_outbox";

const HEAD: i32 = 1;

/// Appends events. Call it last in a transaction: other writers wait from here on.
pub async fn append(connection: &impl ConnectionTrait, payloads: Vec<String>, now: DateTime<Utc>) -> Result<(), DbErr> {
    let count = i64::try_from(payloads.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return Ok(());
    }
    advance(connection, count).await?;
    let last = head(connection).await?;
    let events = (last - count + 1..).zip(payloads).map(|(position, payload)| {
        outbox_event::Model { position, payload, recorded_at: now }.into_active_model().reset_all()
    });
    outbox_event::Entity::insert_many(events).exec_without_returning(connection).await?;
    if connection.get_database_backend() == DbBackend::Postgres {
        connection.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
    }
    Ok(())
}

/// Makes other writers wait, as [`append`] does, where there is no event. Call it last in a transaction.
pub async fn hold(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    advance(connection, 0).await
}

async fn advance(connection: &impl ConnectionTrait, by: i64) -> Result<(), DbErr> {
    outbox_head::Entity::update_many()
        .col_expr(outbox_head::Column::Position, Expr::col(outbox_head::Column::Position).add(by))
        .filter(outbox_head::Column::Id.eq(HEAD))
        .exec(connection)
        .await
        .map(|_| ())
}

/// The last position given out.
pub async fn head(connection: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let head = outbox_head::Entity::find_by_id(HEAD).one(connection).await?;
    Ok(head.map_or(0, |head| head.position))
}

/// Events after a position, in order.
pub async fn after(
    connection: &impl ConnectionTrait,
    position: i64,
    limit: u64,
) -> Result<Vec<outbox_event::Model>, DbErr> {
    outbox_event::Entity::find()
        .filter(outbox_event::Column::Position.gt(position))
        .order_by_asc(outbox_event::Column::Position)
        .limit(limit)
        .all(connection)
        .await
}

/// The earliest position still kept; none while there is no event.
pub async fn earliest(connection: &impl ConnectionTrait) -> Result<Option<i64>, DbErr> {
    let first = outbox_event::Entity::find().order_by_asc(outbox_event::Column::Position).one(connection).await?;
    Ok(first.map(|event| event.position))
}

/// When the newest record was made, whoever made it: the last event, or the last link of the chain.
pub async fn newest_record(connection: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    let event = outbox_event::Entity::find().order_by_desc(outbox_event::Column::Position).one(connection).await?;
    let link = super::chain::last(connection).await?;
    Ok(event.map(|event| event.recorded_at).into_iter().chain(link.map(|link| link.recorded_at)).max())
}

/// Forgets events recorded before a time.
pub async fn forget(connection: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let forgotten = outbox_event::Entity::delete_many()
        .filter(outbox_event::Column::RecordedAt.lt(before))
        .exec(connection)
        .await?;
    Ok(forgotten.rows_affected)
}
