//! Devices whose keys sign check-ins.

use chrono::{DateTime, Utc};
use entity::{
    check_in,
    device::{Column, Entity, Model},
    ids::PersonId,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, OnConflict},
};

/// A person's devices, revoked ones too, the oldest first.
pub async fn of_person(connection: &impl ConnectionTrait, person: PersonId) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::PersonId.eq(person)).order_by_asc(Column::RegisteredAt).all(connection).await
}

/// Registers a device; registering it again changes nothing.
pub async fn register(connection: &impl ConnectionTrait, device: Model) -> Result<(), DbErr> {
    Entity::insert(device.into_active_model().reset_all())
        .on_conflict(OnConflict::columns([Column::Fingerprint, Column::PersonId]).do_nothing().to_owned())
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

/// Revokes a device of a person; false if there was none to revoke.
pub async fn revoke(
    connection: &impl ConnectionTrait,
    person: PersonId,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let revoked = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::PersonId.eq(person))
        .filter(Column::Fingerprint.eq(fingerprint))
        .filter(Column::RevokedAt.is_null())
        .exec(connection)
        .await?;
    Ok(revoked.rows_affected == 1)
}

/// Who else checked in from a device since a time.
pub async fn other_people(
    connection: &impl ConnectionTrait,
    fingerprint: &str,
    person: PersonId,
    since: DateTime<Utc>,
) -> Result<Vec<PersonId>, DbErr> {
    check_in::Entity::find()
        .select_only()
        .column(check_in::Column::PersonId)
        .distinct()
        .filter(check_in::Column::Device.eq(fingerprint))
        .filter(check_in::Column::PersonId.ne(person))
        .filter(check_in::Column::CorrectedAt.gt(since))
        .into_tuple()
        .all(connection)
        .await
}

/// Devices a person checked in from before a time.
pub async fn used_before(
    connection: &impl ConnectionTrait,
    person: PersonId,
    before: DateTime<Utc>,
) -> Result<Vec<String>, DbErr> {
    let used: Vec<Option<String>> = check_in::Entity::find()
        .select_only()
        .column(check_in::Column::Device)
        .distinct()
        .filter(check_in::Column::PersonId.eq(person))
        .filter(check_in::Column::Device.is_not_null())
        .filter(check_in::Column::CorrectedAt.lt(before))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(used.into_iter().flatten().collect())
}

/// Devices by the fingerprint of their keys, whoever registered them.
pub async fn by_fingerprints(
    connection: &impl ConnectionTrait,
    fingerprints: impl IntoIterator<Item = String>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::Fingerprint.is_in(fingerprints)).all(connection).await
}
