//! Assessments with their findings, and how each check-in stands.

use chrono::{Days, NaiveDate, NaiveTime};
use entity::{
    assessment, check_in, decision, finding,
    ids::{AssessmentId, CheckInId, PersonId, SiteId, SiteVersionId},
    site_version, standing,
    values::{FindingCode, FindingOutcome, Verdict},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationDef,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::store::listing::Listing;

/// Appends an assessment and its findings. Fails if another took its place in the sequence.
pub async fn append(
    connection: &impl ConnectionTrait,
    assessment: assessment::Model,
    findings: Vec<finding::Model>,
) -> Result<(), DbErr> {
    assessment.into_active_model().reset_all().insert(connection).await?;
    let findings = findings.into_iter().map(|finding| finding.into_active_model().reset_all());
    finding::Entity::insert_many(findings).exec_without_returning(connection).await.map(|_| ())
}

/// Records how a check-in stands now.
pub async fn stand(connection: &impl ConnectionTrait, standing: standing::Model) -> Result<(), DbErr> {
    standing::Entity::insert(standing.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(standing::Column::CheckInId)
                .update_columns([standing::Column::VisitId, standing::Column::AssessmentId, standing::Column::Verdict])
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

/// All assessments of these check-ins, in the order they were made.
pub async fn of_check_ins(
    connection: &impl ConnectionTrait,
    check_ins: impl IntoIterator<Item = CheckInId>,
) -> Result<Vec<assessment::Model>, DbErr> {
    assessment::Entity::find()
        .filter(assessment::Column::CheckInId.is_in(check_ins))
        .order_by_asc(assessment::Column::CheckInId)
        .order_by_asc(assessment::Column::Sequence)
        .all(connection)
        .await
}

/// What a check-in's first assessment was made of, JSON.
pub async fn first_inputs(connection: &impl ConnectionTrait, check_in: CheckInId) -> Result<Option<String>, DbErr> {
    let first: Option<Option<String>> = assessment::Entity::find()
        .select_only()
        .column(assessment::Column::Inputs)
        .filter(assessment::Column::CheckInId.eq(check_in))
        .order_by_asc(assessment::Column::Sequence)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(first.flatten())
}

/// The assessments of each check-in, in the order they were made.
pub fn of_each_check_in() -> Listing {
    use assessment::Column;
    Listing::ascending(assessment::Entity::find(), [Column::Sequence, Column::Id]).of_each(Column::CheckInId)
}

/// The findings of each assessment, in their order.
pub fn findings_of_each() -> Listing {
    use finding::Column;
    Listing::ascending(finding::Entity::find(), [Column::Ordinal]).of_each(Column::AssessmentId)
}

/// The last sequence number given to a check-in's assessments; 0 before the first.
pub async fn last_sequence(connection: &impl ConnectionTrait, check_in: CheckInId) -> Result<i32, DbErr> {
    let last: Option<Option<i32>> = assessment::Entity::find()
        .select_only()
        .column_as(assessment::Column::Sequence.max(), "last")
        .filter(assessment::Column::CheckInId.eq(check_in))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(last.flatten().unwrap_or(0))
}

/// Findings of these assessments, in their order.
pub async fn findings(
    connection: &impl ConnectionTrait,
    assessments: impl IntoIterator<Item = AssessmentId>,
) -> Result<Vec<finding::Model>, DbErr> {
    finding::Entity::find()
        .filter(finding::Column::AssessmentId.is_in(assessments))
        .order_by_asc(finding::Column::AssessmentId)
        .order_by_asc(finding::Column::Ordinal)
        .all(connection)
        .await
}

/// A check-in of which nothing counts against the visit but where it was.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PositionOnlyCheckIn {
    /// Whose.
    pub person_id: PersonId,
    /// On which local day.
    pub local_date: NaiveDate,
    /// The site it was compared with.
    pub site_id: SiteId,
    /// The version of its boundary.
    pub site_version_id: SiteVersionId,
    /// Metres outside it, as measured.
    pub distance_m: Option<f64>,
    /// What the assessment was made of, JSON.
    pub inputs: Option<String>,
}

/// Check-ins of these local days, the latest first, whose last assessment counts nothing for review or against the
/// visit but the position, which lies outside the boundary by no more than `near_m` metres. Those that a person
/// rejected are left out.
pub async fn only_position(
    connection: &impl ConnectionTrait,
    from: NaiveDate,
    to: NaiveDate,
    near_m: f64,
    limit: u64,
) -> Result<Vec<PositionOnlyCheckIn>, DbErr> {
    let adverse = || finding::Column::Outcome.is_in([FindingOutcome::Review, FindingOutcome::Fail]);
    let of_standing = |column: finding::Column| {
        Expr::col((finding::Entity, column)).equals((standing::Entity, standing::Column::AssessmentId))
    };
    let anything_else = finding::Entity::find()
        .select_only()
        .column(finding::Column::AssessmentId)
        .filter(of_standing(finding::Column::AssessmentId))
        .filter(finding::Column::Counts.eq(true))
        .filter(finding::Column::Code.ne(FindingCode::Position))
        .filter(adverse())
        .into_query();
    let decided = decision::Entity::find()
        .select_only()
        .column(decision::Column::Id)
        .filter(
            Expr::col((decision::Entity, decision::Column::CheckInId))
                .equals((standing::Entity, standing::Column::CheckInId)),
        )
        .into_query();
    let rejected_by_a_person =
        Condition::all().add(standing::Column::Verdict.eq(Verdict::Rejected)).add(Expr::exists(decided));
    // Local days lie within a day of the same days in UTC, and captures are indexed.
    let start = from.checked_sub_days(Days::new(1)).unwrap_or(from).and_time(NaiveTime::MIN).and_utc();
    let end = to.checked_add_days(Days::new(2)).unwrap_or(to).and_time(NaiveTime::MIN).and_utc();
    standing::Entity::find()
        .join(JoinType::InnerJoin, to_check_in())
        .join(JoinType::InnerJoin, to_assessment())
        .join(JoinType::InnerJoin, to_findings())
        .join(JoinType::InnerJoin, to_site_version())
        .select_only()
        .column(check_in::Column::PersonId)
        .column(check_in::Column::LocalDate)
        .column(site_version::Column::SiteId)
        .column(assessment::Column::SiteVersionId)
        .column_as(finding::Column::Measured, "distance_m")
        .column(assessment::Column::Inputs)
        .filter(check_in::Column::CorrectedAt.between(start, end))
        .filter(check_in::Column::LocalDate.between(from, to))
        .filter(finding::Column::Code.eq(FindingCode::Position))
        .filter(finding::Column::Counts.eq(true))
        .filter(adverse())
        .filter(finding::Column::Measured.gt(0.0))
        .filter(finding::Column::Measured.lte(near_m))
        .filter(Expr::exists(anything_else).not())
        .filter(rejected_by_a_person.not())
        .order_by_desc(check_in::Column::CorrectedAt)
        .order_by_desc(check_in::Column::Id)
        .limit(limit)
        .into_model()
        .all(connection)
        .await
}

fn to_check_in() -> RelationDef {
    standing::Entity::belongs_to(check_in::Entity).from(standing::Column::CheckInId).to(check_in::Column::Id).into()
}

fn to_assessment() -> RelationDef {
    standing::Entity::belongs_to(assessment::Entity)
        .from(standing::Column::AssessmentId)
        .to(assessment::Column::Id)
        .into()
}

fn to_findings() -> RelationDef {
    standing::Entity::belongs_to(finding::Entity)
        .from(standing::Column::AssessmentId)
        .to(finding::Column::AssessmentId)
        .into()
}

fn to_site_version() -> RelationDef {
    assessment::Entity::belongs_to(site_version::Entity)
        .from(assessment::Column::SiteVersionId)
        .to(site_version::Column::Id)
        .into()
}
