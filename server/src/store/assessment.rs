//! Assessments with their findings, and how each check-in stands.

use entity::{
    assessment, finding,
    ids::{AssessmentId, CheckInId},
    standing,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::OnConflict,
};

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

/// How these check-ins stand.
pub async fn standings(
    connection: &impl ConnectionTrait,
    check_ins: impl IntoIterator<Item = CheckInId>,
) -> Result<Vec<standing::Model>, DbErr> {
    standing::Entity::find().filter(standing::Column::CheckInId.is_in(check_ins)).all(connection).await
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
