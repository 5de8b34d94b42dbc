//! What a recount compares: the evidence of a project, and what was derived from it.

use std::collections::HashMap;

use entity::{
    appeal, assessment, check_in, decision,
    ids::{CheckInId, ProjectId, VisitId},
    standing, visit, weekly_tally,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

/// Everything recorded of one project that a recount needs.
#[derive(Debug)]
pub struct ProjectRecords {
    /// Its check-ins.
    pub check_ins: Vec<check_in::Model>,
    /// The last assessment of each.
    pub last_assessments: HashMap<CheckInId, assessment::Model>,
    /// Decisions about them, in order.
    pub decisions: HashMap<CheckInId, Vec<decision::Model>>,
    /// Appeals about them.
    pub appeals: HashMap<CheckInId, Vec<appeal::Model>>,
    /// How they are said to stand.
    pub standings: HashMap<CheckInId, standing::Model>,
    /// The visits they are said to make.
    pub visits: Vec<visit::Model>,
    /// The tallies the visits are said to make.
    pub tallies: Vec<weekly_tally::Model>,
}

/// Loads the books of a project. Read them in one transaction, or a check-in may arrive in between.
pub async fn project_records(connection: &impl ConnectionTrait, project: ProjectId) -> Result<ProjectRecords, DbErr> {
    let check_ins = check_in::Entity::find().filter(check_in::Column::ProjectId.eq(project)).all(connection).await?;
    let of_project = || {
        check_in::Entity::find()
            .select_only()
            .column(check_in::Column::Id)
            .filter(check_in::Column::ProjectId.eq(project))
            .into_query()
    };
    let assessments = assessment::Entity::find()
        .filter(assessment::Column::CheckInId.in_subquery(of_project()))
        .order_by_asc(assessment::Column::Sequence)
        .all(connection)
        .await?;
    let standings =
        standing::Entity::find().filter(standing::Column::CheckInId.in_subquery(of_project())).all(connection).await?;
    let decisions = decision::Entity::find()
        .filter(decision::Column::CheckInId.in_subquery(of_project()))
        .order_by_asc(decision::Column::Sequence)
        .all(connection)
        .await?;
    let appeals =
        appeal::Entity::find().filter(appeal::Column::CheckInId.in_subquery(of_project())).all(connection).await?;
    let visits = visit::Entity::find().filter(visit::Column::ProjectId.eq(project)).all(connection).await?;
    let tallies =
        weekly_tally::Entity::find().filter(weekly_tally::Column::ProjectId.eq(project)).all(connection).await?;
    Ok(ProjectRecords {
        check_ins,
        last_assessments: assessments.into_iter().map(|assessment| (assessment.check_in_id, assessment)).collect(),
        decisions: grouped(decisions, |decision| decision.check_in_id),
        appeals: grouped(appeals, |appeal| appeal.check_in_id),
        standings: standings.into_iter().map(|standing| (standing.check_in_id, standing)).collect(),
        visits,
        tallies,
    })
}

fn grouped<M>(rows: Vec<M>, check_in: impl Fn(&M) -> CheckInId) -> HashMap<CheckInId, Vec<M>> {
    let mut groups = HashMap::<CheckInId, Vec<M>>::new();
    for row in rows {
        groups.entry(check_in(&row)).or_default().push(row);
    }
    groups
}

/// Removes a visit that no check-in makes.
pub async fn remove_visit(connection: &impl ConnectionTrait, id: VisitId) -> Result<(), DbErr> {
    visit::Entity::delete_by_id(id).exec(connection).await.map(|_| ())
}
