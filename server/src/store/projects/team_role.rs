//! Who serves which project, from when to when.

use chrono::NaiveDate;
use entity::{
    ids::{PersonId, ProjectId, TeamRoleId},
    team_role::{Column, Entity, Model},
    values::TeamRoleKind,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    Select,
    sea_query::{Expr, ExprTrait},
};

use crate::store::listing::Listing;

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
pub fn of_person_on(person: PersonId, day: NaiveDate) -> Listing {
    oldest_first(going_on(day).filter(Column::PersonId.eq(person)))
}

/// The roles of each project, the oldest first.
pub fn of_each_project() -> Listing {
    oldest_first(Entity::find()).of_each(Column::ProjectId)
}

/// The roles of each project that go on on a day, the oldest first; only those of a kind, if one is given.
pub fn of_each_project_on(day: NaiveDate, kind: Option<TeamRoleKind>) -> Listing {
    let roles = going_on(day);
    oldest_first(match kind {
        Some(kind) => roles.filter(Column::Kind.eq(kind)),
        None => roles,
    })
    .of_each(Column::ProjectId)
}

fn going_on(day: NaiveDate) -> Select<Entity> {
    Entity::find().filter(Column::FromDate.lte(day)).filter(Column::ToDate.is_null().or(Column::ToDate.gte(day)))
}

fn oldest_first(roles: Select<Entity>) -> Listing {
    Listing::ascending(roles, [Column::FromDate, Column::Id])
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
pub async fn end(connection: &impl ConnectionTrait, id: TeamRoleId, last_day: NaiveDate) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::ToDate, Expr::value(last_day))
        .filter(Column::Id.eq(id))
        .exec(connection)
        .await
        .map(|_| ())
}
