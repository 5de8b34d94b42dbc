//! Check-ins: written once, read by whom it concerns.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    check_in::{Column, Entity, Model},
    check_in_fix,
    ids::{CheckInId, PersonId, ProjectId, VisitId},
    standing,
    values::Verdict,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, RelationDef, Select, Value, sea_query::OnConflict,
};

use super::{
    page::{self, Key, Ordering, Page, Rows},
    scope::{Scope, in_scope_or_own},
};

/// Where a check-in stands in the list: the latest capture first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CheckInKey {
    /// Corrected capture.
    pub corrected_at: DateTime<Utc>,
    /// Id.
    pub id: CheckInId,
}

impl Key for CheckInKey {
    fn values(&self) -> (Value, Value) {
        (self.corrected_at.into(), self.id.into())
    }
}

/// Which check-ins are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CheckInFilter {
    /// At this project.
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

const LATEST_FIRST: Ordering<Column> = Ordering { by: Column::CorrectedAt, id: Column::Id, descending: true };

fn matching(scope: Scope, filter: &CheckInFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(in_scope_or_own(scope, Column::ProjectId, Column::PersonId));
    if let Some(project) = filter.project {
        select = select.filter(Column::ProjectId.eq(project));
    }
    if let Some(person) = filter.person {
        select = select.filter(Column::PersonId.eq(person));
    }
    if let Some(verdicts) = &filter.verdicts {
        select = select
            .join(sea_orm::JoinType::InnerJoin, to_standing())
            .filter(standing::Column::Verdict.is_in(verdicts.iter().copied()));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::LocalDate.gte(from));
    }
    if let Some(to) = filter.to {
        select = select.filter(Column::LocalDate.lte(to));
    }
    select
}

fn to_standing() -> RelationDef {
    Entity::belongs_to(standing::Entity).from(Column::Id).to(standing::Column::CheckInId).into()
}

/// One page of the check-ins in scope.
pub async fn list(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &CheckInFilter,
    page: &Page<CheckInKey>,
) -> Result<Rows<Model>, DbErr> {
    page::list(connection, matching(scope, filter), LATEST_FIRST, page).await
}

/// How many check-ins in scope match.
pub async fn count(connection: &impl ConnectionTrait, scope: Scope, filter: &CheckInFilter) -> Result<u64, DbErr> {
    matching(scope, filter).count(connection).await
}

const OLDEST_FIRST: Ordering<Column> = Ordering { by: Column::CorrectedAt, id: Column::Id, descending: false };

fn for_review(scope: Scope) -> Select<Entity> {
    matching(scope, &CheckInFilter { verdicts: Some(vec![Verdict::NeedsReview]), ..CheckInFilter::default() })
}

/// One page of the check-ins in scope that wait for a person, the oldest first.
pub async fn queue(
    connection: &impl ConnectionTrait,
    scope: Scope,
    page: &Page<CheckInKey>,
) -> Result<Rows<Model>, DbErr> {
    page::list(connection, for_review(scope), OLDEST_FIRST, page).await
}

/// How many check-ins in scope wait for a person.
pub async fn queue_length(connection: &impl ConnectionTrait, scope: Scope) -> Result<u64, DbErr> {
    for_review(scope).count(connection).await
}

/// A person's check-ins with a position just before and just after a time, at most one each.
pub async fn neighbours(
    connection: &impl ConnectionTrait,
    person: PersonId,
    at: DateTime<Utc>,
    id: CheckInId,
) -> Result<Vec<Model>, DbErr> {
    let of_person = || {
        Entity::find()
            .filter(Column::PersonId.eq(person))
            .filter(Column::Id.ne(id))
            .filter(Column::Latitude.is_not_null())
    };
    let before =
        of_person().filter(Column::CorrectedAt.lte(at)).order_by_desc(Column::CorrectedAt).one(connection).await?;
    let after =
        of_person().filter(Column::CorrectedAt.gt(at)).order_by_asc(Column::CorrectedAt).one(connection).await?;
    Ok(before.into_iter().chain(after).collect())
}

/// Other local days on which a person sent exactly these coordinates.
pub async fn days_at(connection: &impl ConnectionTrait, check_in: &Model) -> Result<Vec<NaiveDate>, DbErr> {
    let (Some(latitude), Some(longitude)) = (check_in.latitude, check_in.longitude) else { return Ok(Vec::new()) };
    Entity::find()
        .select_only()
        .column(Column::LocalDate)
        .distinct()
        .filter(Column::PersonId.eq(check_in.person_id))
        .filter(Column::Latitude.eq(latitude))
        .filter(Column::Longitude.eq(longitude))
        .filter(Column::LocalDate.ne(check_in.local_date))
        .into_tuple()
        .all(connection)
        .await
}

/// Check-ins in scope by id.
pub async fn find(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: impl IntoIterator<Item = CheckInId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(in_scope_or_own(scope, Column::ProjectId, Column::PersonId))
        .filter(Column::Id.is_in(ids))
        .all(connection)
        .await
}

/// Any check-in by id, for judging it.
pub async fn get(connection: &impl ConnectionTrait, id: CheckInId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(connection).await
}

/// Check-ins of these visits with the visit each counts in, the earliest first.
pub async fn of_visits(
    connection: &impl ConnectionTrait,
    visits: impl IntoIterator<Item = VisitId>,
) -> Result<Vec<(Model, standing::Model)>, DbErr> {
    let rows = Entity::find()
        .join(sea_orm::JoinType::InnerJoin, to_standing())
        .filter(standing::Column::VisitId.is_in(visits))
        .order_by_asc(Column::CorrectedAt)
        .order_by_asc(Column::Id)
        .select_also(standing::Entity)
        .all(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|(check_in, standing)| standing.map(|standing| (check_in, standing))).collect())
}

/// Records a check-in; false if its id is taken.
pub async fn insert(connection: &impl ConnectionTrait, check_in: Model) -> Result<bool, DbErr> {
    let inserted = Entity::insert(check_in.into_active_model().reset_all())
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    Ok(inserted == 1)
}

/// Records the further fixes of a check-in.
pub async fn insert_fixes(connection: &impl ConnectionTrait, fixes: Vec<check_in_fix::Model>) -> Result<(), DbErr> {
    if fixes.is_empty() {
        return Ok(());
    }
    let fixes = fixes.into_iter().map(|fix| fix.into_active_model().reset_all());
    check_in_fix::Entity::insert_many(fixes).exec_without_returning(connection).await.map(|_| ())
}

/// The further fixes of a check-in, in order.
pub async fn fixes(connection: &impl ConnectionTrait, id: CheckInId) -> Result<Vec<check_in_fix::Model>, DbErr> {
    check_in_fix::Entity::find()
        .filter(check_in_fix::Column::CheckInId.eq(id))
        .order_by_asc(check_in_fix::Column::Ordinal)
        .all(connection)
        .await
}

/// Check-ins that match, after one, by id: for going through all of them.
pub async fn ids(
    connection: &impl ConnectionTrait,
    filter: &CheckInFilter,
    after: Option<CheckInId>,
    limit: u64,
) -> Result<Vec<CheckInId>, DbErr> {
    let mut select = matching(Scope::Everything, filter).select_only().column(Column::Id);
    if let Some(after) = after {
        select = select.filter(Column::Id.gt(after));
    }
    select.order_by_asc(Column::Id).limit(limit).into_tuple().all(connection).await
}
