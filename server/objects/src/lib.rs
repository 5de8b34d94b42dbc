//! The object store: where the bytes of photos are.
//!
//! Bytes never pass through GraphQL. The server hands out presigned URLs, and a phone sends to and fetches from the
//! store directly. Two stores keep one contract, which `tests/objects/object_store.rs` holds both of them to:
//!
//! - **Fixed beforehand.** A presigned upload admits one body only: of the length, type and SHA-256 that were signed.
//! - **Write-once.** The first complete upload to a key stays; every later one is refused and changes nothing. For S3
//!   servers that can't, see [`WriteOnce`].
//! - **All or nothing.** An object is either absent or complete. A broken, wrong or stalled upload leaves nothing.
//! - **Nothing unsigned.** Neither reading nor writing over HTTP works without a signature or after its expiry.
//!
//! Not every S3 server enforces all that a presigned URL fixes. Whoever accepts a photo as evidence therefore asks
//! [`ObjectStore::stat`] and [`ObjectStore::digest`] first.

use std::{fmt, str::FromStr, time::Duration};

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::digest::Sha256Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};

mod fault;
mod local;
mod local_http;
mod s3;
mod s3_conduct;
#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use local::LocalDirectory;
pub use local_http::routes;
pub use s3::{Bucket, S3Settings};

/// The longest that a presigned URL can be valid: the limit of AWS Signature Version 4.
pub const LONGEST_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Bytes of a photo at most, wherever it is: 20 MiB.
pub const PHOTO_BYTES: u64 = 20 * 1024 * 1024;

/// Where objects are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub enum ObjectStore {
    /// A directory of this machine, served by [`routes`].
    Local(LocalDirectory),
    /// A bucket of an S3 server.
    S3(Bucket),
}

impl ObjectStore {
    /// How the first upload to a key is kept. An S3 server is tried once, by the first who needs to know.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when that can't be found out now.
    pub async fn write_once(&self) -> Result<WriteOnce, StoreError> {
        match self {
            Self::Local(_) => Ok(WriteOnce::ByStore),
            Self::S3(bucket) => bucket.write_once().await,
        }
    }

    /// Tries out whether an S3 server takes uploads, and how. A directory needs no trying.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when nothing can be written, with the reason.
    pub async fn try_out(&self) -> Result<WriteOnce, StoreError> {
        match self {
            Self::Local(_) => Ok(WriteOnce::ByStore),
            Self::S3(bucket) => bucket.try_out().await,
        }
    }

    /// Permits one upload of what `spec` describes, from `now` for `lifetime` (1 s to [`LONGEST_LIFETIME`], in whole
    /// seconds). Makes no request once [`Self::write_once`] is known, and does not look whether the object exists already: the upload itself then answers
    /// 409 (local directory) or 412 (S3), which tells a phone that tries again that its first try had arrived. Where
    /// write-once is kept by sealing, the same bytes may be sent again.
    ///
    /// # Errors
    /// [`StoreError::ContentType`] and [`StoreError::Lifetime`] for what can't be signed.
    pub async fn presign_upload(
        &self,
        spec: &ObjectSpec,
        now: DateTime<Utc>,
        lifetime: Duration,
    ) -> Result<PresignedUpload, StoreError> {
        match self {
            Self::Local(directory) => directory.presign_upload(spec, now, lifetime),
            Self::S3(bucket) => bucket.presign_upload(spec, now, lifetime).await,
        }
    }

    /// A URL from which anyone who has it can GET the object, from `now` for `lifetime` (1 s to [`LONGEST_LIFETIME`],
    /// in whole seconds). Makes no request: the URL of an absent object answers 404.
    ///
    /// # Errors
    /// [`StoreError::Lifetime`] when that is out of range.
    pub async fn presign_download(
        &self,
        key: &ObjectKey,
        now: DateTime<Utc>,
        lifetime: Duration,
    ) -> Result<String, StoreError> {
        match self {
            Self::Local(directory) => directory.presign_download(key, now, lifetime),
            Self::S3(bucket) => bucket.presign_download(key, now, lifetime).await,
        }
    }

