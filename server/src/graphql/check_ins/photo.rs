//! Photos.

use async_graphql::{Context, Description, Enum, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::{change, read};
use entity::{
    ids::{CheckInId, PersonId, PhotoId},
    photo::Column,
    photo_inspection,
    values::PhotoState,
};
use futures_util::future::BoxFuture;
use objects::PresignedUpload;

use crate::{
    app::{Failure, PhotoUploadRequest},
    graphql::{
        engine::{
            cost::{LimitedAction, take},
            levels::{Asking, At, Fields, Found, Noun, Place, Stored, Via, argument},
        },
        support::{
            access::{app, may_change},
            error::{UserError, answered, broken},
        },
    },
};

/// A photo, from the moment its upload is allowed.
#[derive(Debug, Description)]
pub struct Photo;

/// How large a photo is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RenditionSize {
    /// 320 pixels on its longer side.
    Small,
    /// 1600 pixels on its longer side.
    Large,
}

impl Noun for Photo {
    const NAME: &'static str = "Photo";
    const NODE: bool = true;

    /// Shown to whoever may see the check-in they are evidence of.
    fn stored() -> Option<Stored> {
        Some(Stored::by(Column::Id))
    }

    fn fields(of: &mut Fields<Self>) {
        of.id::<PhotoId>(Column::Id);
        of.text("contentType", "Media type, as announced.", Column::ContentType);
        of.plain("byteSize", "Length in bytes, as announced.", Column::ByteSize, |bytes: i64| bytes);
        of.text("sha256", "SHA-256, as announced: 64 hexadecimal digits.", Column::Sha256);
        of.named::<PhotoState>("state", "How far it has come.", Column::State);
        of.plain("requestedAt", "When its upload was asked for.", Column::RequestedAt, |at: DateTime<Utc>| at);
        of.awaited(
            "downloadUrl",
            "Where to fetch the original during the next five minutes, once it belongs to a check-in; null before, and for\n\
             those who may not.",
            shown(Column::ObjectKey),
            |at| Box::pin(async move { url_of(&at, text(&at)?).await }),
        );
        inspected(of);
    }
}

/// What inspection found: for whoever may see what a photo shows.
fn inspected(of: &mut Fields<Photo>) {
    use photo_inspection::Column::{LargeKey, PhotoId, Problem, SmallKey, TakenAt, Thumbhash};
    let inspection = Via::of(Column::Id, PhotoId);
    let mut keys = shown(inspection.at(SmallKey));
    keys.push(inspection.at(LargeKey));
    of.awaited_as_asked(
        "renditionUrl",
        "Where to fetch it, upright and without any metadata, during the next five minutes; null as for the original, and\n\
         where it can't be shown.",
        vec![argument::<RenditionSize>("size", "How large.")],
        |asking: &Asking<'_>| Ok(Box::new(asking.argument::<RenditionSize>("size")?)),
        keys,
        rendition,
    );
    of.of(
        "thumbHash",
        "A ThumbHash of it, base64: what to show until a rendition is there.",
        shown(inspection.at(Thumbhash)),
        text,
    );
    of.of("takenAt", "When it says it was taken; null where it says nothing.", shown(inspection.at(TakenAt)), |at| {
        if is_shown(at)? { at.get::<Option<DateTime<Utc>>>(2) } else { Ok(None) }
    });
    of.of(
        "problem",
        "Why it can't be shown; null where it can, or was not inspected yet.",
        shown(inspection.at(Problem)),
        text,
    );
}

fn rendition<'a>(at: At<'a>, size: &'a RenditionSize) -> BoxFuture<'a, Result<Option<String>>> {
    Box::pin(async move {
        let key = match size {
            _ if !is_shown(&at)? => None,
            RenditionSize::Small => at.get(2)?,
            RenditionSize::Large => at.get(3)?,
        };
        url_of(&at, key).await
    })
}

/// A column that is only for whoever may see what the photo shows: what that takes comes before it.
fn shown(column: impl Into<Place>) -> Vec<Place> {
    vec![Column::PersonId.into(), Column::CheckInId.into(), column.into()]
}

/// Whether the viewer may see what it shows, once it belongs to a check-in.
fn is_shown(at: &At<'_>) -> Result<bool> {
    let (viewer, person): (_, PersonId) = (at.viewing.viewer()?, at.get(0)?);
    let relation = viewer.relation_to(person, const { read("Photo", "id") });
    let permitted = const { read("Photo", "downloadUrl") }.permits(viewer.who(), relation);
    Ok(permitted && at.get::<Option<CheckInId>>(1)?.is_some())
}

/// The column, for whoever may see what the photo shows.
fn text(at: &At<'_>) -> Result<Option<String>> {
    if is_shown(at)? { at.get(2) } else { Ok(None) }
}

async fn url_of(at: &At<'_>, object_key: Option<String>) -> Result<Option<String>> {
    let Some(object_key) = object_key else { return Ok(None) };
    match at.viewing.app().photo_download(&object_key).await {
        Ok(url) => Ok(Some(url)),
        Err(Failure::Broken(error)) => Err(broken(error)),
        Err(Failure::Refused(_)) => Ok(None),
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
#[derive(Debug, Default, SimpleObject)]
pub struct RequestPhotoUploadPayload {
    /// The photo to be; its id goes into the check-in.
    photo: Found<Photo>,
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
                photo: Found::by_id(ticket.photo.id),
                upload: Some(ticket.upload.into()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => RequestPhotoUploadPayload { user_errors, ..RequestPhotoUploadPayload::default() },
        })
    }
}
