//! Objects in a directory of this machine.
//!
//! ```text
//! objects/photos/2026/11/<uuid>@object/content        the bytes
//!                                     /content-type   their media type
//! incoming/<random>/…                                 the same, while an upload is under way
//! ```
//! An upload is written to `incoming`, made durable, and its directory renamed into place. POSIX `rename` replaces no
//! directory that has entries, so it is at once what makes an object appear whole and what keeps the first one. `@` can't
//! occur in a key: no key's path leads into another key's object.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::digest::Sha256Digest;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{ObjectInfo, ObjectKey, ObjectSpec, PresignedUpload, Room, StoreError, checked_content_type, expiry};

const CONTENT: &str = "content";
const CONTENT_TYPE: &str = "content-type";
/// Files that are kept free: an upload takes two, and directories beside.
const FEW_FILES: u64 = 1000;
/// How much newer than the oldest upload that may be under way the newest can be.
const LONGEST_AHEAD: TimeDelta = TimeDelta::days(1);

/// An object store in a directory of this machine, reached through [`routes`](super::routes). Cheap to clone.
#[derive(Clone, Debug)]
pub struct LocalDirectory(Arc<Settings>);

#[derive(Clone, Debug)]
struct Settings {
    root: PathBuf,
    public_url: String,
    secret: SecretString,
    patience: Patience,
    keep_free: u64,
    /// A disk that hangs keeps the threads that ask it: so many at most.
    asking: Arc<Semaphore>,
}

/// How long an upload may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Between two pieces of the body.
    pub(super) stall: Duration,
    /// From its first to its last byte.
    pub(super) whole: Duration,
}

