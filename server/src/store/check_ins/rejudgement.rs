//! Many check-ins judged again.

use entity::rejudgement::{Column, Entity, Model};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryOrder, QuerySelect};

/// Records one that begins.
pub async fn insert(connection: &impl ConnectionTrait, rejudgement: Model) -> Result<(), DbErr> {
    rejudgement.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Records how far one has come.
pub async fn save(connection: &impl ConnectionTrait, rejudgement: Model) -> Result<(), DbErr> {
    rejudgement.into_active_model().reset_all().update(connection).await.map(|_| ())
}

/// The last ones, the latest first.
pub async fn latest(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_desc(Column::BegunAt).order_by_desc(Column::Id).limit(limit).all(connection).await
}
