//! People.

use entity::{
    ids::PersonId,
    person::{Column, Entity, Model},
    team_role,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, LockType},
};

use crate::store::{
    listing::Listing,
    scope::{Scope, in_scope},
};

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

/// The people a viewer may look up by id: themselves, and whoever serves a project in scope.
pub fn visible_by_id(scope: Scope) -> Listing {
    let served = team_role::Entity::find()
        .select_only()
        .column(team_role::Column::PersonId)
        .filter(in_scope(scope, team_role::Column::ProjectId))
        .into_query();
    let visible = match scope {
        Scope::Everything => Condition::all(),
        _ => Condition::any()
            .add(Column::Id.in_subquery(served))
            .add_option(scope.person().map(|own| Column::Id.eq(own))),
    };
    Listing::ascending(Entity::find().filter(visible), [Column::Id])
}

/// People of this name.
pub async fn find_by_name(connection: &impl ConnectionTrait, name: &str) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::Name.eq(name)).all(connection).await
}

/// Whether a person, by this expression of their id, serves or served a project together with another.
pub fn is_team_mate(person: Expr, of: PersonId) -> Expr {
    let mates = team_role::Entity::find()
        .select_only()
        .column(team_role::Column::PersonId)
        .filter(in_scope(Scope::Team(of), team_role::Column::ProjectId))
        .into_query();
    person.in_subquery(mates)
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
