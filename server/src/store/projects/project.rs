//! Enterprise projects.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    ids::{PersonId, ProjectId},
    project::{Column, Entity, Model},
    team_role,
    values::{Stage, Tier},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Value,
    sea_query::{Expr, ExprTrait, Func, LikeExpr, SelectStatement},
};

use crate::store::{
    listing::Listing,
    page::Key,
    scope::{Scope, in_scope},
};

/// Where a project stands in the list: by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProjectKey {
    /// Number on the published list.
    pub number: i32,
    /// Id.
    pub id: ProjectId,
}

impl Key for ProjectKey {
    fn values(&self) -> (Value, Value) {
        (self.number.into(), self.id.into())
    }
}

/// Which projects are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProjectFilter {
    /// Of this tier.
    pub tier: Option<Tier>,
    /// At one of these stages.
    pub stages: Option<Vec<Stage>>,
    /// With this text in their name.
    pub name_contains: Option<String>,
    /// Open (true) or closed (false) ones.
    pub open: Option<bool>,
    /// By who serves them.
    pub served: Option<Served>,
}

/// Whether a person serves on a project's team on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Served {
    /// Who; nobody serves anywhere.
    pub person: Option<PersonId>,
    /// The day.
    pub today: NaiveDate,
    /// Whether they do (true) or don't (false).
    pub served: bool,
}

fn matching(scope: Scope, filter: &ProjectFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(in_scope(scope, Column::Id));
    if let Some(tier) = filter.tier {
        select = select.filter(Column::Tier.eq(tier));
    }
    if let Some(stages) = &filter.stages {
        select = select.filter(Column::Stage.is_in(stages.iter().copied()));
    }
    if let Some(text) = &filter.name_contains {
        select = select
            .filter(Expr::expr(Func::lower(Expr::col((Entity, Column::Name)))).like(containing(&text.to_lowercase())));
    }
    if let Some(served) = filter.served {
        let projects = of_team(served);
        let condition =
            if served.served { Column::Id.in_subquery(projects) } else { Column::Id.not_in_subquery(projects) };
        select = select.filter(condition);
    }
    match filter.open {
        Some(true) => select.filter(Column::ClosedAt.is_null()),
        Some(false) => select.filter(Column::ClosedAt.is_not_null()),
        None => select,
    }
}

/// The projects that someone serves on a day.
fn of_team(served: Served) -> SelectStatement {
    use team_role::Column;
    team_role::Entity::find()
        .select_only()
        .column(Column::ProjectId)
        .filter(Column::PersonId.is_in(served.person))
        .filter(Column::FromDate.lte(served.today))
        .filter(Column::ToDate.is_null().or(Column::ToDate.gte(served.today)))
        .into_query()
}

/// A pattern for text that stands as it is: `%` and `_` mean themselves.
fn containing(text: &str) -> LikeExpr {
    let literal: String =
        text.chars().flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c])).collect();
    LikeExpr::new(format!("%{literal}%")).escape('!')
}

/// The projects in scope that match, by number.
pub fn listing(scope: Scope, filter: &ProjectFilter) -> Listing {
    Listing::ascending(matching(scope, filter), [Column::Number, Column::Id])
}

/// Projects in scope by id.
pub async fn find(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: impl IntoIterator<Item = ProjectId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(in_scope(scope, Column::Id)).filter(Column::Id.is_in(ids)).all(connection).await
}

/// Which of these projects are closed, and since when.
pub async fn closed(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ProjectId>,
) -> Result<Vec<(ProjectId, DateTime<Utc>)>, DbErr> {
    Entity::find()
        .select_only()
        .columns([Column::Id, Column::ClosedAt])
        .filter(Column::Id.is_in(ids))
        .filter(Column::ClosedAt.is_not_null())
        .into_tuple()
        .all(connection)
        .await
}

/// The project of this name.
pub async fn find_by_name(connection: &impl ConnectionTrait, name: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Name.eq(name)).one(connection).await
}

/// Every project's id, by number: for work on all of them.
pub async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_asc(Column::Number).order_by_asc(Column::Id).all(connection).await
}

/// Records a project.
pub async fn insert(connection: &impl ConnectionTrait, project: Model) -> Result<(), DbErr> {
    project.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Closes a project from `at` on; false if it was closed before.
pub async fn close(connection: &impl ConnectionTrait, id: ProjectId, at: DateTime<Utc>) -> Result<bool, DbErr> {
    let closed = Entity::update_many()
        .col_expr(Column::ClosedAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .filter(Column::ClosedAt.is_null())
        .exec(connection)
        .await?;
    Ok(closed.rows_affected == 1)
}
