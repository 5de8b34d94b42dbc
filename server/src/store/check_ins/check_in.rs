//! Check-ins: written once, read by whom it concerns.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::{
    assessment,
    check_in::{Column, Entity, Model},
    check_in_fix, finding,
    ids::{CheckInId, PersonId, ProjectId, VisitId},
    standing,
    values::{FindingCode, FindingOutcome, Verdict},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, RelationDef, Select, Value,
    sea_query::{ExprTrait, OnConflict},
};

use crate::store::{
    listing::Listing,
    page::Key,
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
            .join(JoinType::InnerJoin, to_standing())
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

/// The check-ins in scope that match, the latest first.
pub fn listing(scope: Scope, filter: &CheckInFilter) -> Listing {
    Listing::descending(matching(scope, filter), [Column::CorrectedAt, Column::Id])
}

/// How many check-ins in scope match.
pub async fn count(connection: &impl ConnectionTrait, scope: Scope, filter: &CheckInFilter) -> Result<u64, DbErr> {
    matching(scope, filter).count(connection).await
}

/// The check-ins of each visit, the earliest first.
pub fn of_each_visit() -> Listing {
    let check_ins = Entity::find().join(JoinType::InnerJoin, to_standing());
    Listing::ascending(check_ins, [Column::CorrectedAt, Column::Id]).of_each(standing::Column::VisitId)
}

fn for_review(scope: Scope) -> Select<Entity> {
    matching(scope, &CheckInFilter { verdicts: Some(vec![Verdict::NeedsReview]), ..CheckInFilter::default() })
}

/// The check-ins in scope that wait for a person, the oldest first.
pub fn queue(scope: Scope) -> Listing {
    Listing::ascending(for_review(scope), [Column::CorrectedAt, Column::Id])
}

/// A check-in as those around it are compared with it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct NeighbouringCheckIn {
    /// Id.
    pub id: CheckInId,
    /// Corrected capture.
    pub corrected_at: DateTime<Utc>,
    /// The phone's time at sending.
    pub sent_at: DateTime<Utc>,
    /// The server's at receipt.
    pub received_at: DateTime<Utc>,
    /// What its last assessment was made of, JSON.
    pub inputs: Option<String>,
}

/// The check-ins of the same person around one, up to `within` before and after: the nearest `limit` on either side.
/// Those of one moment are in order of their ids.
pub async fn around(
    connection: &impl ConnectionTrait,
    of: &Model,
    within: TimeDelta,
    limit: u64,
) -> Result<Vec<NeighbouringCheckIn>, DbErr> {
    let (at, id) = (of.corrected_at, of.id);
    let of_person = || {
        Entity::find()
            .join(JoinType::InnerJoin, to_standing())
            .join(JoinType::InnerJoin, to_assessment())
            .select_only()
            .columns([Column::Id, Column::CorrectedAt, Column::SentAt, Column::ReceivedAt])
            .column(assessment::Column::Inputs)
            .filter(Column::PersonId.eq(of.person_id))
            .filter(Column::Id.ne(id))
            .limit(limit)
    };
    let same_moment = || Column::CorrectedAt.eq(at);
    let before = of_person()
        .filter(Column::CorrectedAt.between(at - within, at))
        .filter(Column::CorrectedAt.lt(at).or(same_moment().and(Column::Id.lt(id))))
        .order_by_desc(Column::CorrectedAt)
        .order_by_desc(Column::Id);
    let after = of_person()
        .filter(Column::CorrectedAt.between(at, at + within))
        .filter(Column::CorrectedAt.gt(at).or(same_moment().and(Column::Id.gt(id))))
        .order_by_asc(Column::CorrectedAt)
        .order_by_asc(Column::Id);
    let mut found: Vec<NeighbouringCheckIn> = before.into_model().all(connection).await?;
    found.extend(after.into_model::<NeighbouringCheckIn>().all(connection).await?);
    Ok(found)
}

