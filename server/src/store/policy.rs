//! Policy versions.

use chrono::{DateTime, Utc};
use entity::policy::{Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

/// The policy that holds at a time: the newest version in effect by then, or the very first.
pub async fn at(connection: &impl ConnectionTrait, time: DateTime<Utc>) -> Result<Model, DbErr> {
    let versions = all(connection).await?;
    let first = versions.last().cloned();
    versions
        .into_iter()
        .find(|policy| policy.effective_from <= time)
        .or(first)
        .ok_or_else(|| DbErr::RecordNotFound("no policy version: is the database migrated?".to_owned()))
}

/// All versions, the newest first.
pub async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_desc(Column::Version).all(connection).await
}

/// The newest versions, the newest first.
pub async fn newest(connection: &impl ConnectionTrait, most: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_desc(Column::Version).limit(most).all(connection).await
}

/// A version by its number.
pub async fn find(connection: &impl ConnectionTrait, version: i32) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Version.eq(version)).one(connection).await
}

/// Adopts a version.
pub async fn insert(connection: &impl ConnectionTrait, policy: Model) -> Result<(), DbErr> {
    policy.into_active_model().reset_all().insert(connection).await.map(|_| ())
}
