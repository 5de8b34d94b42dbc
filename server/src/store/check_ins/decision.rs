//! Decisions of people about check-ins, and appeals against them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    appeal, decision, finding,
    ids::{AppealId, CheckInId, PersonId},
    team_role,
    values::{FindingCode, FindingOutcome, TeamRoleKind, Verdict},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, JoinType,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationDef,
    sea_query::{Expr, ExprTrait, Func},
};

use crate::store::page::{self, Ordering, Part};

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

/// The last decisions about each of these check-ins, in the order they were made.
pub async fn last_of_each(
    connection: &impl ConnectionTrait,
    check_ins: impl IntoIterator<Item = CheckInId>,
    last: u64,
) -> Result<HashMap<CheckInId, Vec<decision::Model>>, DbErr> {
    use decision::Column;
    let select = decision::Entity::find().filter(Column::CheckInId.is_in(check_ins));
    let ordering = Ordering { by: Column::Sequence, id: Column::Id, descending: false };
    page::some_of_each(connection, select, Column::CheckInId, |row| row.check_in_id, ordering, Part::Last(last)).await
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

/// Whether an appeal has been decided about.
pub async fn answered(connection: &impl ConnectionTrait, appeal: AppealId) -> Result<bool, DbErr> {
    Ok(decision::Entity::find().filter(decision::Column::AppealId.eq(appeal)).count(connection).await? > 0)
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
