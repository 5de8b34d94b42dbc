//! Whether the bytes of photos have arrived: asked of the object store for many at once, within one time for all.

use messages::message;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use chrono::TimeDelta;
use domain::permission::Viewer;
use entity::{
    ids::{PersonId, PhotoId},
    photo,
};
use futures_util::{FutureExt, StreamExt, stream};
use objects::{ObjectInfo, StoreError};
use tokio::time::timeout;

use super::check_in::photo_used;
use crate::{
    app::{App, Broken, CheckInRequest, Failure, Refusal, RefusalCode},
    store,
};

/// Questions under way at once: a queue of a hundred check-ins has nine hundred photos at most.
const AT_ONCE: usize = 32;
/// When it is worth trying again where the object store is away.
const COME_BACK: TimeDelta = TimeDelta::seconds(30);

/// What is known of some of a person's photos.
#[derive(Debug, Default)]
pub struct Arrivals(HashMap<PhotoId, KnownPhoto>);

#[derive(Debug)]
struct KnownPhoto {
    photo: photo::Model,
    /// What the store said of one that is not used yet; none where it gave no answer in time.
    stored: Option<Option<ObjectInfo>>,
}

impl App {
    /// Asks for the photos of a whole queue, before its check-ins are recorded one after the other. Those that are
    /// evidence already need no asking.
    pub async fn arrivals_of(&self, viewer: &Viewer, queue: &[CheckInRequest]) -> Result<Arrivals, Broken> {
        match viewer.person {
            Some(person) => {
                self.arrivals(person, queue.iter().flat_map(|request| request.photos.iter().copied())).await
            }
            None => Ok(Arrivals::default()),
        }
    }

    pub(in crate::app) async fn arrivals(
        &self,
        person: PersonId,
        ids: impl IntoIterator<Item = PhotoId>,
    ) -> Result<Arrivals, Broken> {
        let ids: BTreeSet<PhotoId> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(Arrivals::default());
        }
        let photos = store::photo::of_person(self.database.reader(), person, ids).await?;
        let mut answers = HashMap::new();
        let unused: Vec<_> = photos.iter().filter(|photo| photo.check_in_id.is_none()).cloned().collect();
        let asking = unused.into_iter().map(|photo| self.asked(photo).boxed());
        let mut asking = stream::iter(asking).buffer_unordered(AT_ONCE);
        let whole = async {
            while let Some((id, answer)) = asking.next().await {
                match answer {
                    Ok(info) => drop(answers.insert(id, info)),
                    Err(error) => tracing::warn!(photo = %id, %error, "can't tell whether a photo has arrived"),
                }
            }
        };
        let limit = Duration::from_secs(self.photo_limits.ask_seconds.clamp(1, 20));
        if timeout(limit, whole).await.is_err() {
            tracing::warn!("the object store did not say in time which photos have arrived");
        }
        let known = photos.into_iter().map(|photo| {
            let stored = answers.remove(&photo.id);
            (photo.id, KnownPhoto { photo, stored })
        });
        Ok(Arrivals(known.collect()))
    }

    async fn asked(&self, photo: photo::Model) -> (PhotoId, Result<Option<ObjectInfo>, Broken>) {
        let stored = match photo.object_key.parse() {
            Ok(key) => self.objects.stat(&key).await.map_err(Broken::from),
            Err(error) => Err(Broken::failed(format!("photo {}", photo.id), error)),
        };
        (photo.id, stored)
    }

    /// The person's own, unused photos whose bytes have arrived as announced.
    pub(in crate::app) async fn usable_photos(
        &self,
        person: PersonId,
        ids: &[PhotoId],
    ) -> Result<Vec<photo::Model>, Failure> {
        let arrivals = self.arrivals(person, ids.iter().copied()).await?;
        self.usable_of(&arrivals, ids)
    }

    /// The same of photos that were asked for before.
    pub(in crate::app) fn usable_of(&self, arrivals: &Arrivals, ids: &[PhotoId]) -> Result<Vec<photo::Model>, Failure> {
        let mut photos = Vec::with_capacity(ids.len());
        let (mut refusals, mut unanswered) = (Vec::new(), false);
        for (place, id) in ids.iter().enumerate() {
            match arrivals.0.get(id) {
                None => refusals.push(Refusal::photo_not_found(place)),
                Some(KnownPhoto { photo, .. }) if photo.check_in_id.is_some() => refusals.push(photo_used(place)),
                Some(KnownPhoto { stored: None, .. }) => unanswered = true,
                Some(KnownPhoto { photo, stored: Some(stored) }) => {
                    match not_as_announced(photo, stored.as_ref(), place) {
                        Some(refusal) => refusals.push(refusal),
                        None => photos.push(photo.clone()),
                    }
                }
            }
        }
        if unanswered {
            refusals.push(self.store_unavailable("photoIds"));
        }
        if refusals.is_empty() { Ok(photos) } else { Err(Failure::Refused(refusals)) }
    }

    /// The object store is away: nothing is wrong with what was sent.
    pub(in crate::app) fn store_unavailable(&self, field: &str) -> Refusal {
        let refusal = Refusal::new(RefusalCode::StoreUnavailable, field, message!(StoreUnavailable));
        let field = if field.is_empty() { Vec::new() } else { refusal.field };
        Refusal { field, retry_at: Some(self.clock.now() + COME_BACK), ..refusal }
    }

    /// Something is broken, and it may be broken for this only.
    pub fn server_fault(&self) -> Refusal {
        let refusal = Refusal::of_no_field(RefusalCode::ServerFault, message!(ServerFault));
        Refusal { retry_at: Some(self.clock.now() + COME_BACK), ..refusal }
    }

    /// Why a photo could not be attached after all: used by another check-in meanwhile, or removed.
    pub(in crate::app) async fn no_longer_usable(
        &self,
        person: PersonId,
        id: PhotoId,
        place: usize,
    ) -> Result<Refusal, Broken> {
        let left = store::photo::of_person(self.database.reader(), person, [id]).await?;
        Ok(if left.is_empty() { Refusal::photo_not_found(place) } else { photo_used(place) })
    }

    /// Reads within the time that the store has for handing over an object.
    pub(in crate::app) async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let limit = Duration::from_secs(self.photo_limits.fetch_seconds.clamp(1, 60));
        timeout(limit, work).await.unwrap_or_else(|_| Err(StoreError::too_slow()))
    }
}

/// Why what is in the store is not what was announced; none if it is.
fn not_as_announced(photo: &photo::Model, stored: Option<&ObjectInfo>, place: usize) -> Option<Refusal> {
    let field = format!("photoIds.{place}");
    let Some(stored) = stored else {
        return Some(Refusal::new(RefusalCode::PhotoNotUploaded, &field, message!(PhotoNotUploaded)));
    };
    let as_announced =
        u64::try_from(photo.byte_size) == Ok(stored.byte_size) && photo.content_type == stored.content_type;
    (!as_announced).then(|| Refusal::new(RefusalCode::PhotoMismatch, &field, message!(PhotoNotAsAnnounced)))
}
