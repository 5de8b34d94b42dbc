//! Whether photos can be kept.

use super::Finding;
use crate::{clock::Clock, config::Config, serve};

pub(super) async fn look(config: &Config) -> Finding {
    let about = "photos";
    let (place, advice) = match &config.photos.s3 {
        Some(s3) => (
            format!("the bucket {} at {}", s3.bucket, s3.endpoint.as_deref().unwrap_or("AWS")),
            "mend [photos.s3]: endpoint, bucket, keys; docs/operating.md says what a bucket needs",
        ),
        None => (
            format!("the directory {}", config.photos.directory.display()),
            "let the user that Onsite runs as write to it (photos.directory), and make room on its disk",
        ),
    };
    // Nothing is signed here.
    let unsigned = Clock::system().id::<uuid::Uuid>().to_string();
    let objects = match serve::objects(&config.photos, "http://localhost".to_owned(), unsigned).await {
        Ok(objects) => objects,
        Err(error) => return Finding::fail(about, format!("{place}: {error}"), advice),
    };
    match objects.ready().await {
        Ok(()) => Finding::ok(about, format!("{place} can be written to")),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            Finding::fail(about, format!("{place}: {error}{cause}"), advice)
        }
    }
}
