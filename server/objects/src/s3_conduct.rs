//! What an S3 server does with uploads, found out by trying: not every one knows all headers, and some let them pass
//! without a word.

use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::put_object::PutObjectError,
    primitives::ByteStream,
};
use domain::digest::Sha256Digest;
use sha2::{Digest, Sha256};

use super::{StoreError, s3::failed};

const BODY: &[u8] = b"onsite tries what this bucket does\n";

/// Which headers of an upload a server keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EnforcedHeaders {
    /// `if-none-match: *`: an upload to a key that is taken is refused.
    pub(super) conditions: bool,
    /// `x-amz-checksum-sha256`.
    pub(super) checksums: bool,
}

impl EnforcedHeaders {
    /// From all to nothing: the first that the server takes is what is asked of it.
    const TRIED: [Self; 4] = [
        Self { conditions: true, checksums: true },
        Self { conditions: true, checksums: false },
        Self { conditions: false, checksums: true },
        Self { conditions: false, checksums: false },
    ];

    /// Writes to a key of its own, twice, and takes it away again.
    pub(super) async fn found_out(client: &Client, bucket: &str) -> Result<Self, StoreError> {
        let key = format!("conduct/{:032x}", rand::random::<u128>());
        let found = Self::tried(client, bucket, &key).await;
        // Where it is known why nothing could be written, nothing was.
        if found.as_ref().is_err_and(|error| error.fault().is_some()) {
            return found;
        }
        if let Err(error) = client.delete_object().bucket(bucket).key(&key).send().await.map_err(failed) {
            tracing::warn!(error = %error.in_full(), key, "what a bucket was tried with can't be removed");
        }
        found
    }

    async fn tried(client: &Client, bucket: &str, key: &str) -> Result<Self, StoreError> {
        let mut refused = None;
        for asked in Self::TRIED {
            match asked.put(client, bucket, key).await {
                Ok(()) if !asked.conditions => return Ok(asked),
                // A second one tells whether the condition was understood, or only let pass.
                Ok(()) => match asked.put(client, bucket, key).await {
                    Ok(()) => return Ok(Self { conditions: false, ..asked }),
                    Err(error) if is_taken(&error) => return Ok(asked),
                    Err(error) => return Err(failed(error)),
                },
                Err(error) if may_be_for_a_header(&error) => refused = Some(error),
                Err(error) => return Err(failed(error)),
            }
        }
        // Without any header it was refused as well: that is what is wrong.
        Err(refused.map_or_else(|| StoreError::unavailable("nothing was tried"), failed))
    }

    async fn put(self, client: &Client, bucket: &str, key: &str) -> Result<(), SdkError<PutObjectError>> {
        let sha256 = Sha256Digest::from_bytes(Sha256::digest(BODY).into()).to_base64();
        client
            .put_object()
            .bucket(bucket)
            .key(key)
            .content_type("text/plain")
            .set_checksum_sha256(self.checksums.then_some(sha256))
            .set_if_none_match(self.conditions.then(|| "*".to_owned()))
            .body(ByteStream::from_static(BODY))
            .send()
            .await
            .map(drop)
    }
}

fn status(error: &SdkError<PutObjectError>) -> u16 {
    error.raw_response().map_or(0, |response| response.status().as_u16())
}

/// The key is taken.
pub(super) fn is_taken(error: &SdkError<PutObjectError>) -> bool {
    matches!(status(error), 409 | 412)
}

/// A refusal that may be about a header: 501 as it should be, or whatever a server says that never heard of it.
fn may_be_for_a_header(error: &SdkError<PutObjectError>) -> bool {
    match status(error) {
        404 => false,
        500 => error.code() == Some("NotImplemented"),
        status => status == 501 || (400..500).contains(&status),
    }
}
