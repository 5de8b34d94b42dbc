//! Devices whose keys sign check-ins.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    check_in,
    device::{Column, Entity, Model},
    finding,
    ids::{CheckInId, PersonId},
    standing,
    values::{FindingCode, FindingOutcome},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef, Select,
    sea_query::{Expr, ExprTrait, OnConflict},
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

/// A check-in that a device signed, by someone who had registered its key.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct SignedUse {
    /// Which check-in.
    pub id: CheckInId,
    /// Whose.
    pub person_id: PersonId,
}

/// Check-ins that were signed when they were judged last: a fingerprint alone can be written by anybody.
fn signed() -> Select<check_in::Entity> {
    let standing = check_in::Entity::belongs_to(standing::Entity);
    let standing: RelationDef = standing.from(check_in::Column::Id).to(standing::Column::CheckInId).into();
    let findings = standing::Entity::belongs_to(finding::Entity);
    let findings: RelationDef = findings.from(standing::Column::AssessmentId).to(finding::Column::AssessmentId).into();
    check_in::Entity::find()
        .join(JoinType::InnerJoin, standing)
        .join(JoinType::InnerJoin, findings)
        .filter(finding::Column::Code.eq(FindingCode::Signature))
        .filter(finding::Column::Outcome.eq(FindingOutcome::Pass))
}

/// Check-ins that a device signed, by people who registered it.
fn uses(fingerprint: &str) -> Select<check_in::Entity> {
    let (device, person) = (check_in::Column::Device, check_in::Column::PersonId);
    let registered = Condition::all()
        .add(Expr::col((Entity, Column::Fingerprint)).equals((check_in::Entity, device)))
        .add(Expr::col((Entity, Column::PersonId)).equals((check_in::Entity, person)));
    signed()
        .join(JoinType::InnerJoin, check_in::Entity::belongs_to(Entity).from(person).to(Column::PersonId).into())
        .filter(registered)
        .filter(device.eq(fingerprint))
}

/// Who else checked in from a device within some time before a check-in.
pub async fn other_people(
    connection: &impl ConnectionTrait,
    fingerprint: &str,
    own: &check_in::Model,
    within: TimeDelta,
) -> Result<Vec<PersonId>, DbErr> {
    uses(fingerprint)
        .select_only()
        .column(check_in::Column::PersonId)
        .distinct()
        .filter(check_in::Column::PersonId.ne(own.person_id))
        .filter(check_in::Column::CorrectedAt.between(own.corrected_at - within, own.corrected_at))
        .into_tuple()
        .all(connection)
        .await
}

/// The check-ins from a device next before and next after one, within some time of it.
pub async fn beside(
    connection: &impl ConnectionTrait,
    fingerprint: &str,
    own: &check_in::Model,
    within: TimeDelta,
) -> Result<Vec<SignedUse>, DbErr> {
    let (at, id) = (check_in::Column::CorrectedAt, check_in::Column::Id);
    let others = || {
        uses(fingerprint)
            .select_only()
            .columns([id, check_in::Column::PersonId])
            .filter(at.between(own.corrected_at - within, own.corrected_at + within))
    };
    let same_moment = || at.eq(own.corrected_at);
    let before = others()
        .filter(at.lt(own.corrected_at).or(same_moment().and(id.lt(own.id))))
        .order_by_desc(at)
        .order_by_desc(id)
        .into_model::<SignedUse>()
        .one(connection)
        .await?;
    let after = others()
        .filter(at.gt(own.corrected_at).or(same_moment().and(id.gt(own.id))))
        .order_by_asc(at)
        .order_by_asc(id)
        .into_model::<SignedUse>()
        .one(connection)
        .await?;
    Ok(before.into_iter().chain(after).collect())
}

/// Devices that signed a person's check-ins before a time.
pub async fn used_before(
    connection: &impl ConnectionTrait,
    person: PersonId,
    before: DateTime<Utc>,
) -> Result<Vec<String>, DbErr> {
    let used: Vec<Option<String>> = signed()
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
