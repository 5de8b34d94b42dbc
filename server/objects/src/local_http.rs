//! The routes that a [`LocalDirectory`]'s presigned URLs lead to.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::{Body, BodyDataStream},
    extract::{Path, Query, Request, State, rejection::PathRejection, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, Utc};
use domain::digest::Sha256Digest;
use futures_util::StreamExt;
use messages::{Language, Message, message};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::{fs::File, io::AsyncWriteExt, time::timeout};
use tokio_util::io::ReaderStream;

use super::{
    LocalDirectory, ObjectKey, ObjectSpec, Room, StoreError, checked_content_type,
    local::{Grant, Patience},
};

/// The routes `PUT`, `GET` and `HEAD /objects/{key}`, for URLs that the directory presigned; `now` tells the time against
/// which their expiry is held. A `PUT` answers 201; a refusal is JSON: `{"error": {"code", "message", "messageZh"}}`.
///
/// | status | code |
/// |---|---|
/// | 400 | `LENGTH_MISMATCH`: fewer bytes than the URL is for |
/// | 403 | `SIGNATURE_INVALID`, `URL_EXPIRED` |
/// | 404 | `NOT_FOUND` |
/// | 408 | `UPLOAD_TOO_SLOW` |
/// | 409 | `ALREADY_EXISTS` |
/// | 411 | `LENGTH_REQUIRED` |
/// | 413 | `TOO_LARGE`: more bytes than the URL is for |
/// | 415 | `CONTENT_TYPE_MISMATCH` |
/// | 422 | `DIGEST_MISMATCH` |
/// | 503 | `STORE_UNAVAILABLE` |
/// | 507 | `STORE_FULL` |
pub fn routes<S>(directory: LocalDirectory, now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>) -> Router<S> {
    Router::new().route("/objects/{*key}", get(download).put(upload)).with_state(Objects { directory, now })
}

#[derive(Clone)]
struct Objects {
    directory: LocalDirectory,
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl Objects {
    fn check(&self, grant: &Grant<'_>, expires: i64, signature: &str) -> Result<(), Refusal> {
        if !self.directory.admits(grant, signature) {
            return Err(Refusal::Signature);
        }
        if (self.now)().timestamp() > expires {
            return Err(Refusal::Expired);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct DownloadQuery {
    expires: i64,
    signature: String,
}

#[derive(Deserialize)]
struct UploadQuery {
    expires: i64,
    length: u64,
    #[serde(rename = "type")]
    content_type: String,
    sha256: String,
    signature: String,
}

async fn download(
    State(objects): State<Objects>,
    key: Result<Path<String>, PathRejection>,
    query: Result<Query<DownloadQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let key = parsed_key(key)?;
    let Query(DownloadQuery { expires, signature }) = query.map_err(|_| Refusal::Signature)?;
    objects.check(&Grant::Download { key: &key, expires }, expires, &signature)?;

    let info = objects.directory.stat(&key).await?.ok_or(Refusal::NotFound)?;
    let content = objects.directory.open_object(&key).await?.ok_or(Refusal::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, info.content_type),
        (header::CONTENT_LENGTH, info.byte_size.to_string()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        // Whatever was uploaded shares an origin with the application: it is never run, sniffed or shown as a page.
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, Body::from_stream(ReaderStream::with_capacity(content, 64 * 1024))).into_response())
}

async fn upload(
    State(objects): State<Objects>,
    key: Result<Path<String>, PathRejection>,
    query: Result<Query<UploadQuery>, QueryRejection>,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let key = parsed_key(key)?;
    let Query(query) = query.map_err(|_| Refusal::Signature)?;
    let spec = ObjectSpec {
        key,
        content_type: checked_content_type(&query.content_type).map_err(|_| Refusal::Signature)?.to_owned(),
        byte_size: query.length,
        sha256: query.sha256.parse().map_err(|_| Refusal::Signature)?,
    };
    objects.check(&Grant::Upload { spec: &spec, expires: query.expires }, query.expires, &query.signature)?;
    check_headers(request.headers(), &spec)?;
    if objects.directory.stat(&spec.key).await?.is_some() {
        return Err(Refusal::Exists);
    }
    if objects.directory.room_for(spec.byte_size).await? == Room::None {
        return Err(Refusal::Full);
    }

    let (staging, content) = objects.directory.stage().await?;
    let body = request.into_body().into_data_stream();
    let content = receive(body, File::from_std(content), &spec, objects.directory.patience()).await?;
    if objects.directory.commit(staging, content, &spec).await? {
        Ok(StatusCode::CREATED)
    } else {
        Err(Refusal::Exists)
    }
}

fn parsed_key(key: Result<Path<String>, PathRejection>) -> Result<ObjectKey, Refusal> {
    // What is no key was never signed either.
    key.ok().and_then(|Path(key)| key.parse().ok()).ok_or(Refusal::Signature)
}

fn check_headers(headers: &HeaderMap, spec: &ObjectSpec) -> Result<(), Refusal> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let announced: u64 =
        text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()).ok_or(Refusal::LengthRequired)?;
    if announced > spec.byte_size {
        return Err(Refusal::TooLarge);
    }
    if announced < spec.byte_size {
        return Err(Refusal::Length);
    }
    if text(header::CONTENT_TYPE) != Some(spec.content_type.as_str()) {
        return Err(Refusal::ContentType);
    }
    Ok(())
}

/// Writes a body to a file while counting and hashing it, and returns the file when the body is what `spec` fixes.
async fn receive(
    body: BodyDataStream,
    content: File,
    spec: &ObjectSpec,
    patience: Patience,
) -> Result<std::fs::File, Refusal> {
    timeout(patience.whole, receive_all(body, content, spec, patience)).await.map_err(|_| Refusal::TooSlow)?
}

async fn receive_all(
    mut body: BodyDataStream,
    mut content: File,
    spec: &ObjectSpec,
    patience: Patience,
) -> Result<std::fs::File, Refusal> {
    let mut hasher = Sha256::new();
    let mut received = 0_u64;
    while let Some(chunk) = timeout(patience.stall, body.next()).await.map_err(|_| Refusal::TooSlow)? {
        // The client went away, or its body is shorter than it had announced.
        let chunk = chunk.map_err(|_| Refusal::Length)?;
        received += chunk.len() as u64;
        if received > spec.byte_size {
            return Err(Refusal::TooLarge);
        }
        hasher.update(&chunk);
        content.write_all(&chunk).await.map_err(StoreError::from)?;
    }
    if received < spec.byte_size {
        return Err(Refusal::Length);
    }
    if Sha256Digest::from_bytes(hasher.finalize().into()) != spec.sha256 {
        return Err(Refusal::Digest);
    }
    content.flush().await.map_err(StoreError::from)?;
    Ok(content.into_std().await)
}

/// Why a request was not served.
#[derive(Debug)]
enum Refusal {
    Signature,
    Expired,
    NotFound,
    Exists,
    LengthRequired,
    Length,
    TooLarge,
    ContentType,
    Digest,
    TooSlow,
    Full,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        if error.is_of_room() { Self::Full } else { Self::Store(error) }
    }
}

