//! People.

use std::collections::HashSet;

use entity::{
    ids::PersonId,
    person::{Column, Entity, Model},
    team_role,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, LockType},
};

use crate::store::scope::{Scope, in_scope};

/// People by id. Names are shown to whoever may see what led to them.
pub async fn find(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::Id.is_in(ids)).all(connection).await
}

/// Has whoever else counts what is this person's wait until the transaction ends.
pub async fn lock(connection: &impl ConnectionTrait, id: PersonId) -> Result<(), DbErr> {
    // Not from those who only refer to them.
    Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(connection).await.map(drop)
}

/// A person the viewer may look up: themselves, and whoever serves a project in scope.
pub async fn find_visible(
    connection: &impl ConnectionTrait,
    scope: Scope,
    id: PersonId,
) -> Result<Option<Model>, DbErr> {
    let select = Entity::find_by_id(id);
    let select = match scope {
        Scope::Everything => select,
        _ if scope.person() == Some(id) => select,
        _ => select.filter(
            Column::Id.in_subquery(
                team_role::Entity::find()
                    .select_only()
                    .column(team_role::Column::PersonId)
                    .filter(in_scope(scope, team_role::Column::ProjectId))
                    .into_query(),
            ),
        ),
    };
    select.one(connection).await
}

/// People of this name.
pub async fn find_by_name(connection: &impl ConnectionTrait, name: &str) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::Name.eq(name)).all(connection).await
}

/// Everyone who serves, or served, a project together with `person`.
pub async fn team_mates(connection: &impl ConnectionTrait, person: PersonId) -> Result<HashSet<PersonId>, DbErr> {
    let ids: Vec<PersonId> = team_role::Entity::find()
        .select_only()
        .column(team_role::Column::PersonId)
        .distinct()
        .filter(in_scope(Scope::Team(person), team_role::Column::ProjectId))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Records a person.
pub async fn insert(connection: &impl ConnectionTrait, person: Model) -> Result<(), DbErr> {
    person.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Sets the phone number of a person.
pub async fn set_phone(connection: &impl ConnectionTrait, id: PersonId, phone: &str) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Phone, Expr::value(phone))
        .filter(Column::Id.eq(id))
        .exec(connection)
        .await
        .map(|_| ())
}
