//! Visits.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    ids::{PersonId, ProjectId, VisitId},
    standing,
    values::Verdict,
    visit::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, Select, Value, sea_query::OnConflict,
};

use crate::store::{
    page::{self, Key, Ordering, Page, Rows},
    scope::{Scope, in_scope_or_own},
};

/// Where a visit stands in the list: the latest day first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VisitKey {
    /// The local day.
    pub local_date: NaiveDate,
    /// Id.
    pub id: VisitId,
}

impl Key for VisitKey {
    fn values(&self) -> (Value, Value) {
        (self.local_date.into(), self.id.into())
    }
}

/// Which visits are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct VisitFilter {
    /// To this project.
    pub project: Option<ProjectId>,
    /// By this person.
    pub person: Option<PersonId>,
    /// With one of these verdicts.
    pub verdicts: Option<Vec<Verdict>>,
    /// From this local day on.
    pub from: Option<NaiveDate>,
    /// Until this local day.
    pub to: Option<NaiveDate>,
}

const LATEST_FIRST: Ordering<Column> = Ordering { by: Column::LocalDate, id: Column::Id, descending: true };

fn matching(scope: Scope, filter: &VisitFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(in_scope_or_own(scope, Column::ProjectId, Column::PersonId));
    if let Some(project) = filter.project {
        select = select.filter(Column::ProjectId.eq(project));
    }
    if let Some(person) = filter.person {
        select = select.filter(Column::PersonId.eq(person));
    }
    if let Some(verdicts) = &filter.verdicts {
        select = select.filter(Column::Verdict.is_in(verdicts.iter().copied()));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::LocalDate.gte(from));
    }
    if let Some(to) = filter.to {
        select = select.filter(Column::LocalDate.lte(to));
    }
    select
}

/// One page of the visits in scope.
pub async fn list(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &VisitFilter,
    page: &Page<VisitKey>,
) -> Result<Rows<Model>, DbErr> {
    page::list(connection, matching(scope, filter), LATEST_FIRST, page).await
}

/// How many visits in scope match.
pub async fn count(connection: &impl ConnectionTrait, scope: Scope, filter: &VisitFilter) -> Result<u64, DbErr> {
    matching(scope, filter).count(connection).await
}

/// One page of the visits of each of these projects, in one statement.
pub async fn list_each(
    connection: &impl ConnectionTrait,
    scope: Scope,
    projects: &[ProjectId],
    filter: &VisitFilter,
    page: &Page<VisitKey>,
) -> Result<HashMap<ProjectId, Rows<Model>>, DbErr> {
    let select = matching(scope, filter).filter(Column::ProjectId.is_in(projects.iter().copied()));
    page::list_each(connection, select, Column::ProjectId, |visit| visit.project_id, LATEST_FIRST, page).await
}

/// How many visits in scope each of these projects has, in one statement; projects without any are left out.
pub async fn count_each(
    connection: &impl ConnectionTrait,
    scope: Scope,
    projects: &[ProjectId],
    filter: &VisitFilter,
) -> Result<HashMap<ProjectId, i64>, DbErr> {
    let counts: Vec<(ProjectId, i64)> = matching(scope, filter)
        .filter(Column::ProjectId.is_in(projects.iter().copied()))
        .select_only()
        .column(Column::ProjectId)
        .column_as(Column::Id.count(), "visits")
        .group_by(Column::ProjectId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(counts.into_iter().collect())
}

/// Visits in scope by id.
pub async fn find(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: impl IntoIterator<Item = VisitId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(in_scope_or_own(scope, Column::ProjectId, Column::PersonId))
        .filter(Column::Id.is_in(ids))
        .all(connection)
        .await
}

/// The visit of a person to a project on a day.
pub async fn on_day(
    connection: &impl ConnectionTrait,
    project: ProjectId,
    person: PersonId,
    day: NaiveDate,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::ProjectId.eq(project))
        .filter(Column::PersonId.eq(person))
        .filter(Column::LocalDate.eq(day))
        .one(connection)
        .await
}

/// A person's visits to a project from a day to a day, both included.
pub async fn between(
    connection: &impl ConnectionTrait,
    project: ProjectId,
    person: PersonId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::ProjectId.eq(project))
        .filter(Column::PersonId.eq(person))
        .filter(Column::LocalDate.between(from, to))
        .all(connection)
        .await
}

/// Verdicts of the check-ins of a visit.
pub async fn verdicts(connection: &impl ConnectionTrait, visit: VisitId) -> Result<Vec<Verdict>, DbErr> {
    let standings = standing::Entity::find().filter(standing::Column::VisitId.eq(visit)).all(connection).await?;
    Ok(standings.into_iter().map(|standing| standing.verdict).collect())
}

/// Records a visit as it stands now.
pub async fn save(connection: &impl ConnectionTrait, visit: Model) -> Result<(), DbErr> {
    Entity::insert(visit.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(Column::Id)
                .update_columns([Column::Verdict, Column::CheckInCount, Column::FirstAt, Column::LastAt])
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}
