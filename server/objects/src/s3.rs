//! Objects in a bucket of an S3 server.
//!
//! A presigned upload signs `content-length`, `content-type`, `x-amz-checksum-sha256` and `if-none-match: *` as headers;
//! without what the server does not know.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_sdk_s3::{
    Client,
    config::{
        BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
        StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig,
    },
    error::{ProvideErrorMetadata, SdkError},
    presigning::PresigningConfig,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio::{io::AsyncRead, sync::OnceCell};

use super::{
    Fault, ObjectInfo, ObjectKey, ObjectSpec, PresignedUpload, Refused, Room, StoreError, WriteOnce,
    checked_content_type, expiry,
    s3_conduct::{EnforcedHeaders, is_taken},
};

/// How long it may take to find out what a server does.
const TRYING: Duration = Duration::from_secs(8);
/// How long readiness waits for the bucket.
const READY: Duration = Duration::from_millis(1300);

/// Which bucket, and how to reach it.
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// The server's URL as this program reaches it; `None` for AWS's own of the region.
    pub endpoint: Option<String>,
    /// The server's URL as phones reach it, for which URLs are presigned; `None` when it is the same.
    pub public_endpoint: Option<String>,
    /// The region, also where a server has but one: it is part of every signature.
    pub region: String,
    /// The bucket, which exists already.
    pub bucket: String,
    /// The access key's id.
    pub access_key_id: SecretString,
    /// The access key itself.
    pub secret_access_key: SecretString,
    /// Whether the bucket's name goes into the path instead of the host name, as most servers but AWS want it.
    pub path_style: bool,
}

/// An object store in a bucket of an S3 server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bucket {
    name: String,
    client: Client,
    /// Makes presigned URLs only: it knows the server by the name that phones know it by.
    presigner: Client,
    /// Found out once, by the first who needs it.
    conduct: Arc<OnceCell<EnforcedHeaders>>,
    /// Whether the last thing written was refused for want of room.
    full: Arc<AtomicBool>,
}

impl Bucket {
    /// A bucket by its settings. Makes no request: see [`ObjectStore::ready`](super::ObjectStore::ready).
    pub fn new(settings: &S3Settings) -> Self {
        let public_endpoint = settings.public_endpoint.as_deref().or(settings.endpoint.as_deref());
        Self {
            name: settings.bucket.clone(),
            client: client(settings, settings.endpoint.as_deref()),
            presigner: client(settings, public_endpoint),
            conduct: Arc::default(),
            full: Arc::default(),
        }
    }

    /// The same, of which it is known already what its server does.
    #[cfg(test)]
    pub(super) fn known(self, conduct: EnforcedHeaders) -> Self {
        Self { conduct: Arc::new(OnceCell::new_with(Some(conduct))), ..self }
    }

    /// What the server does with uploads.
    async fn conduct(&self) -> Result<EnforcedHeaders, StoreError> {
        let found = self.conduct.get_or_try_init(|| self.found_out());
        found.await.copied()
    }

    async fn found_out(&self) -> Result<EnforcedHeaders, StoreError> {
        let trying = async {
            // Some servers make a bucket that is missing of the first object written to it.
            self.ready().await?;
            EnforcedHeaders::found_out(&self.client, &self.name).await
        };
        let tried = tokio::time::timeout(TRYING, trying).await;
        self.noted(tried.unwrap_or_else(|_| Err(StoreError::too_slow())))
    }

    /// How the first upload to a key is kept.
    pub(super) async fn write_once(&self) -> Result<WriteOnce, StoreError> {
        let conditions = self.conduct().await?.conditions;
        Ok(if conditions { WriteOnce::ByStore } else { WriteOnce::BySealing })
    }

    /// Tries again whether anything can be written: a store that was full may have room by now.
    pub(super) async fn try_out(&self) -> Result<WriteOnce, StoreError> {
        if self.conduct.initialized() {
            self.found_out().await?;
        }
        self.write_once().await
    }

