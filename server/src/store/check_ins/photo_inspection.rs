//! What was found in photos, and photos that look alike.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    check_in,
    ids::{CheckInId, PhotoId},
    photo, photo_band,
    photo_inspection::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef, sea_query::OnConflict,
};

/// Photos that are looked at for likeness at most: more would be a flood of look-alikes, and one is enough.
const MOST_ALIKE: u64 = 2000;

/// What was found in these photos.
pub async fn find(
    connection: &impl ConnectionTrait,
    photos: impl IntoIterator<Item = PhotoId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::PhotoId.is_in(photos)).all(connection).await
}

/// Records what was found in a photo, with the bands of its perceptual hash.
pub async fn insert(connection: &impl ConnectionTrait, inspection: Model, bands: &[i32]) -> Result<(), DbErr> {
    let photo_id = inspection.photo_id;
    inspection.into_active_model().reset_all().insert(connection).await?;
    let bands: Vec<_> = (0..)
        .zip(bands)
        .map(|(band, value)| photo_band::Model { photo_id, band, value: *value }.into_active_model().reset_all())
        .collect();
    if bands.is_empty() {
        return Ok(());
    }
    photo_band::Entity::insert_many(bands)
        .on_conflict(
            OnConflict::columns([photo_band::Column::PhotoId, photo_band::Column::Band]).do_nothing().to_owned(),
        )
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

/// A photo that may look like another.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct SimilarPhoto {
    /// Perceptual hash.
    pub perceptual_hash: i64,
    /// The check-in it is evidence of.
    pub check_in_id: CheckInId,
    /// When that was captured, corrected.
    pub corrected_at: DateTime<Utc>,
}

/// Photos of other check-ins that have one of these values in a band of their perceptual hash, found by index. Those
/// that the same person took at the same project within `burst` are left out: honest photos of one visit look alike.
pub async fn sharing_band(
    connection: &impl ConnectionTrait,
    bands: &[Vec<i32>],
    own: &check_in::Model,
    burst: TimeDelta,
) -> Result<Vec<SimilarPhoto>, DbErr> {
    let same_burst = Condition::all()
        .add(check_in::Column::PersonId.eq(own.person_id))
        .add(check_in::Column::ProjectId.eq(own.project_id))
        .add(check_in::Column::CorrectedAt.between(own.corrected_at - burst, own.corrected_at + burst));
    let mut any = Condition::any();
    for (band, value) in (0..).zip(bands) {
        any = any.add(
            Condition::all()
                .add(photo_band::Column::Band.eq::<i32>(band))
                .add(photo_band::Column::Value.is_in(value.iter().copied())),
        );
    }
    photo_band::Entity::find()
        .join(JoinType::InnerJoin, to_inspection())
        .join(JoinType::InnerJoin, to_photo())
        .join(JoinType::InnerJoin, to_check_in())
        .select_only()
        .column(Column::PerceptualHash)
        .column(photo::Column::CheckInId)
        .column(check_in::Column::CorrectedAt)
        .filter(any)
        .filter(photo::Column::CheckInId.ne(own.id))
        .filter(same_burst.not())
        .filter(Column::PerceptualHash.is_not_null())
        .order_by_asc(photo_band::Column::PhotoId)
        .limit(MOST_ALIKE)
        .into_model()
        .all(connection)
        .await
}

/// Another check-in that has a photo of the very same bytes.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct IdenticalPhoto {
    /// Which.
    pub check_in_id: CheckInId,
    /// When it was captured, corrected.
    pub corrected_at: DateTime<Utc>,
}

/// Other check-ins that have a photo of these very bytes: the nearest `limit` captured before one, and after it.
pub async fn same_bytes(
    connection: &impl ConnectionTrait,
    sha256: &str,
    own: &check_in::Model,
    limit: u64,
) -> Result<Vec<IdenticalPhoto>, DbErr> {
    let others = || {
        photo::Entity::find()
            .join(JoinType::InnerJoin, to_check_in())
            .select_only()
            .column(photo::Column::CheckInId)
            .column(check_in::Column::CorrectedAt)
            .distinct()
            .filter(photo::Column::Sha256.eq(sha256))
            .filter(photo::Column::CheckInId.ne(own.id))
            .limit(limit)
    };
    let at = check_in::Column::CorrectedAt;
    let before = others().filter(at.lte(own.corrected_at)).order_by_desc(at).order_by_desc(photo::Column::CheckInId);
    let after = others().filter(at.gt(own.corrected_at)).order_by_asc(at).order_by_asc(photo::Column::CheckInId);
    let mut found: Vec<IdenticalPhoto> = before.into_model().all(connection).await?;
    found.extend(after.into_model::<IdenticalPhoto>().all(connection).await?);
    Ok(found)
}

fn to_inspection() -> RelationDef {
    photo_band::Entity::belongs_to(Entity).from(photo_band::Column::PhotoId).to(Column::PhotoId).into()
}

fn to_photo() -> RelationDef {
    photo_band::Entity::belongs_to(photo::Entity).from(photo_band::Column::PhotoId).to(photo::Column::Id).into()
}

fn to_check_in() -> RelationDef {
    photo::Entity::belongs_to(check_in::Entity).from(photo::Column::CheckInId).to(check_in::Column::Id).into()
}
