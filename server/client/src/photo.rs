//! Photos: leave to upload one, the upload, and the way back.

use bytes::Bytes;
use domain::digest::Sha256Digest;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{Client, Error, UserError, answer::user_error};

const TICKET: &str =
    concat!("photo { id } upload { url method headers { name value } } userErrors { ", user_error!(), " }");

/// SHA-256 of a photo's bytes, 64 hexadecimal digits: its name until it is uploaded.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256Digest::from_bytes(Sha256::digest(bytes).into()).to_string()
}

/// Leave to upload one photo.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// The photo's global id.
    pub photo: String,
    /// How to send its bytes.
    pub upload: Upload,
}

/// How to send a photo's bytes to the object store.
#[derive(Clone, Debug, Deserialize)]
pub struct Upload {
    /// Where to.
    pub url: String,
    /// HTTP method.
    pub method: String,
    /// Headers that have to be there.
    pub headers: Vec<Header>,
}

/// A header to send.
#[derive(Clone, Debug, Deserialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What the object store said to an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// HTTP status.
    pub status: u16,
    /// Code and texts of the refusal, if it was one.
    pub refusal: Option<StoreRefusal>,
}

/// Why the object store refused; of the server's own directory. An S3 server has words of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StoreRefusal {
    /// The reason, for programs.
    pub code: String,
    /// The reason in English.
    pub message: String,
    /// The reason in Chinese.
    pub message_zh: String,
}

impl Client {
    /// Asks for leave to upload a JPEG.
    ///
    /// # Errors
    /// When the server can't be reached, or refuses.
    pub async fn request_upload(&self, photo: &[u8]) -> Result<Ticket, Error> {
        #[derive(Deserialize)]
        struct Node {
            id: String,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Payload {
            photo: Option<Node>,
            upload: Option<Upload>,
            user_errors: Vec<UserError>,
        }
        let input = json!({ "contentType": "image/jpeg", "byteSize": photo.len(), "sha256": sha256(photo) });
        let payload: Payload = self.change("requestPhotoUpload", &input, TICKET).await?.field()?;
        match (payload.photo, payload.upload) {
            (Some(photo), Some(upload)) => Ok(Ticket { photo: photo.id, upload }),
            _ => Err(Error::Refused(payload.user_errors)),
        }
    }

    /// Sends bytes to the object store the way an upload says, and tells what it says to that.
    ///
    /// # Errors
    /// When the object store can't be reached.
    pub async fn upload(&self, upload: &Upload, bytes: impl Into<Bytes>) -> Result<Uploaded, Error> {
        #[derive(Default, Deserialize)]
        struct Refused {
            error: StoreRefusal,
        }
        let answer = self.put(upload, bytes).await?;
        let status = answer.status();
        let refusal = match status.is_success() {
            true => None,
            false => Some(serde_json::from_slice::<Refused>(&answer.bytes().await?).unwrap_or_default().error),
        };
        Ok(Uploaded { status: status.as_u16(), refusal })
    }

    /// Sends bytes to the object store the way an upload says, whatever comes of it. Their length is their own.
    ///
    /// # Errors
    /// When the object store can't be reached.
    pub async fn put(&self, upload: &Upload, bytes: impl Into<Bytes>) -> Result<reqwest::Response, Error> {
        let method = upload.method.parse().map_err(|_| Error::Unexpected(format!("the method {}", upload.method)))?;
        let headers = upload.headers.iter().filter(|header| header.name != "content-length");
        let request = self.http.request(method, &upload.url).body(bytes.into());
        let request = headers.fold(request, |request, header| request.header(&header.name, &header.value));
        Ok(request.send().await?)
    }

    /// Fetches a photo.
    ///
    /// # Errors
    /// When the object store can't be reached, or refuses.
    pub async fn download(&self, url: &str) -> Result<Bytes, Error> {
        Ok(self.http.get(url).send().await?.error_for_status()?.bytes().await?)
    }
}
