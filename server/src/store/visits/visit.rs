//! Visits.

use chrono::NaiveDate;
use entity::{
    ids::{PersonId, ProjectId, VisitId},
    values::Verdict,
    visit::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Select, Value,
    sea_query::OnConflict,
};

use crate::store::{
    listing::Listing,
    page::Key,
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

/// The visits in scope that match, the latest first.
pub fn listing(scope: Scope, filter: &VisitFilter) -> Listing {
    Listing::descending(matching(scope, filter), [Column::LocalDate, Column::Id])
}

/// The visits of each project that are in scope and match, the latest first.
pub fn of_each_project(scope: Scope, filter: &VisitFilter) -> Listing {
    listing(scope, filter).of_each(Column::ProjectId)
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