    /// What the store says about an object; `None` when it was never uploaded.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store can't be asked.
    pub async fn stat(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, StoreError> {
        match self {
            Self::Local(directory) => directory.stat(key).await,
            Self::S3(bucket) => bucket.stat(key).await,
        }
    }

    /// Reads an object through SHA-256 without holding it in memory; `None` when it was never uploaded.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] beyond `max_bytes`, [`StoreError::Unavailable`] when it can't be read to its end.
    pub async fn digest(&self, key: &ObjectKey, max_bytes: u64) -> Result<Option<ObjectDigest>, StoreError> {
        match self {
            Self::Local(directory) => match directory.open_object(key).await? {
                Some(file) => digest_of(file, max_bytes).await.map(Some),
                None => Ok(None),
            },
            Self::S3(bucket) => match bucket.open_object(key).await? {
                Some(body) => digest_of(body, max_bytes).await.map(Some),
                None => Ok(None),
            },
        }
    }

    /// Reads a whole object into memory; `None` when it was never uploaded.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] beyond `max_bytes`, [`StoreError::Unavailable`] when it can't be read to its end.
    pub async fn read(&self, key: &ObjectKey, max_bytes: u64) -> Result<Option<Bytes>, StoreError> {
        match self {
            Self::Local(directory) => match directory.open_object(key).await? {
                Some(file) => bytes_of(file, max_bytes).await.map(Some),
                None => Ok(None),
            },
            Self::S3(bucket) => match bucket.open_object(key).await? {
                Some(body) => bytes_of(body, max_bytes).await.map(Some),
                None => Ok(None),
            },
        }
    }

    /// Keeps what this server made itself, such as a rendition. A key that is taken keeps its first bytes: what is made
    /// again of the same original is the same.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it can't be written.
    pub async fn put(&self, key: &ObjectKey, content_type: &str, bytes: Bytes) -> Result<(), StoreError> {
        let content_type = checked_content_type(content_type)?;
        match self {
            Self::Local(directory) => directory.put(key, content_type, bytes).await,
            Self::S3(bucket) => bucket.put(key, content_type, bytes).await,
        }
    }

    /// Removes an object; one that is absent is no error. An upload that is still allowed may make it anew.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it can't be removed.
    pub async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        match self {
            Self::Local(directory) => directory.delete(key).await,
            Self::S3(bucket) => bucket.delete(key).await,
        }
    }

    /// How much room there would be after so many bytes more.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the directory can't be asked.
    pub async fn room_for(&self, byte_size: u64) -> Result<Room, StoreError> {
        match self {
            Self::Local(directory) => directory.room_for(byte_size).await,
            Self::S3(bucket) => Ok(bucket.room()),
        }
    }

    /// Whether the store can be used right now: the directory can be written to, or the bucket answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it can't.
    pub async fn ready(&self) -> Result<(), StoreError> {
        match self {
            Self::Local(directory) => directory.ready().await,
            Self::S3(bucket) => bucket.ready().await,
        }
    }
}

/// How what was uploaded once is kept from being written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOnce {
    /// The store refuses a second upload to a key.
    ByStore,
    /// The store would take it. So uploads go to a place of their own; what inspection found to be what was announced is
    /// written to another, for which nobody is ever given leave.
    BySealing,
}

/// How much room a store has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Enough, as far as can be known: S3 does not tell before it is full.
    Enough,
    /// It will soon be full.
    Little,
    /// Nothing more is to be uploaded.
    None,
}

/// The name of an object: 1 to 200 bytes of `a-z 0-9 / _ . -`, segments between single slashes, none of them empty,
/// `.` or `..`; for example `photos/2026/11/0193…`. Safe as a relative path and in a URL as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ObjectKey {
    type Error = ObjectKeyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ObjectKey> for String {
    fn from(key: ObjectKey) -> Self {
        key.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was given can't be an object's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an object key is 1 to 200 bytes of a-z 0-9 / _ . - without empty, `.` or `..` segments")]
pub struct ObjectKeyError;

impl FromStr for ObjectKey {
    type Err = ObjectKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'/' | b'_' | b'.' | b'-');
        let well_formed = text.len() <= 200
            && text.bytes().all(allowed)
            && !text.contains("..")
            && text.split('/').all(|segment| !matches!(segment, "" | "."));
        well_formed.then(|| Self(text.to_owned())).ok_or(ObjectKeyError)
    }
}

/// What an upload is fixed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectSpec {
    /// Where it goes.
    pub key: ObjectKey,
    /// Its media type in lower case and without parameters, for example `image/jpeg`.
    pub content_type: String,
    /// Its length in bytes.
    pub byte_size: u64,
    /// The SHA-256 of its bytes.
    pub sha256: Sha256Digest,
}

/// Permission to upload one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignedUpload {
    /// The HTTP method: `PUT`.
    pub method: &'static str,
    /// Where to send the bytes. Whoever has it can upload: it is a secret until it expires.
    pub url: String,
    /// Every header to send with exactly this value, names in lower case. `content-length` is among them, though a
    /// browser sends it of its own accord and lets no script set it. `host` is not: it follows from the URL.
    pub headers: Vec<(String, String)>,
    /// The last moment at which an upload may begin.
    pub expires_at: DateTime<Utc>,
}

