//! Photos.

use chrono::{DateTime, Utc};
use entity::{
    check_in,
    ids::{CheckInId, PersonId, PhotoId},
    job,
    photo::{Column, Entity, Model},
    values::{JobKind, PhotoState},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationDef, sea_query::Expr,
};

use crate::store::{
    listing::Listing,
    scope::{Scope, in_scope_or_own},
};

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

/// The photos of each check-in, in their order.
pub fn of_each_check_in() -> Listing {
    Listing::ascending(Entity::find(), [Column::Ordinal, Column::Id]).of_each(Column::CheckInId)
}

/// Photos in scope by id: one's own, and those of check-ins at projects in scope.
pub fn visible_by_id(scope: Scope) -> Listing {
    let photos = Entity::find().join(sea_orm::JoinType::LeftJoin, to_check_in()).filter(in_scope_or_own(
        scope,
        check_in::Column::ProjectId,
        Column::PersonId,
    ));
    Listing::ascending(photos, [Column::Id])
}

fn to_check_in() -> RelationDef {
    Entity::belongs_to(check_in::Entity).from(Column::CheckInId).to(check_in::Column::Id).into()
}

/// Length and time of request of what this person asked to upload since a time and no check-in names, the earliest first,
/// so many at most.
pub async fn unattached(
    connection: &impl ConnectionTrait,
    person: PersonId,
    since: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<(i64, DateTime<Utc>)>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::ByteSize)
        .column(Column::RequestedAt)
        .filter(Column::PersonId.eq(person))
        .filter(Column::State.eq(PhotoState::Requested))
        .filter(Column::RequestedAt.gt(since))
        .order_by_asc(Column::RequestedAt)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await
}

/// Some photos that were asked for until a time and that no check-in names.
pub async fn forgotten(
    connection: &impl ConnectionTrait,
    until: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::State.eq(PhotoState::Requested))
        .filter(Column::CheckInId.is_null())
        .filter(Column::RequestedAt.lte(until))
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(connection)
        .await
}

/// Takes a photo off the record; false if a check-in names it.
pub async fn discard(connection: &impl ConnectionTrait, id: PhotoId) -> Result<bool, DbErr> {
    let discarded = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(PhotoState::Requested))
        .filter(Column::CheckInId.is_null())
        .exec(connection)
        .await?;
    Ok(discarded.rows_affected == 1)
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

/// Photos by id, in no order.
pub async fn get(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = PhotoId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::Id.is_in(ids)).all(connection).await
}

/// Photos of check-ins that wait to be inspected, and that no job is there for: a server that knew no jobs recorded them.
pub async fn without_job(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<PhotoId>, DbErr> {
    let jobs = job::Entity::find()
        .select_only()
        .column(job::Column::Subject)
        .filter(job::Column::Kind.eq(JobKind::PhotoInspection))
        .into_query();
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::State.eq(PhotoState::Attached))
        .filter(Column::Id.not_in_subquery(jobs))
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await
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

/// Records that a photo's bytes are somewhere else now.
pub async fn moved(connection: &impl ConnectionTrait, id: PhotoId, object_key: String) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::ObjectKey, Expr::value(object_key))
        .filter(Column::Id.eq(id))
        .exec(connection)
        .await
        .map(drop)
}

/// Puts a damaged photo back to be inspected, as if it had just been attached; false if it is not damaged.
pub async fn wait_again(connection: &impl ConnectionTrait, id: PhotoId) -> Result<bool, DbErr> {
    let changed = Entity::update_many()
        .col_expr(Column::State, Expr::value(PhotoState::Attached))
        .col_expr(Column::InspectedAt, Expr::value(None::<DateTime<Utc>>))
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
