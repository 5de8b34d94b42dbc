//! What devices say that they signed.

use entity::{
    ids::CheckInId,
    signed_text::{Entity, Model},
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};

/// Keeps what the device of a check-in says that it signed.
pub async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(connection).await.map(|_| ())
}

/// What the device of a check-in says that it signed.
pub async fn of_check_in(connection: &impl ConnectionTrait, id: CheckInId) -> Result<Option<String>, DbErr> {
    Ok(Entity::find_by_id(id).one(connection).await?.map(|row| row.text))
}