/// A check-in as its phone's clocks were when it was sent.
#[derive(Clone, Debug, FromQueryResult)]
pub struct SameBootCheckIn {
    /// The phone's time at sending.
    pub sent_at: DateTime<Utc>,
    /// Its boot clock at sending, milliseconds.
    pub sent_uptime_ms: i64,
    /// The server's at receipt.
    pub received_at: DateTime<Utc>,
}

/// What a person sent from one boot of a phone: what came last, `limit` at most.
pub async fn of_boot(
    connection: &impl ConnectionTrait,
    person: PersonId,
    boot: &str,
    limit: u64,
) -> Result<Vec<SameBootCheckIn>, DbErr> {
    Entity::find()
        .select_only()
        .columns([Column::SentAt, Column::SentUptimeMs, Column::ReceivedAt])
        .filter(Column::PersonId.eq(person))
        .filter(Column::BootId.eq(boot))
        .filter(Column::SentUptimeMs.is_not_null())
        .order_by_desc(Column::ReceivedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .into_model()
        .all(connection)
        .await
}

fn to_assessment() -> RelationDef {
    standing::Entity::belongs_to(assessment::Entity)
        .from(standing::Column::AssessmentId)
        .to(assessment::Column::Id)
        .into()
}

/// A person's check-ins of other local days, of which a fix has one of these coordinates to the last digit.
pub async fn at_coordinates(
    connection: &impl ConnectionTrait,
    own: &Model,
    coordinates: &[(f64, f64)],
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let of_person = || {
        Entity::find()
            .filter(Column::PersonId.eq(own.person_id))
            .filter(Column::LocalDate.ne(own.local_date))
            .limit(limit)
    };
    let (mut first, mut further) = (Condition::any(), Condition::any());
    for (latitude, longitude) in coordinates.iter().copied() {
        first = first.add(Column::Latitude.eq(latitude).and(Column::Longitude.eq(longitude)));
        let (north, east) = (check_in_fix::Column::Latitude, check_in_fix::Column::Longitude);
        further = further.add(north.eq(latitude).and(east.eq(longitude)));
    }
    let mut found = of_person().filter(first).all(connection).await?;
    let to_fixes = Entity::belongs_to(check_in_fix::Entity).from(Column::Id).to(check_in_fix::Column::CheckInId);
    found.extend(of_person().join(JoinType::InnerJoin, to_fixes.into()).filter(further).all(connection).await?);
    Ok(found)
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
        .join(JoinType::InnerJoin, to_standing())
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

/// The further fixes of check-ins, in order.
pub async fn fixes(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = CheckInId>,
) -> Result<Vec<check_in_fix::Model>, DbErr> {
    check_in_fix::Entity::find()
        .filter(check_in_fix::Column::CheckInId.is_in(ids))
        .order_by_asc(check_in_fix::Column::CheckInId)
        .order_by_asc(check_in_fix::Column::Ordinal)
        .all(connection)
        .await
}

/// Another check-in that carries the very same signature.
pub async fn signed_alike(
    connection: &impl ConnectionTrait,
    id: CheckInId,
    device: &str,
    signature: &str,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Device.eq(device))
        .filter(Column::Signature.eq(signature))
        .filter(Column::Id.ne(id))
        .order_by_asc(Column::ReceivedAt)
        .one(connection)
        .await
}

/// A person's check-ins that a device signed and whose signature did not hold when they were judged last, the oldest
/// first: they may now, for its key was not known then.
pub async fn signed_in_vain(
    connection: &impl ConnectionTrait,
    person: PersonId,
    device: &str,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let findings: RelationDef = standing::Entity::belongs_to(finding::Entity)
        .from(standing::Column::AssessmentId)
        .to(finding::Column::AssessmentId)
        .into();
    Entity::find()
        .join(JoinType::InnerJoin, to_standing())
        .join(JoinType::InnerJoin, findings)
        .filter(Column::Device.eq(device))
        .filter(Column::PersonId.eq(person))
        .filter(finding::Column::Code.eq(FindingCode::Signature))
        .filter(finding::Column::Outcome.is_in([FindingOutcome::Unknown, FindingOutcome::Fail]))
        .order_by_asc(Column::CorrectedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
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