impl LocalDirectory {
    /// Opens the store in `root`, making the directory (for this user's eyes only) when it is missing. `public_url` is
    /// where [`routes`](super::routes) is reached from outside, without a trailing slash, for example
    /// `https://onsite.example`. `secret` signs the URLs; every server instance on this directory needs the same one.
    ///
    /// # Errors
    /// [`StoreError::Misconfigured`] for a secret of less than 32 bytes or a URL that is not http(s);
    /// [`StoreError::Unavailable`] when the directory can't be made.
    pub async fn open(root: PathBuf, public_url: String, secret: SecretString) -> Result<Self, StoreError> {
        if secret.expose_secret().len() < 32 {
            return Err(StoreError::Misconfigured("the secret that signs URLs is shorter than 32 bytes"));
        }
        if !public_url.starts_with("https://") && !public_url.starts_with("http://") {
            return Err(StoreError::Misconfigured("the public URL begins with neither https:// nor http://"));
        }
        let public_url = public_url.trim_end_matches('/').to_owned();
        let patience = Patience { stall: Duration::from_secs(30), whole: Duration::from_secs(15 * 60) };
        let directory = Self(Arc::new(Settings {
            root,
            public_url,
            secret,
            patience,
            keep_free: 0,
            asking: Arc::new(Semaphore::new(2)),
        }));
        let (objects, incoming) = (directory.objects(), directory.incoming());
        blocking(move || {
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true).mode(0o700);
            builder.create(objects)?;
            builder.create(incoming)
        })
        .await?;
        Ok(directory)
    }

    /// The same store with other limits on an upload's time: `stall` between two pieces of its body (30 s unless set
    /// here), `whole` from beginning to end (15 minutes).
    pub fn with_patience(self, stall: Duration, whole: Duration) -> Self {
        Self(Arc::new(Settings { patience: Patience { stall, whole }, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// The same store, with so many bytes kept free on its disk.
    pub fn keeping_free(self, bytes: u64) -> Self {
        Self(Arc::new(Settings { keep_free: bytes, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Removes what uploads that began before `before` left in `incoming`, and says how many that were. Only a crash
    /// leaves anything: run it when the server starts, with a time well past the longest upload.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when `incoming` can't be read or cleared.
    pub async fn sweep(&self, before: DateTime<Utc>) -> Result<usize, StoreError> {
        let incoming = self.incoming();
        blocking(move || {
            let mut removed = 0;
            for entry in fs::read_dir(incoming)? {
                let entry = entry?;
                // One from the future is of a clock that was ahead: no upload is that new.
                let begun = DateTime::<Utc>::from(entry.metadata()?.modified()?);
                if begun < before || begun > before + LONGEST_AHEAD {
                    removed += usize::from(absent_as_none(fs::remove_dir_all(entry.path()))?.is_some());
                }
            }
            Ok(removed)
        })
        .await
    }

    pub(super) fn presign_upload(
        &self,
        spec: &ObjectSpec,
        now: DateTime<Utc>,
        lifetime: Duration,
    ) -> Result<PresignedUpload, StoreError> {
        let content_type = checked_content_type(&spec.content_type)?;
        let expires_at = expiry(now, lifetime)?;
        let expires = expires_at.timestamp();
        let signature = self.sign(&Grant::Upload { spec, expires });
        let ObjectSpec { key, byte_size, sha256, .. } = spec;
        // The one character of a content type that means something else in a query.
        let escaped_type = content_type.replace('+', "%2B");
        let base = &self.0.public_url;
        Ok(PresignedUpload {
            method: "PUT",
            url: format!(
                "{base}/objects/{key}?expires={expires}&length={byte_size}&type={escaped_type}&sha256={sha256}\
                 &signature={signature}"
            ),
            headers: vec![
                ("content-length".to_owned(), byte_size.to_string()),
                ("content-type".to_owned(), content_type.to_owned()),
            ],
            expires_at,
        })
    }

    pub(super) fn presign_download(
        &self,
        key: &ObjectKey,
        now: DateTime<Utc>,
        lifetime: Duration,
    ) -> Result<String, StoreError> {
        let expires = expiry(now, lifetime)?.timestamp();
        let signature = self.sign(&Grant::Download { key, expires });
        let base = &self.0.public_url;
        Ok(format!("{base}/objects/{key}?expires={expires}&signature={signature}"))
    }

    pub(super) async fn stat(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, StoreError> {
        let object = self.path_of(key);
        blocking(move || {
            absent_as_none(fs::metadata(object.join(CONTENT)))?
                .map(|content| {
                    let content_type = fs::read_to_string(object.join(CONTENT_TYPE))?;
                    Ok(ObjectInfo { byte_size: content.len(), content_type })
                })
                .transpose()
        })
        .await
    }

    /// The bytes of an object, from the first; `None` when it was never uploaded.
    pub(super) async fn open_object(&self, key: &ObjectKey) -> Result<Option<tokio::fs::File>, StoreError> {
        let content = self.path_of(key).join(CONTENT);
        let file = blocking(move || absent_as_none(fs::File::open(content))).await?;
        Ok(file.map(tokio::fs::File::from_std))
    }

    /// Writes an object of the server's own. One that is there already stays.
    pub(super) async fn put(&self, key: &ObjectKey, content_type: &str, bytes: Bytes) -> Result<(), StoreError> {
        let (staging, mut content) = self.stage().await?;
        let content = blocking({
            let bytes = bytes.clone();
            move || io::Write::write_all(&mut content, &bytes).map(|()| content)
        })
        .await?;
        let spec = ObjectSpec {
            key: key.clone(),
            content_type: content_type.to_owned(),
            byte_size: bytes.len() as u64,
            sha256: Sha256Digest::from_bytes(Sha256::digest(&bytes).into()),
        };
        self.commit(staging, content, &spec).await.map(drop)
    }

    /// Moves an object out of sight first, so that it is never half there, and removes it then.
    pub(super) async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        let (object, staging) = (self.path_of(key), self.staging());
        blocking(move || {
            if absent_as_none(fs::rename(&object, &staging.path))?.is_some() {
                object.parent().map_or(Ok(()), sync)?;
            }
            drop(staging);
            Ok(())
        })
        .await
    }

    pub(super) async fn room_for(&self, byte_size: u64) -> Result<Room, StoreError> {
        let (root, keep_free) = (self.0.root.clone(), self.0.keep_free);
        self.asked(move || Ok(room(&rustix::fs::statvfs(&root)?, byte_size, keep_free))).await
    }

    /// Writes something small, as durably as an upload.
    pub(super) async fn ready(&self) -> Result<(), StoreError> {
        let staging = self.staging();
        self.asked(move || {
            fs::create_dir(&staging.path)?;
            let mut content = fs::File::create_new(staging.path.join(CONTENT))?;
            io::Write::write_all(&mut content, b"ready\n")?;
            content.sync_all()
        })
        .await
    }

    async fn asked<T: Send + 'static>(
        &self,
        question: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let leave = Arc::clone(&self.0.asking).acquire_owned().await.map_err(StoreError::unavailable)?;
        blocking(move || {
            let answer = question();
            drop(leave);
            answer
        })
        .await
    }

    pub(super) fn patience(&self) -> Patience {
        self.0.patience
    }

    /// Whether this signature grants this; compared in constant time.
    pub(super) fn admits(&self, grant: &Grant<'_>, signature: &str) -> bool {
        URL_SAFE_NO_PAD.decode(signature).is_ok_and(|tag| self.mac(grant).verify_slice(&tag).is_ok())
    }

    fn sign(&self, grant: &Grant<'_>) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(grant).finalize().into_bytes())
    }

    fn mac(&self, grant: &Grant<'_>) -> Hmac<Sha256> {
        Hmac::new_from_slice(self.0.secret.expose_secret().as_bytes())
            .expect("HMAC takes keys of every length")
            .chain_update(grant.to_string())
    }

    /// A place for an upload and its empty content file. The place is gone with the [`Staging`] unless committed.
    pub(super) async fn stage(&self) -> Result<(Staging, fs::File), StoreError> {
        let staging = self.staging();
        blocking(move || {
            // It is removed on every way out, also when nobody waits for this any more.
            fs::create_dir(&staging.path)?;
            let content = fs::File::create_new(staging.path.join(CONTENT))?;
            Ok((staging, content))
        })
        .await
    }

    fn staging(&self) -> Staging {
        Staging { path: self.incoming().join(format!("{:032x}", rand::random::<u128>())) }
    }

    /// Makes a complete upload an object. `false` when the key has one already, which then stays as it is.
    pub(super) async fn commit(
        &self,
        staging: Staging,
        content: fs::File,
        spec: &ObjectSpec,
    ) -> Result<bool, StoreError> {
        let (object, root) = (self.path_of(&spec.key), self.0.root.clone());
        let content_type = spec.content_type.clone();
        blocking(move || {
            content.sync_all()?;
            fs::write(staging.path.join(CONTENT_TYPE), content_type)?;
            sync(&staging.path.join(CONTENT_TYPE))?;
            sync(&staging.path)?;
            if let Some(parent) = object.parent() {
                fs::create_dir_all(parent)?;
            }
            match fs::rename(&staging.path, &object) {
                Err(error) if is_taken(&error) => return Ok(false),
                renamed => renamed?,
            }
            // Every ancestor, made by this upload or by another that is not done yet.
            object.ancestors().skip(1).take_while(|path| path.starts_with(&root)).try_for_each(sync)?;
            Ok(true)
        })
        .await
    }

    fn objects(&self) -> PathBuf {
        self.0.root.join("objects")
    }

    fn incoming(&self) -> PathBuf {
        self.0.root.join("incoming")
    }

    fn path_of(&self, key: &ObjectKey) -> PathBuf {
        self.objects().join(format!("{key}@object"))
    }
}

/// An upload under way: a directory that nobody sees, removed when this is dropped.
#[derive(Debug)]
pub(super) struct Staging {
    path: PathBuf,
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a commit there is nothing left under this name.
        if let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.path.display(), "an unfinished upload could not be removed");
        }
    }
}

/// What a signature stands for. Its text is what is signed: the first line keeps signatures of one kind from passing for
/// another's, and no field can hold a line break.
#[derive(Debug)]
pub(super) enum Grant<'a> {
    Upload { spec: &'a ObjectSpec, expires: i64 },
    Download { key: &'a ObjectKey, expires: i64 },
}

impl std::fmt::Display for Grant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Upload { spec: ObjectSpec { key, content_type, byte_size, sha256 }, expires } => {
                write!(f, "onsite-object-1\nPUT\n{key}\n{expires}\n{byte_size}\n{content_type}\n{sha256}")
            }
            Self::Download { key, expires } => write!(f, "onsite-object-1\nGET\n{key}\n{expires}"),
        }
    }
}

fn absent_as_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is left of a file system, in bytes and in files, after so many bytes more.
fn room(disk: &rustix::fs::StatVfs, byte_size: u64, keep_free: u64) -> Room {
    let free = disk.f_bavail.saturating_mul(disk.f_frsize).saturating_sub(byte_size);
    // File systems that make inodes as they are needed count none.
    let files = if disk.f_files == 0 { u64::MAX } else { disk.f_favail };
    if keep_free == 0 {
        Room::Enough
    } else if free < keep_free || files < FEW_FILES {
        Room::None
    } else if free < keep_free.saturating_mul(2) || files < 2 * FEW_FILES {
        Room::Little
    } else {
        Room::Enough
    }
}

/// POSIX lets `rename` answer either for a directory that has entries.
fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists)
}

fn sync(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, StoreError> {
    spawn_blocking(work).await.map_err(StoreError::unavailable)?.map_err(StoreError::from)
}
