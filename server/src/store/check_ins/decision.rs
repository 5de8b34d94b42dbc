//! Decisions of people about check-ins, and appeals against them.

use chrono::{DateTime, Utc};
use entity::{
    appeal, decision, finding,
    ids::{CheckInId, PersonId},
    team_role,
    values::{FindingCode, FindingOutcome, TeamRoleKind, Verdict},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, JoinType,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationDef,
    sea_query::{Expr, ExprTrait, Func},
};

use crate::store::listing::Listing;

/// All decisions about these check-ins, in the order they were made.
pub async fn of_check_ins(
    connection: &impl ConnectionTrait,
    check_ins: impl IntoIterator<Item = CheckInId>,
) -> Result<Vec<decision::Model>, DbErr> {
    decision::Entity::find()
        .filter(decision::Column::CheckInId.is_in(check_ins))
        .order_by_asc(decision::Column::CheckInId)
        .order_by_asc(decision::Column::Sequence)
        .all(connection)
        .await
}

/// The decisions about each check-in, in the order they were made.
pub fn of_each_check_in() -> Listing {
    use decision::Column;
    Listing::ascending(decision::Entity::find(), [Column::Sequence, Column::Id]).of_each(Column::CheckInId)
}

/// The appeal about each check-in, where there is one.
pub fn appeals_of_each() -> Listing {
    use appeal::Column;
    Listing::ascending(appeal::Entity::find(), [Column::Id]).of_each(Column::CheckInId)
}

/// The appeals about these check-ins; one at most for each.
pub async fn appeals(
    connection: &impl ConnectionTrait,
    check_ins: impl IntoIterator<Item = CheckInId>,
) -> Result<Vec<appeal::Model>, DbErr> {
    appeal::Entity::find().filter(appeal::Column::CheckInId.is_in(check_ins)).all(connection).await
}

/// Appends a decision. Fails if another took its place in the sequence.
pub async fn append(connection: &impl ConnectionTrait, decision: decision::Model) -> Result<(), DbErr> {
    decision.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Records an appeal. Fails if there is one about the check-in already.
pub async fn insert_appeal(connection: &impl ConnectionTrait, appeal: appeal::Model) -> Result<(), DbErr> {
    appeal.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Whether a person serves, or served, on a team that another leads, or led.
pub async fn serves_under(
    connection: &impl ConnectionTrait,
    person: PersonId,
    leader: PersonId,
) -> Result<bool, DbErr> {
    let led = team_role::Entity::find()
        .select_only()
        .column(team_role::Column::ProjectId)
        .filter(team_role::Column::PersonId.eq(leader))
        .filter(team_role::Column::Kind.eq(TeamRoleKind::Leader))
        .into_query();
    let serving = team_role::Entity::find()
        .filter(team_role::Column::PersonId.eq(person))
        .filter(team_role::Column::ProjectId.in_subquery(led))
        .count(connection)
        .await?;
    Ok(serving > 0)
}

/// How decisions went where a rule's finding counted against the visit.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct RuleRow {
    /// The rule.
    pub code: FindingCode,
    /// Decisions.
    pub decided: i64,
    /// Those that verified the visit all the same.
    pub overturned: i64,
}

/// How decisions made from `start` until before `end` went, rule by rule.
pub async fn rules(
    connection: &impl ConnectionTrait,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<RuleRow>, DbErr> {
    let verified = Expr::case(decision::Column::Verdict.eq(Verdict::Verified), 1).finally(0);
    decision::Entity::find()
        .join(JoinType::InnerJoin, to_findings())
        .filter(decision::Column::DecidedAt.gte(start))
        .filter(decision::Column::DecidedAt.lt(end))
        .filter(finding::Column::Counts.eq(true))
        .filter(finding::Column::Outcome.ne(FindingOutcome::Pass))
        .select_only()
        .column(finding::Column::Code)
        .column_as(decision::Column::Id.count(), "decided")
        .column_as(Func::sum(verified).cast_as("bigint"), "overturned")
        .group_by(finding::Column::Code)
        .order_by_asc(finding::Column::Code)
        .into_model()
        .all(connection)
        .await
}

fn to_findings() -> RelationDef {
    decision::Entity::belongs_to(finding::Entity)
        .from(decision::Column::AssessmentId)
        .to(finding::Column::AssessmentId)
        .into()
}
