//! Policy versions.

use entity::policy::{Column, Entity, Model};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryOrder, QuerySelect};

/// All versions, the newest first.
pub async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_desc(Column::Version).all(connection).await
}

/// The newest versions, the newest first.
pub async fn newest(connection: &impl ConnectionTrait, most: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_desc(Column::Version).limit(most).all(connection).await
}

/// Adopts a version.
pub async fn insert(connection: &impl ConnectionTrait, policy: Model) -> Result<(), DbErr> {
    policy.into_active_model().reset_all().insert(connection).await.map(|_| ())
}
