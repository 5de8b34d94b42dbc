//! Allows the upload of a photo, straight to the object store.

use std::time::Duration;

use chrono::{Datelike, TimeDelta};
use entity::{photo, values::PhotoState};

use super::{App, Failure, Refusal, RefusalCode, check_in::not_a_person};
use crate::{
    domain::{digest::Sha256Digest, permission::Viewer},
    photos::{ObjectKey, ObjectSpec, PresignedUpload},
    store,
};

/// Media types a photo may have. The phone sends JPEG; HEIC is kept as the original.
const CONTENT_TYPES: [&str; 3] = ["image/jpeg", "image/heic", "image/png"];
/// Bytes of a photo at most.
const BYTES_LIMIT: u64 = 20 * 1024 * 1024;
/// An offline phone may upload a while after it asked.
const UPLOAD_LIFETIME: Duration = Duration::from_secs(3600);
/// A download URL is for showing a photo now.
const DOWNLOAD_LIFETIME: Duration = Duration::from_secs(300);
/// Uploads asked for within a day and never attached, at most: storage is not free.
const UNUSED_LIMIT: u64 = 200;

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
        let person = viewer.person.ok_or_else(not_a_person)?;
        let (byte_size, sha256) = check(&request).map_err(Failure::Refused)?;
        let now = self.clock.now();
        let unused = store::photo::count_unattached(self.database.reader(), person, now - TimeDelta::days(1)).await?;
        if unused >= UNUSED_LIMIT {
            return Err(too_many().into());
        }
        let id: entity::ids::PhotoId = self.clock.id();
        let key: ObjectKey = format!("photos/{:04}/{:02}/{id}", now.year(), now.month())
            .parse()
            .map_err(|error| super::Broken::Record(format!("photo {id}: {error}")))?;
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
        store::photo::insert(&transaction, photo.clone()).await?;
        transaction.commit().await?;
        Ok(UploadTicket { photo, upload })
    }

    /// A URL that shows an object for a few minutes. Whoever calls this has asked whether the viewer may.
    pub async fn photo_download(&self, object_key: &str) -> Result<String, Failure> {
        let key: ObjectKey =
            object_key.parse().map_err(|error| super::Broken::Record(format!("object key {object_key}: {error}")))?;
        Ok(self.objects.presign_download(&key, self.clock.now(), DOWNLOAD_LIFETIME).await?)
    }
}

fn check(request: &PhotoUploadRequest) -> Result<(u64, Sha256Digest), Vec<Refusal>> {
    let mut refusals = Vec::new();
    if !CONTENT_TYPES.contains(&request.content_type.as_str()) {
        refusals.push(Refusal::new(
            RefusalCode::Invalid,
            "contentType",
            format!("照片类型须为 {} 之一。", CONTENT_TYPES.join("、")),
            format!("A photo's content type must be one of {}.", CONTENT_TYPES.join(", ")),
        ));
    }
    let byte_size = u64::try_from(request.byte_size).unwrap_or(0);
    if byte_size == 0 || byte_size > BYTES_LIMIT {
        let code = if byte_size == 0 { RefusalCode::Invalid } else { RefusalCode::TooLarge };
        refusals.push(Refusal::new(
            code,
            "byteSize",
            format!("照片大小须为 1 至 {BYTES_LIMIT} 字节。"),
            format!("A photo must have 1 to {BYTES_LIMIT} bytes."),
        ));
    }
    match request.sha256.parse() {
        Ok(sha256) if refusals.is_empty() => Ok((byte_size, sha256)),
        Ok(_) => Err(refusals),
        Err(_) => {
            refusals.push(Refusal::new(
                RefusalCode::Invalid,
                "sha256",
                "SHA-256 须为 64 位十六进制数字。",
                "sha256 must be 64 hexadecimal digits.",
            ));
            Err(refusals)
        }
    }
}

fn too_many() -> Refusal {
    Refusal {
        field: Vec::new(),
        ..Refusal::new(
            RefusalCode::TooManyUploads,
            "",
            format!("一天内已申请 {UNUSED_LIMIT} 次上传而未用于签到，请先使用已上传的照片。"),
            format!("{UNUSED_LIMIT} uploads were asked for within a day and not used; use those first."),
        )
    }
}
