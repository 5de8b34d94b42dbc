//! Photos, and the queue of those to inspect.

use chrono::{DateTime, Utc};
use entity::{
    check_in,
    ids::{CheckInId, PersonId, PhotoId},
    photo::{Column, Entity, Model},
    values::PhotoState,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, RelationDef,
    sea_query::{Expr, ExprTrait},
};

use super::scope::{Scope, in_scope_or_own};

/// Records a photo.
pub async fn insert(connection: &impl ConnectionTrait, photo: Model) -> Result<(), DbErr> {
    photo.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Photos of this person by id.
pub async fn of_person(
    connection: &impl ConnectionTrait,
    person: PersonId,
    ids: impl IntoIterator<Item = PhotoId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::PersonId.eq(person)).filter(Column::Id.is_in(ids)).all(connection).await
}

/// Photos of these check-ins, in their order.
pub async fn of_check_ins(
    connection: &impl ConnectionTrait,
    check_ins: impl IntoIterator<Item = CheckInId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::CheckInId.is_in(check_ins))
        .order_by_asc(Column::CheckInId)
        .order_by_asc(Column::Ordinal)
        .all(connection)
        .await
}

/// A photo in scope: one's own, or one of a check-in at a project in scope.
pub async fn find(connection: &impl ConnectionTrait, scope: Scope, id: PhotoId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id)
        .join(sea_orm::JoinType::LeftJoin, to_check_in())
        .filter(in_scope_or_own(scope, check_in::Column::ProjectId, Column::PersonId))
        .one(connection)
        .await
}

fn to_check_in() -> RelationDef {
    Entity::belongs_to(check_in::Entity).from(Column::CheckInId).to(check_in::Column::Id).into()
}

/// Uploads this person asked for since a time and never attached.
pub async fn count_unattached(
    connection: &impl ConnectionTrait,
    person: PersonId,
    since: DateTime<Utc>,
) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Column::PersonId.eq(person))
        .filter(Column::State.eq(PhotoState::Requested))
        .filter(Column::RequestedAt.gt(since))
        .count(connection)
        .await
}

/// Attaches a photo to a check-in; false if it is not the person's or is attached already.
pub async fn attach(
    connection: &impl ConnectionTrait,
    id: PhotoId,
    person: PersonId,
    check_in: CheckInId,
    ordinal: i32,
) -> Result<bool, DbErr> {
    let attached = Entity::update_many()
        .col_expr(Column::CheckInId, Expr::value(check_in))
        .col_expr(Column::Ordinal, Expr::value(ordinal))
        .col_expr(Column::State, Expr::value(PhotoState::Attached))
        .filter(Column::Id.eq(id))
        .filter(Column::PersonId.eq(person))
        .filter(Column::CheckInId.is_null())
        .exec(connection)
        .await?;
    Ok(attached.rows_affected == 1)
}

/// Photos that wait for inspection and that no server holds.
pub async fn waiting(connection: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::State.eq(PhotoState::Attached))
        .filter(Column::LeaseUntil.is_null().or(Column::LeaseUntil.lte(now)))
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(connection)
        .await
}

/// Takes a waiting photo for inspection; false if another server was faster.
pub async fn lease(
    connection: &impl ConnectionTrait,
    id: PhotoId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let leased = Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value(until))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(PhotoState::Attached))
        .filter(Column::LeaseUntil.is_null().or(Column::LeaseUntil.lte(now)))
        .exec(connection)
        .await?;
    Ok(leased.rows_affected == 1)
}

/// Takes back that the inspection under way counts as one broken off by a crash. The lease stays, and with it the wait.
pub async fn uncount(connection: &impl ConnectionTrait, id: PhotoId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).sub(1))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(PhotoState::Attached))
        .exec(connection)
        .await
        .map(drop)
}

/// Records what inspection found; false if it had been recorded before.
pub async fn inspected(
    connection: &impl ConnectionTrait,
    id: PhotoId,
    state: PhotoState,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let changed = Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::InspectedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(PhotoState::Attached))
        .exec(connection)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Puts a damaged photo back to be inspected, as if it had just been attached; false if it is not damaged.
pub async fn wait_again(connection: &impl ConnectionTrait, id: PhotoId) -> Result<bool, DbErr> {
    let changed = Entity::update_many()
        .col_expr(Column::State, Expr::value(PhotoState::Attached))
        .col_expr(Column::InspectedAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::LeaseUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::Attempts, Expr::value(0))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(PhotoState::Damaged))
        .exec(connection)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Photos of check-ins that announced this SHA-256.
pub async fn attached_with(connection: &impl ConnectionTrait, sha256: &str) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::Sha256.eq(sha256))
        .filter(Column::CheckInId.is_not_null())
        .limit(10)
        .all(connection)
        .await
}
