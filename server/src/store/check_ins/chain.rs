//! The hash chain's links.

use chrono::{DateTime, Utc};
use entity::chain_entry::{Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

/// The last link; none before the first.
pub async fn last(connection: &impl ConnectionTrait) -> Result<Option<Model>, DbErr> {
    Entity::find().order_by_desc(Column::Sequence).one(connection).await
}

/// Appends links. Whoever calls this holds the outbox's lock, so that links are made one at a time.
pub async fn append(connection: &impl ConnectionTrait, links: Vec<Model>) -> Result<(), DbErr> {
    if links.is_empty() {
        return Ok(());
    }
    let links = links.into_iter().map(|link| link.into_active_model().reset_all());
    Entity::insert_many(links).exec_without_returning(connection).await.map(|_| ())
}

/// Links after a sequence number, in order.
pub async fn after(connection: &impl ConnectionTrait, sequence: i64, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::Sequence.gt(sequence))
        .order_by_asc(Column::Sequence)
        .limit(limit)
        .all(connection)
        .await
}

/// A link by its sequence number.
pub async fn find(connection: &impl ConnectionTrait, sequence: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(sequence).one(connection).await
}

/// The last link recorded before a time.
pub async fn last_before(connection: &impl ConnectionTrait, time: DateTime<Utc>) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::RecordedAt.lt(time)).order_by_desc(Column::Sequence).one(connection).await
}
