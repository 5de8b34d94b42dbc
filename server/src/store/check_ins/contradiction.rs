//! Check-ins that wait to be judged again, because one that was recorded later contradicts them.

use chrono::{DateTime, Utc};
use entity::{
    contradiction::{Column, Entity, Model},
    finding,
    ids::CheckInId,
    standing,
    values::{FindingCode, FindingOutcome},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, JoinType, QueryFilter,
    QueryOrder, QuerySelect, sea_query::OnConflict,
};

/// Puts check-ins into the queue. Those that are in it already are held there until the transaction ends, so that they
/// are not judged before it shows what it found.
pub async fn queue(
    connection: &impl ConnectionTrait,
    mut check_ins: Vec<CheckInId>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    // In one order, so that two never wait for each other.
    check_ins.sort_unstable();
    let rows = check_ins.into_iter().map(|check_in_id| Model { check_in_id, found_at: now });
    Entity::insert_many(rows.map(|row| row.into_active_model().reset_all()))
        .on_conflict(OnConflict::column(Column::CheckInId).update_column(Column::FoundAt).to_owned())
        .exec_without_returning(connection)
        .await
        .map(drop)
}

/// Those that wait, the first found first.
pub async fn waiting(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<CheckInId>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::CheckInId)
        .order_by_asc(Column::FoundAt)
        .order_by_asc(Column::CheckInId)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await
}

/// Takes one out of the queue; false if another has.
pub async fn take(connection: &impl ConnectionTrait, check_in: CheckInId) -> Result<bool, DbErr> {
    Ok(Entity::delete_by_id(check_in).exec(connection).await?.rows_affected == 1)
}

/// Which of these check-ins have findings for review by their last assessments, and of which rules.
pub async fn known(
    connection: &impl ConnectionTrait,
    check_ins: impl IntoIterator<Item = CheckInId>,
) -> Result<Vec<(CheckInId, FindingCode)>, DbErr> {
    let to_finding = standing::Entity::belongs_to(finding::Entity)
        .from(standing::Column::AssessmentId)
        .to(finding::Column::AssessmentId)
        .into();
    standing::Entity::find()
        .join(JoinType::InnerJoin, to_finding)
        .select_only()
        .column(standing::Column::CheckInId)
        .column(finding::Column::Code)
        .filter(standing::Column::CheckInId.is_in(check_ins))
        .filter(finding::Column::Outcome.eq(FindingOutcome::Review))
        .into_tuple()
        .all(connection)
        .await
}
