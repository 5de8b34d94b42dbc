//! Whether photos can be kept.

use super::Finding;
use crate::{clock::Clock, command::speech::words, config::Config, serve};

pub(super) async fn look(config: &Config) -> Finding {
    let about = "photos";
    let (place, advice) = match &config.photos.s3 {
        Some(s3) => (
            words!(DoctorBucket { bucket: &s3.bucket, endpoint: s3.endpoint.as_deref().unwrap_or("AWS") }),
            words!(DoctorMendBucket),
        ),
        None => (
            words!(DoctorDirectory { directory: config.photos.directory.display().to_string() }),
            words!(DoctorMendDirectory),
        ),
    };
    // Nothing is signed here.
    let unsigned = Clock::system().id::<uuid::Uuid>().to_string();
    let objects = match serve::objects(&config.photos, "http://localhost".to_owned(), unsigned).await {
        Ok(objects) => objects,
        Err(error) => return Finding::fail(about, format!("{place}: {error}"), advice),
    };
    match objects.ready().await {
        Ok(()) => Finding::ok(about, words!(DoctorPhotosKept { place })),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            Finding::fail(about, format!("{place}: {error}{cause}"), advice)
        }
    }
}
