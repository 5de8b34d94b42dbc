//! Objects that the object store is to forget.

use chrono::{DateTime, Utc};
use entity::discarded_object::{Column, Entity, Model};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

/// Notes that an object is to go, in the transaction that takes away what named it.
pub async fn insert(connection: &impl ConnectionTrait, object_key: String, due_at: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::insert(Model { object_key, due_at }.into_active_model())
        .on_conflict(OnConflict::column(Column::ObjectKey).do_nothing().to_owned())
        .exec_without_returning(connection)
        .await
        .map(drop)
}

/// Some of those that may go now.
pub async fn due(connection: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::DueAt.lte(now)).order_by_asc(Column::DueAt).limit(limit).all(connection).await
}

/// Forgets one that is gone.
pub async fn remove(connection: &impl ConnectionTrait, object_key: &str) -> Result<(), DbErr> {
    Entity::delete_by_id(object_key).exec(connection).await.map(drop)
}
