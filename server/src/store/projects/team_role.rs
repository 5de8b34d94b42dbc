//! Who serves which project, from when to when.

use entity::{
    ids::{PersonId, ProjectId, TeamRoleId},
    team_role::{Column, Entity, Model},
    values::TeamRoleKind,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::store::scope::{Scope, in_scope};

/// All roles of these projects, past ones too, the oldest first.
pub async fn of_projects(
    connection: &impl ConnectionTrait,
    projects: impl IntoIterator<Item = ProjectId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::ProjectId.is_in(projects))
        .order_by_asc(Column::FromDate)
        .order_by_asc(Column::Id)
        .all(connection)
        .await
}

/// A person's roles on a project, past ones too.
pub async fn of_person(
    connection: &impl ConnectionTrait,
    project: ProjectId,
    person: PersonId,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::ProjectId.eq(project)).filter(Column::PersonId.eq(person)).all(connection).await
}

/// A person's roles, past ones too.
pub async fn all_of_person(connection: &impl ConnectionTrait, person: PersonId) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::PersonId.eq(person)).all(connection).await
}

/// A person's roles that go on on a day, the oldest first.
pub async fn on_day_of_person(
    connection: &impl ConnectionTrait,
    person: PersonId,
    day: chrono::NaiveDate,
    first: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::PersonId.eq(person))
        .filter(Column::FromDate.lte(day))
        .filter(Column::ToDate.is_null().or(Column::ToDate.gte(day)))
        .order_by_asc(Column::FromDate)
        .order_by_asc(Column::Id)
        .limit(first)
        .all(connection)
        .await
}

/// A role in scope.
pub async fn find(connection: &impl ConnectionTrait, scope: Scope, id: TeamRoleId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(in_scope(scope, Column::ProjectId)).one(connection).await
}

/// The roles of a kind on a project that go on.
pub async fn open(
    connection: &impl ConnectionTrait,
    project: ProjectId,
    kind: TeamRoleKind,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::ProjectId.eq(project))
        .filter(Column::Kind.eq(kind))
        .filter(Column::ToDate.is_null())
        .all(connection)
        .await
}

/// Records a role.
pub async fn insert(connection: &impl ConnectionTrait, role: Model) -> Result<(), DbErr> {
    role.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Ends a role on a day, its last one.
pub async fn end(connection: &impl ConnectionTrait, id: TeamRoleId, last_day: chrono::NaiveDate) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::ToDate, Expr::value(last_day))
        .filter(Column::Id.eq(id))
        .exec(connection)
        .await
        .map(|_| ())
}