    /// Remembers whether there was room.
    fn noted<T>(&self, written: Result<T, StoreError>) -> Result<T, StoreError> {
        match &written {
            Ok(_) => self.full.store(false, Ordering::Relaxed),
            Err(error) if error.fault() == Some(Fault::Full) => self.full.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        written
    }

    pub(super) async fn presign_upload(
        &self,
        spec: &ObjectSpec,
        now: DateTime<Utc>,
        lifetime: Duration,
    ) -> Result<PresignedUpload, StoreError> {
        let expires_at = expiry(now, lifetime)?;
        let content_type = checked_content_type(&spec.content_type)?;
        let presigning = presigning(now, lifetime)?;
        let EnforcedHeaders { conditions, checksums } = self.conduct().await?;
        let request = self
            .presigner
            .put_object()
            .bucket(&self.name)
            .key(spec.key.as_str())
            .content_length(i64::try_from(spec.byte_size).map_err(StoreError::unavailable)?)
            .content_type(content_type)
            .set_checksum_sha256(checksums.then(|| spec.sha256.to_base64()))
            .set_if_none_match(conditions.then(|| "*".to_owned()))
            .presigned(presigning)
            .await
            .map_err(StoreError::unavailable)?;
        Ok(PresignedUpload {
            method: "PUT",
            url: request.uri().to_owned(),
            headers: request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            expires_at,
        })
    }

    pub(super) async fn presign_download(
        &self,
        key: &ObjectKey,
        now: DateTime<Utc>,
        lifetime: Duration,
    ) -> Result<String, StoreError> {
        expiry(now, lifetime)?;
        let request = self
            .presigner
            .get_object()
            .bucket(&self.name)
            .key(key.as_str())
            .response_cache_control("private, no-store")
            .response_content_disposition("attachment")
            .presigned(presigning(now, lifetime)?)
            .await
            .map_err(StoreError::unavailable)?;
        Ok(request.uri().to_owned())
    }

    /// A missing bucket looks like a missing object here: HTTP gives an answer to HEAD no body to tell them apart.
    pub(super) async fn stat(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, StoreError> {
        match self.client.head_object().bucket(&self.name).key(key.as_str()).send().await {
            Ok(head) => Ok(Some(ObjectInfo {
                byte_size: u64::try_from(head.content_length().unwrap_or(0)).map_err(StoreError::unavailable)?,
                content_type: head.content_type().unwrap_or_default().to_owned(),
            })),
            Err(SdkError::ServiceError(error)) if error.err().is_not_found() => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// The bytes of an object, from the first; `None` when it was never uploaded.
    pub(super) async fn open_object(
        &self,
        key: &ObjectKey,
    ) -> Result<Option<impl AsyncRead + Unpin + use<>>, StoreError> {
        match self.client.get_object().bucket(&self.name).key(key.as_str()).send().await {
            Ok(object) => Ok(Some(object.body.into_async_read())),
            Err(SdkError::ServiceError(error)) if error.err().is_no_such_key() => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Writes an object of the server's own. One that is there already stays.
    pub(super) async fn put(&self, key: &ObjectKey, content_type: &str, bytes: Bytes) -> Result<(), StoreError> {
        let conditions = self.conduct().await?.conditions;
        // Where it can't be left to the server, nobody but servers writes this key, and all of them the same.
        if !conditions && self.stat(key).await?.is_some() {
            return Ok(());
        }
        let sent = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key.as_str())
            .content_type(content_type)
            .set_if_none_match(conditions.then(|| "*".to_owned()))
            .body(bytes.into())
            .send()
            .await;
        self.noted(match sent {
            Ok(_) => Ok(()),
            Err(error) if is_taken(&error) => Ok(()),
            Err(error) => Err(failed(error)),
        })
    }

    pub(super) async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        self.client.delete_object().bucket(&self.name).key(key.as_str()).send().await.map_err(failed)?;
        Ok(())
    }

    /// S3 does not tell how much room is left, only when there is none.
    pub(super) fn room(&self) -> Room {
        if self.full.load(Ordering::Relaxed) { Room::None } else { Room::Enough }
    }

    /// Asks for a list of one: unlike the answer to `HEAD`, a refusal of that says why.
    pub(super) async fn ready(&self) -> Result<(), StoreError> {
        let once = aws_sdk_s3::Config::builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(READY).build());
        let list = self.client.list_objects_v2().bucket(&self.name).max_keys(1);
        list.customize().config_override(once).send().await.map_err(failed)?;
        Ok(())
    }
}

/// What became of a request, with the reason where it is known.
pub(super) fn failed<E>(error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let fault = match &error {
        SdkError::TimeoutError(_) => Some(Fault::TooSlow),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Some(Fault::TooSlow),
        SdkError::DispatchFailure(_) => Some(Fault::Unreachable),
        error => Fault::of_s3(error.code(), status),
    };
    match fault {
        Some(fault) => StoreError::unavailable(Refused { fault, source: Box::new(error) }),
        None => StoreError::unavailable(error),
    }
}

fn client(settings: &S3Settings, endpoint: Option<&str>) -> Client {
    let credentials = Credentials::new(
        settings.access_key_id.expose_secret(),
        settings.secret_access_key.expose_secret(),
        None,
        None,
        "settings",
    );
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(25))
        .build();
    // Timeouts end with the response's headers; a body that stops coming is ended by this.
    let stalls = StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(10)).build();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(credentials)
        .region(Region::new(settings.region.clone()))
        .force_path_style(settings.path_style)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .stalled_stream_protection(stalls)
        // By default the SDK asks for and adds CRC checksums, which not every S3 server knows; SHA-256 verifies photos.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    let config = match endpoint {
        Some(endpoint) => config.endpoint_url(endpoint),
        None => config,
    };
    Client::from_conf(config.build())
}

fn presigning(now: DateTime<Utc>, lifetime: Duration) -> Result<PresigningConfig, StoreError> {
    PresigningConfig::builder()
        .start_time(now.into())
        .expires_in(Duration::from_secs(lifetime.as_secs()))
        .build()
        .map_err(StoreError::unavailable)
}