impl Refusal {
    /// Its status, its code and what it says.
    fn parts(&self) -> (StatusCode, &'static str, Message) {
        match self {
            Self::Signature => (StatusCode::FORBIDDEN, "SIGNATURE_INVALID", message!(ObjectSignatureInvalid)),
            Self::Expired => (StatusCode::FORBIDDEN, "URL_EXPIRED", message!(ObjectUrlExpired)),
            Self::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND", message!(ObjectNotFound)),
            Self::Exists => (StatusCode::CONFLICT, "ALREADY_EXISTS", message!(ObjectExists)),
            Self::LengthRequired => (StatusCode::LENGTH_REQUIRED, "LENGTH_REQUIRED", message!(ObjectLengthRequired)),
            Self::Length => (StatusCode::BAD_REQUEST, "LENGTH_MISMATCH", message!(ObjectTooShort)),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message!(ObjectTooLong)),
            Self::ContentType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "CONTENT_TYPE_MISMATCH", message!(ObjectOfAnotherType))
            }
            Self::Digest => (StatusCode::UNPROCESSABLE_ENTITY, "DIGEST_MISMATCH", message!(ObjectOfAnotherDigest)),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "UPLOAD_TOO_SLOW", message!(ObjectTooSlow)),
            Self::Full => (StatusCode::INSUFFICIENT_STORAGE, "STORE_FULL", message!(ObjectStoreFull)),
            Self::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE", message!(ObjectStoreUnavailable)),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Answer {
            error: Detail,
        }
        #[derive(Serialize)]
        struct Detail {
            code: &'static str,
            message: String,
            #[serde(flatten)]
            translations: BTreeMap<String, String>,
        }

        if let Self::Store(error) = &self {
            tracing::error!(?error, "the object store failed");
        }
        let (status, code, message) = self.parts();
        let (message, translations) = (message.said(Language::SOURCE), message.translations().collect());
        let answer = Answer { error: Detail { code, message, translations } };
        // Neither a refusal nor what it says about an object is to be kept by anyone.
        (status, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
    }
}
