//! Weekly tallies.

use entity::{
    ids::{PersonId, ProjectId},
    weekly_tally::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, OnConflict},
};

/// Locks the tally of a person, project and week until the transaction ends, and returns what it was.
/// Whoever changes a visit holds this lock, so that a week is counted by one at a time.
pub async fn lock(
    connection: &impl ConnectionTrait,
    project: ProjectId,
    person: PersonId,
    (iso_year, iso_week): (i32, i32),
) -> Result<Model, DbErr> {
    let empty =
        Model { project_id: project, person_id: person, iso_year, iso_week, verified: 0, provisional: 0, rejected: 0 };
    Entity::insert(empty.clone().into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([Column::ProjectId, Column::PersonId, Column::IsoYear, Column::IsoWeek])
                // Changes nothing, but takes the row's lock where DO NOTHING would not.
                .value(Column::Verified, Expr::col((Entity, Column::Verified)))
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    let found = Entity::find_by_id((project, person, iso_year, iso_week)).one(connection).await?;
    Ok(found.unwrap_or(empty))
}

/// Records a tally that is locked.
pub async fn save(connection: &impl ConnectionTrait, tally: Model) -> Result<(), DbErr> {
    tally.into_active_model().reset_all().update(connection).await.map(|_| ())
}

/// Tallies of these projects from a week to a week, both included, weeks as (ISO year, ISO week).
pub async fn of_projects(
    connection: &impl ConnectionTrait,
    projects: impl IntoIterator<Item = ProjectId>,
    from: (i32, i32),
    to: (i32, i32),
) -> Result<Vec<Model>, DbErr> {
    let not_before = Condition::any()
        .add(Column::IsoYear.gt(from.0))
        .add(Condition::all().add(Column::IsoYear.eq(from.0)).add(Column::IsoWeek.gte(from.1)));
    let not_after = Condition::any()
        .add(Column::IsoYear.lt(to.0))
        .add(Condition::all().add(Column::IsoYear.eq(to.0)).add(Column::IsoWeek.lte(to.1)));
    Entity::find().filter(Column::ProjectId.is_in(projects)).filter(not_before).filter(not_after).all(connection).await
}
