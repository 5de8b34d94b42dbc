//! Photos.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::{change, read};
use entity::{
    ids::{CheckInId, PhotoId},
    photo, photo_inspection,
    values::PhotoState,
};
use objects::PresignedUpload;

use crate::{
    app::{Failure, PhotoUploadRequest},
    graphql::{
        engine::cost::{LimitedAction, take},
        support::{
            access::{app, may_change, scope, viewer},
            error::{UserError, answered, broken},
            global_id,
            siblings::Batch,
        },
    },
    store,
};

/// A photo, from the moment its upload is allowed.
#[derive(Clone, Debug, Description)]
pub struct Photo {
    row: Arc<photo::Model>,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    ids: Vec<PhotoId>,
    inspections: Batch<(), PhotoId, photo_inspection::Model>,
}

/// How large a photo is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RenditionSize {
    /// 320 pixels on its longer side.
    Small,
    /// 1600 pixels on its longer side.
    Large,
}

impl Photo {
    /// Photos listed together.
    pub(in crate::graphql) fn list(rows: Vec<photo::Model>) -> Vec<Self> {
        let list = Arc::new(List { ids: rows.iter().map(|row| row.id).collect(), ..List::default() });
        rows.into_iter().map(|row| Self { row: Arc::new(row), list: Arc::clone(&list) }).collect()
    }

    pub(in crate::graphql) fn check_in_id(&self) -> Option<CheckInId> {
        self.row.check_in_id
    }

    /// Whether the viewer may see what it shows, once it belongs to a check-in.
    fn shown_to(&self, ctx: &Context<'_>) -> Result<bool> {
        let viewer = viewer(ctx)?;
        let relation = viewer.relation_to(self.row.person_id, const { read("Photo", "id") });
        let permitted = const { read("Photo", "downloadUrl") }.permits(viewer.who(), relation);
        Ok(self.row.check_in_id.is_some() && permitted)
    }

    async fn inspection(&self, ctx: &Context<'_>) -> Result<Option<photo_inspection::Model>> {
        if !self.shown_to(ctx)? {
            return Ok(None);
        }
        let load = || async {
            let rows = store::photo_inspection::find(app(ctx).database.reader(), self.list.ids.iter().copied()).await?;
            Ok::<_, sea_orm::DbErr>(rows.into_iter().map(|row| (row.photo_id, row)).collect())
        };
        self.list.inspections.get((), &self.row.id, load).await
    }

    async fn url_of(&self, ctx: &Context<'_>, object_key: &str) -> Result<Option<String>> {
        match app(ctx).photo_download(object_key).await {
            Ok(url) => Ok(Some(url)),
            Err(Failure::Broken(error)) => Err(broken(error)),
            Err(Failure::Refused(_)) => Ok(None),
        }
    }
}

#[Object(use_type_description)]
impl Photo {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// Media type, as announced.
    async fn content_type(&self) -> &str {
        &self.row.content_type
    }

    /// Length in bytes, as announced.
    async fn byte_size(&self) -> i64 {
        self.row.byte_size
    }

    /// SHA-256, as announced: 64 hexadecimal digits.
    async fn sha256(&self) -> &str {
        &self.row.sha256
    }

    /// How far it has come.
    async fn state(&self) -> PhotoState {
        self.row.state
    }

    /// When its upload was asked for.
    async fn requested_at(&self) -> DateTime<Utc> {
        self.row.requested_at
    }

    /// Where to fetch the original during the next five minutes, once it belongs to a check-in; null before, and for
    /// those who may not.
    async fn download_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if self.shown_to(ctx)? { self.url_of(ctx, &self.row.object_key).await } else { Ok(None) }
    }

    /// Where to fetch it, upright and without any metadata, during the next five minutes; null as for the original, and
    /// where it can't be shown.
    async fn rendition_url(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How large.")] size: RenditionSize,
    ) -> Result<Option<String>> {
        let key = self.inspection(ctx).await?.and_then(|found| match size {
            RenditionSize::Small => found.small_key,
            RenditionSize::Large => found.large_key,
        });
        match key {
            Some(key) => self.url_of(ctx, &key).await,
            None => Ok(None),
        }
    }

    /// A ThumbHash of it, base64: what to show until a rendition is there.
    async fn thumb_hash(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.inspection(ctx).await?.and_then(|found| found.thumbhash))
    }

    /// When it says it was taken; null where it says nothing.
    async fn taken_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.inspection(ctx).await?.and_then(|found| found.taken_at))
    }

    /// Why it can't be shown; null where it can, or was not inspected yet.
    async fn problem(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.inspection(ctx).await?.and_then(|found| found.problem))
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
    async fn request_photo_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The photo.")] input: RequestPhotoUploadInput,
    ) -> Result<RequestPhotoUploadPayload> {
        let viewer = may_change(ctx, const { change("requestPhotoUpload") })?;
        take(ctx, LimitedAction::Upload)?;
        let request =
            PhotoUploadRequest { content_type: input.content_type, byte_size: input.byte_size, sha256: input.sha256 };
        let ticket = async { app(ctx).request_photo_upload(viewer?, request).await };
        Ok(match answered(ticket.await)? {
            Ok(ticket) => RequestPhotoUploadPayload {
                photo: Photo::list(vec![ticket.photo]).pop(),
                upload: Some(ticket.upload.into()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => RequestPhotoUploadPayload { user_errors, ..RequestPhotoUploadPayload::default() },
        })
    }
}

/// A photo the viewer may see.
pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: PhotoId) -> Result<Option<Photo>> {
    let scope = scope(ctx, const { read("Photo", "id") })?;
    let row = store::photo::find(app(ctx).database.reader(), scope, id).await.map_err(broken)?;
    Ok(row.and_then(|row| Photo::list(vec![row]).pop()))
}
