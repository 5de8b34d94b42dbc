//! Organisations.

use entity::{
    ids::OrganisationId,
    organisation::{Column, Entity, Model},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

/// Organisations by id.
pub async fn find(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = OrganisationId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::Id.is_in(ids)).all(connection).await
}

/// The organisation of this name.
pub async fn find_by_name(connection: &impl ConnectionTrait, name: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Name.eq(name)).one(connection).await
}

/// Records an organisation.
pub async fn insert(connection: &impl ConnectionTrait, organisation: Model) -> Result<(), DbErr> {
    organisation.into_active_model().reset_all().insert(connection).await.map(|_| ())
}
