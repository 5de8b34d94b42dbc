//! Photos.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    ids::PhotoId,
    photo,
    values::{AccountRole, PhotoState},
};

use super::{
    access::{app, scope, viewer},
    error::{UserError, answered, broken},
    global_id,
};
use crate::{
    app::{Failure, PhotoUploadRequest},
    photos::PresignedUpload,
    store,
};

/// A photo, from the moment its upload is allowed.
#[derive(Clone, Debug, Description)]
pub struct Photo(pub(super) photo::Model);

#[Object(use_type_description)]
impl Photo {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.0.id)
    }

    /// Media type, as announced.
    async fn content_type(&self) -> &str {
        &self.0.content_type
    }

    /// Length in bytes, as announced.
    async fn byte_size(&self) -> i64 {
        self.0.byte_size
    }

    /// SHA-256, as announced: 64 hexadecimal digits.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// How far it has come.
    async fn state(&self) -> PhotoState {
        self.0.state
    }

    /// When its upload was asked for.
    async fn requested_at(&self) -> DateTime<Utc> {
        self.0.requested_at
    }

    /// Where to fetch it during the next five minutes: for its owner, the project's team and the office, and only
    /// once it belongs to a check-in. Null otherwise.
    #[graphql(complexity = 5)]
    async fn download_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let viewer = viewer(ctx)?;
        // Whoever of the staff reached a photo that is not their own did so through a project they serve.
        let on_team = viewer.role == AccountRole::Staff;
        if self.0.check_in_id.is_none() || !viewer.sees_photos_of(self.0.person_id, on_team) {
            return Ok(None);
        }
        match app(ctx).photo_download(&self.0).await {
            Ok((url, _)) => Ok(Some(url)),
            Err(Failure::Broken(error)) => Err(broken(error)),
            Err(Failure::Refused(_)) => Ok(None),
        }
    }
}

/// How to send a photo's bytes, straight to the object store.
#[derive(Clone, Debug, SimpleObject)]
pub struct PhotoUpload {
    /// The HTTP method.
    method: &'static str,
    /// Where to send the bytes. Whoever has it can upload: keep it secret until it expires.
    url: String,
    /// Every header to send, with exactly this value.
    headers: Vec<HttpHeader>,
    /// The last moment at which the upload may begin.
    expires_at: DateTime<Utc>,
}

/// A header of an HTTP request.
#[derive(Clone, Debug, SimpleObject)]
pub struct HttpHeader {
    /// Name, in lower case.
    name: String,
    /// Value.
    value: String,
}

impl From<PresignedUpload> for PhotoUpload {
    fn from(upload: PresignedUpload) -> Self {
        let headers = upload.headers.into_iter().map(|(name, value)| HttpHeader { name, value }).collect();
        Self { method: upload.method, url: upload.url, headers, expires_at: upload.expires_at }
    }
}

/// The photo a phone wants to upload: length, type and digest are fixed by this.
#[derive(Debug, InputObject)]
pub struct RequestPhotoUploadInput {
    /// Media type: `image/jpeg`, `image/heic` or `image/png`.
    content_type: String,
    /// Length in bytes, 20 MiB at most.
    byte_size: i64,
    /// SHA-256 of the bytes: 64 hexadecimal digits.
    sha256: String,
}

/// Leave to upload a photo.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct RequestPhotoUploadPayload {
    /// The photo to be; its id goes into the check-in.
    photo: Option<Photo>,
    /// How to send its bytes. An answer of 409 or 412 to the upload means that an earlier try had arrived.
    upload: Option<PhotoUpload>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// Mutations of photos.
#[derive(Debug, Default)]
pub struct PhotoMutation;

#[Object]
impl PhotoMutation {
    /// Allows one upload of one photo, of exactly the length, type and SHA-256 given, within the next hour.
    #[graphql(complexity = "10 + child_complexity")]
    async fn request_photo_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The photo.")] input: RequestPhotoUploadInput,
    ) -> Result<RequestPhotoUploadPayload> {
        let request =
            PhotoUploadRequest { content_type: input.content_type, byte_size: input.byte_size, sha256: input.sha256 };
        Ok(match answered(app(ctx).request_photo_upload(viewer(ctx)?, request).await)? {
            Ok(ticket) => RequestPhotoUploadPayload {
                photo: Some(Photo(ticket.photo)),
                upload: Some(ticket.upload.into()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => RequestPhotoUploadPayload { user_errors, ..RequestPhotoUploadPayload::default() },
        })
    }
}

/// A photo the viewer may see.
pub(super) async fn find(ctx: &Context<'_>, id: PhotoId) -> Result<Option<Photo>> {
    let row = store::photo::find(app(ctx).database.reader(), scope(ctx)?, id).await.map_err(broken)?;
    Ok(row.map(Photo))
}
