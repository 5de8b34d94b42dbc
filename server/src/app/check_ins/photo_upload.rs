//! Allows the upload of a photo, straight to the object store.

use messages::message;
use std::time::Duration;

use chrono::{Datelike, TimeDelta};
use domain::{digest::Sha256Digest, permission::Viewer};
use entity::{photo, values::PhotoState};
use objects::{ObjectKey, ObjectSpec, PHOTO_BYTES, PresignedUpload, Room, WriteOnce};
use sea_orm::ConnectionTrait;
use tokio::time::timeout;

use crate::{
    app::{App, Broken, Failure, PhotoLimits, Refusal, RefusalCode},
    store,
};

/// Media types a photo may have. The phone sends JPEG; HEIC is kept as the original.
const CONTENT_TYPES: [&str; 3] = ["image/jpeg", "image/heic", "image/png"];
/// An offline phone may upload a while after it asked.
pub(in crate::app) const UPLOAD_LIFETIME: Duration = Duration::from_secs(3600);
/// A download URL is for showing a photo now.
const DOWNLOAD_LIFETIME: Duration = Duration::from_secs(300);
/// How long a disk has to say how much room it has.
const ROOM_PATIENCE: Duration = Duration::from_secs(5);
/// For how long a photo waits for a check-in that names it; then it goes.
pub(in crate::app) const WAITS: TimeDelta = TimeDelta::days(1);

/// The photo a phone wants to upload.
#[derive(Clone, Debug)]
pub struct PhotoUploadRequest {
    /// Media type.
    pub content_type: String,
    /// Length, bytes.
    pub byte_size: i64,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
}

/// Leave to upload one photo.
#[derive(Clone, Debug)]
pub struct UploadTicket {
    /// The photo to be.
    pub photo: photo::Model,
    /// How to send its bytes.
    pub upload: PresignedUpload,
}

impl App {
    /// Allows the viewer to upload one photo of exactly this type, length and SHA-256.
    pub async fn request_photo_upload(
        &self,
        viewer: &Viewer,
        request: PhotoUploadRequest,
    ) -> Result<UploadTicket, Failure> {
        let person = viewer.person.ok_or_else(Refusal::not_a_person)?;
        let (byte_size, sha256) = check(&request).map_err(Failure::Refused)?;
        let now = self.clock.now();
        self.check_room(byte_size).await?;
        let id: entity::ids::PhotoId = self.clock.id();
        let key: ObjectKey = format!("photos/{:04}/{:02}/{id}", now.year(), now.month())
            .parse()
            .map_err(|error| Broken::failed(format!("photo {id}"), error))?;
        let key = match self.objects.write_once().await {
            Ok(WriteOnce::ByStore) => key,
            Ok(WriteOnce::BySealing) => unsealed(&key)?,
            Err(error) => {
                tracing::warn!(error = %error.in_full(), "no upload can be allowed");
                return Err(self.store_unavailable("").into());
            }
        };
        let spec = ObjectSpec { key, content_type: request.content_type, byte_size, sha256 };
        let upload = self.objects.presign_upload(&spec, now, UPLOAD_LIFETIME).await?;
        let photo = photo::Model {
            id,
            person_id: person,
            content_type: spec.content_type,
            byte_size: request.byte_size,
            sha256: sha256.to_string(),
            object_key: spec.key.to_string(),
            requested_at: now,
            upload_expires_at: upload.expires_at,
            check_in_id: None,
            ordinal: None,
            state: PhotoState::Requested,
            inspected_at: None,
            attempts: 0,
            lease_until: None,
        };
        let transaction = self.database.begin().await?;
        // One request after the other, or several at once would each find room.
        store::person::lock(&transaction, person).await?;
        if let Some(refusal) = self.no_more_may_wait(&transaction, &photo).await? {
            transaction.rollback().await?;
            return Err(refusal.into());
        }
        store::photo::insert(&transaction, photo.clone()).await?;
        transaction.commit().await?;
        Ok(UploadTicket { photo, upload })
    }

