//! Signs of life, written to find out whether anything can be.

use chrono::{DateTime, Utc};
use entity::heartbeat::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict};
use uuid::Uuid;

/// Two pages of SQLite's and one of PostgreSQL's: more than fits into a corner that happens to be left.
const FILLING: usize = 8 * 1024;

/// Writes a server's sign of life.
pub async fn beat(connection: &impl ConnectionTrait, server: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    let row = Model { server_id: server, beaten_at: now, filling: vec![0; FILLING] };
    Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::column(Column::ServerId).update_columns([Column::BeatenAt, Column::Filling]).to_owned(),
        )
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

/// Forgets servers that were last heard of before a time.
pub async fn forget(connection: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::BeatenAt.lt(before)).exec(connection).await?.rows_affected)
}