/// What the store says about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its length in bytes.
    pub byte_size: u64,
    /// The media type it was uploaded with.
    pub content_type: String,
}

/// What the bytes of an object say themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectDigest {
    /// How many bytes were read.
    pub byte_size: u64,
    /// Their SHA-256.
    pub sha256: Sha256Digest,
}

/// Why the object store did not do what it was asked. The text is fit for users; the source is for the log only.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The content type is not a lower-case `type/subtype` without parameters.
    #[error("a content type is a lower-case type/subtype without parameters")]
    ContentType,
    /// The lifetime of a presigned URL is shorter than a second or longer than [`LONGEST_LIFETIME`].
    #[error("a presigned URL is valid for one second to seven days")]
    Lifetime,
    /// The object has more bytes than the caller is ready to take.
    #[error("the object is larger than {max_bytes} bytes")]
    TooLarge {
        /// The caller's limit.
        max_bytes: u64,
    },
    /// The settings can't work, whatever the store answers.
    #[error("the object store is misconfigured: {0}")]
    Misconfigured(&'static str),
    /// The store could not be reached, refused, or failed midway.
    #[error("the object store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What a store answered, and what that means.
#[derive(Debug, thiserror::Error)]
#[error("{fault}")]
struct Refused {
    fault: Fault,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl StoreError {
    /// It did not answer in the time it has.
    pub fn too_slow() -> Self {
        Self::unavailable(Fault::TooSlow)
    }

    /// What is wrong, where that is known and can be mended.
    pub fn fault(&self) -> Option<Fault> {
        let Self::Unavailable(source) = self else { return None };
        let refused = source.downcast_ref::<Refused>().map(|refused| refused.fault);
        refused.or_else(|| source.downcast_ref::<Fault>().copied())
    }

    /// All that is known of it, for the log.
    pub fn in_full(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        text
    }

    /// Whether what is lacking is room.
    pub fn is_of_room(&self) -> bool {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        let Self::Unavailable(source) = self else { return false };
        let kind = source.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        matches!(kind, Some(StorageFull | QuotaExceeded))
    }

    fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}

impl From<std::io::Error> for StoreError {
    fn from(source: std::io::Error) -> Self {
        Self::unavailable(source)
    }
}

/// When a URL signed at `now` for `lifetime` expires. Signatures count whole seconds, so both are cut to them.
fn expiry(now: DateTime<Utc>, lifetime: Duration) -> Result<DateTime<Utc>, StoreError> {
    if lifetime.as_secs() == 0 || lifetime > LONGEST_LIFETIME {
        return Err(StoreError::Lifetime);
    }
    let seconds = i64::try_from(lifetime.as_secs()).map_err(|_| StoreError::Lifetime)?;
    Ok(now.trunc_subsecs(0) + TimeDelta::seconds(seconds))
}

/// Refuses a content type that would be ambiguous in a signature: RFC 6838 §4.2 names, in lower case, no parameters.
fn checked_content_type(content_type: &str) -> Result<&str, StoreError> {
    let name = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'+' | b'-'))
    };
    match content_type.split_once('/') {
        Some((kind, subtype)) if content_type.len() <= 127 && name(kind) && name(subtype) => Ok(content_type),
        _ => Err(StoreError::ContentType),
    }
}

const CHUNK_BYTES: usize = 64 * 1024;

async fn digest_of(mut reader: impl AsyncRead + Unpin, max_bytes: u64) -> Result<ObjectDigest, StoreError> {
    let mut hasher = Sha256::new();
    let mut byte_size = 0;
    let mut chunk = BytesMut::with_capacity(CHUNK_BYTES);
    while reader.read_buf(&mut chunk).await? > 0 {
        byte_size += chunk.len() as u64;
        if byte_size > max_bytes {
            return Err(StoreError::TooLarge { max_bytes });
        }
        hasher.update(&chunk);
        chunk.clear();
    }
    Ok(ObjectDigest { byte_size, sha256: Sha256Digest::from_bytes(hasher.finalize().into()) })
}

async fn bytes_of(reader: impl AsyncRead + Unpin, max_bytes: u64) -> Result<Bytes, StoreError> {
    let mut bytes = Vec::new();
    reader.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes).await?;
    if bytes.len() as u64 > max_bytes {
        return Err(StoreError::TooLarge { max_bytes });
    }
    Ok(bytes.into())
}