    /// Says that the store is full before it is: photos under way and the database need room, too.
    async fn check_room(&self, byte_size: u64) -> Result<(), Failure> {
        let room = timeout(ROOM_PATIENCE, self.objects.room_for(byte_size)).await;
        match room {
            Ok(Ok(Room::None)) => Err(store_full().into()),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                tracing::warn!(error = %error.in_full(), "the room for photos is not known");
                Err(self.store_unavailable("").into())
            }
            Err(_) => Err(self.store_unavailable("").into()),
        }
    }

    /// Why a person may not have this photo waiting as well; none if they may.
    async fn no_more_may_wait(
        &self,
        connection: &impl ConnectionTrait,
        photo: &photo::Model,
    ) -> Result<Option<Refusal>, Broken> {
        let limits = &self.photo_limits;
        let since = photo.requested_at - WAITS;
        let waiting = store::photo::unattached(connection, photo.person_id, since, limits.waiting).await?;
        let bytes = waiting.iter().map(|(bytes, _)| u64::try_from(*bytes).unwrap_or(0)).sum::<u64>();
        let own = u64::try_from(photo.byte_size).unwrap_or(0);
        if (waiting.len() as u64) < limits.waiting && bytes + own <= limits.waiting_bytes {
            return Ok(None);
        }
        // The earliest makes room first; without any, this one alone is too much.
        let retry_at = waiting.first().map(|(_, requested_at)| *requested_at + WAITS);
        Ok(Some(Refusal { retry_at, ..too_many(waiting.len(), bytes, limits) }))
    }

    /// A URL that shows an object for a few minutes. Whoever calls this has asked whether the viewer may.
    pub async fn photo_download(&self, object_key: &str) -> Result<String, Failure> {
        let key: ObjectKey =
            object_key.parse().map_err(|error| Broken::failed(format!("object key {object_key}"), error))?;
        Ok(self.objects.presign_download(&key, self.clock.now(), DOWNLOAD_LIFETIME).await?)
    }
}

/// Where uploads go that are sealed later.
const UNSEALED: &str = "incoming/";

fn unsealed(key: &ObjectKey) -> Result<ObjectKey, Broken> {
    format!("{UNSEALED}{key}").parse().map_err(|error| Broken::failed(format!("object key {key}"), error))
}

/// Where what is at `key` is sealed; none where the store itself keeps it from being written over.
pub(in crate::app) fn sealed(key: &str) -> Option<&str> {
    key.strip_prefix(UNSEALED)
}

fn check(request: &PhotoUploadRequest) -> Result<(u64, Sha256Digest), Vec<Refusal>> {
    let mut refusals = Vec::new();
    if !CONTENT_TYPES.contains(&request.content_type.as_str()) {
        refusals.push(Refusal::new(
            RefusalCode::Invalid,
            "contentType",
            message!(PhotoContentType { types: CONTENT_TYPES.to_vec() }),
        ));
    }
    let byte_size = u64::try_from(request.byte_size).unwrap_or(0);
    if byte_size == 0 || byte_size > PHOTO_BYTES {
        let code = if byte_size == 0 { RefusalCode::Invalid } else { RefusalCode::TooLarge };
        refusals.push(Refusal::new(code, "byteSize", message!(PhotoSize { limit: PHOTO_BYTES })));
    }
    match request.sha256.parse() {
        Ok(sha256) if refusals.is_empty() => Ok((byte_size, sha256)),
        Ok(_) => Err(refusals),
        Err(_) => {
            refusals.push(Refusal::new(RefusalCode::Invalid, "sha256", message!(PhotoSha256)));
            Err(refusals)
        }
    }
}

fn store_full() -> Refusal {
    Refusal::of_no_field(RefusalCode::StoreFull, message!(StoreNearlyFull))
}

fn too_many(photos: usize, bytes: u64, limits: &PhotoLimits) -> Refusal {
    let (most, most_mib) = (limits.waiting, limits.waiting_bytes >> 20);
    let mib = bytes.div_ceil(1 << 20);
    Refusal::of_no_field(RefusalCode::TooManyUploads, message!(PhotosWaiting { mib, most, most_mib, photos }))
}
