//! Attempts to sign in that have not succeeded.

use chrono::{DateTime, Utc};
use entity::sign_in_attempt::{Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, OnConflict},
};

/// Locks a slot until the transaction ends, and returns what it holds: no attempts, if there were none.
pub async fn lock(connection: &impl ConnectionTrait, slot: i32, now: DateTime<Utc>) -> Result<Model, DbErr> {
    let empty = Model { slot, failures: 0, last_at: now };
    Entity::insert(empty.clone().into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(Column::Slot)
                // Changes nothing, but takes the row's lock where DO NOTHING would not.
                .value(Column::Failures, Expr::col((Entity, Column::Failures)))
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    Ok(Entity::find_by_id(slot).one(connection).await?.unwrap_or(empty))
}

/// Records a slot that is locked.
pub async fn save(connection: &impl ConnectionTrait, attempts: Model) -> Result<(), DbErr> {
    attempts.into_active_model().reset_all().update(connection).await.map(|_| ())
}

/// Forgets the attempts of a slot: one succeeded.
pub async fn clear(connection: &impl ConnectionTrait, slot: i32) -> Result<(), DbErr> {
    Entity::delete_by_id(slot).exec(connection).await.map(|_| ())
}

/// Forgets attempts of long ago.
pub async fn forget(connection: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::LastAt.lt(before)).exec(connection).await?.rows_affected)
}
