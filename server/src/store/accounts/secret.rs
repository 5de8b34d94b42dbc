//! Random keys of this installation.

use entity::secret::{Column, Entity, Model};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, sea_query::OnConflict};

/// The key for a purpose; `fresh` becomes it if there is none yet, and every server then agrees on it.
pub async fn get_or_set(connection: &impl ConnectionTrait, purpose: &str, fresh: String) -> Result<String, DbErr> {
    let secret = Model { purpose: purpose.to_owned(), value: fresh.clone() };
    Entity::insert(secret.into_active_model().reset_all())
        .on_conflict(OnConflict::column(Column::Purpose).do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    let kept = Entity::find_by_id(purpose.to_owned()).one(connection).await?;
    Ok(kept.map_or(fresh, |secret| secret.value))
}
