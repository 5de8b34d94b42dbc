//! Inspects the photos of check-ins after they were answered, and judges the check-ins again.

use std::{sync::atomic::Ordering, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    check_ins::likeness::{PerceptualHash, bands},
    digest::Sha256Digest,
    policy::Policy,
    projects::datum::Position,
};
use entity::{
    check_in,
    ids::PhotoId,
    job, photo, photo_inspection,
    values::{JobKind, PhotoState},
};
use futures_util::{StreamExt, future, stream};
use inspection::{
    Inspection, InspectionError, InspectionLimits, PhotoHint, Renditions, apart::decode_apart, inspect,
    inspect_decoded, wants_process,
};
use objects::{ObjectKey, StoreError};
use sea_orm::{ConnectionTrait, DbErr};
use sha2::{Digest, Sha256};
use tokio::task::{JoinError, spawn_blocking};
use tracing::Instrument;

use super::{judging::JudgementKind, photo_upload::sealed};
use crate::{
    app::{
        App, Broken, policy,
        visits::counting::{self, Trigger},
    },
    store,
};

/// How long a server keeps a photo to itself; if it dies meanwhile, another takes over.
pub const INSPECTION_LEASE: TimeDelta = TimeDelta::minutes(2);

/// An upload that began in time has ended by then.
const LONGEST_UPLOAD: TimeDelta = TimeDelta::hours(1);
/// How often the queue is looked at when nobody tells of something new.
const POLL: Duration = Duration::from_secs(5);
const AT_ONCE: u64 = 8;
/// Photos without a job that are queued at once.
const LEFT_OUT: u64 = 1000;
/// Photos held in memory at once.
const FETCHED_AT_ONCE: usize = 8;
/// How long a photo rests that could not be inspected; twice as long after each round in which none could.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// Inspections of one photo that may be broken off by a crash before it is left alone.
const ATTEMPTS: i32 = 3;

impl App {
    /// Inspects photos as they come, for ever; drop the future to stop.
    pub async fn inspect_photos(&self) {
        loop {
            match self.inspect_waiting().await {
                Ok(0) => {
                    let _ = tokio::time::timeout(POLL, self.photo_waits.notified()).await;
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "photos can't be inspected; trying again");
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    /// Inspects some waiting photos; returns how many. They are fetched together, and one whose store fails keeps no
    /// other from it: it is given back, for another look a little later.
    pub async fn inspect_waiting(&self) -> Result<usize, Broken> {
        let now = self.clock.now();
        let reader = self.database.reader();
        let due = store::job::due(reader, JobKind::PhotoInspection, now, INSPECTION_LEASE, AT_ONCE).await?;
        let pause = pause_after(self.store_failures.load(Ordering::Relaxed));
        let outcomes: Vec<Result<bool, Broken>> = stream::iter(due)
            .map(|job| {
                let span = self.job_span_of(job.kind.as_str(), job.subject);
                self.inspect_unless_held(job, pause).instrument(span)
            })
            .buffer_unordered(FETCHED_AT_ONCE)
            .collect()
            .await;
        let inspected = outcomes.iter().filter(|outcome| matches!(outcome, Ok(true))).count();
        let error = outcomes.into_iter().find_map(Result::err);
        match &error {
            Some(_) if inspected == 0 => drop(self.store_failures.fetch_add(1, Ordering::Relaxed)),
            _ => self.store_failures.store(0, Ordering::Relaxed),
        }
        match error {
            Some(error) if inspected == 0 => Err(error),
            _ => Ok(inspected),
        }
    }

    /// Inspects a photo if no other server holds it; whether it did.
    async fn inspect_unless_held(&self, job: job::Model, pause: TimeDelta) -> Result<bool, Broken> {
        let (writer, now) = (self.database.writer(), self.clock.now());
        if !store::job::take(writer, job.kind, job.subject, now, INSPECTION_LEASE, now + INSPECTION_LEASE).await? {
            return Ok(false);
        }
        let inspected = self.inspect(&job).await;
        if let Err(error) = &inspected {
            tracing::warn!(photo = %job.subject, %error, "a photo can't be inspected now; it is tried again");
            store::job::give_back(writer, &job, self.clock.now() + pause).await?;
        }
        inspected.map(|()| true)
    }

    /// Queues photos of check-ins that a server recorded which knew no jobs; returns how many.
    pub(in crate::app) async fn queue_photos_without_job(&self) -> Result<usize, Broken> {
        let photos = store::photo::without_job(self.database.reader(), LEFT_OUT).await?;
        if !photos.is_empty() {
            queue_inspection(self.database.writer(), &photos, self.clock.now()).await?;
            self.photo_waits.notify_one();
        }
        Ok(photos.len())
    }

    async fn inspect(&self, job: &job::Model) -> Result<(), Broken> {
        let photo = store::photo::get(self.database.reader(), [job.subject.into()]).await?.pop();
        let waiting = photo.filter(|photo| photo.state == PhotoState::Attached);
        // Another server inspected it, and died before it said so.
        let Some(photo) = &waiting else {
            return Ok(store::job::done(self.database.writer(), job.kind, job.subject).await?);
        };
        let Some(check_in_id) = photo.check_in_id else { return Ok(()) };
        let check_in = store::check_in::get(self.database.reader(), check_in_id).await?;
        let check_in = check_in.ok_or_else(|| counting::missing(check_in_id))?;
        let policies = policy::versions(self.database.reader()).await?;
        let policy = policies.at(check_in.corrected_at)?;
        let (state, bytes) = self.fetch(photo).await?;
        let found = match &bytes {
            Some(bytes) => Some(self.look_at(job, photo, bytes.clone(), &check_in, policy).await?),
            None => None,
        };
        let moved_to = match &bytes {
            Some(bytes) => self.seal(photo, bytes).await?,
            None => None,
        };
        let transaction = self.database.begin().await?;
        // The lock first: two photos of one check-in may be inspected by two servers at once.
        let tally = store::weekly_tally::lock(
            &transaction,
            check_in.project_id,
            check_in.person_id,
            counting::week_of(&check_in),
        )
        .await?;
        if store::photo::inspected(&transaction, photo.id, state, self.clock.now()).await? {
            store::job::done(&transaction, job.kind, job.subject).await?;
            if let Some(key) = moved_to {
                store::photo::moved(&transaction, photo.id, key).await?;
                // Until then leave to write over it may be used.
                let due_at = photo.upload_expires_at + LONGEST_UPLOAD;
                store::discarded_object::insert(&transaction, photo.object_key.clone(), due_at).await?;
            }
            if let Some(Found { inspection, bands }) = found {
                store::photo_inspection::insert(&transaction, inspection, &bands).await?;
            }
            let photos = store::photo::of_check_ins(&transaction, [check_in.id]).await?;
            if photos.iter().all(|photo| photo.inspected_at.is_some()) {
                let judged = self.judge(&transaction, &check_in, &photos, policy, JudgementKind::Again).await?;
                let trigger = Trigger::PhotoInspection;
                counting::record(&transaction, &self.clock, &check_in, &judged, trigger, &tally).await?;
            }
        }
        transaction.commit().await?;
        self.feed.wake();
        // Two photos that look alike may be inspected at once, and neither judgement sees the other's.
        self.look_once_more(check_in.id).await?;
        self.judge_contradicted().await;
        Ok(())
    }

    /// The photo's bytes, if they are those announced.
    pub(in crate::app) async fn fetch(&self, photo: &photo::Model) -> Result<(PhotoState, Option<Bytes>), Broken> {
        let announced = u64::try_from(photo.byte_size).unwrap_or(0);
        let key = key_of(&photo.object_key)?;
        match self.in_time(self.objects.read(&key, announced)).await {
            Ok(Some(bytes)) => {
                let digest = Sha256Digest::from_bytes(Sha256::digest(&bytes).into()).to_string();
                let intact = bytes.len() as u64 == announced && digest == photo.sha256;
                Ok(if intact { (PhotoState::Intact, Some(bytes)) } else { (PhotoState::Damaged, None) })
            }
            Ok(None) | Err(StoreError::TooLarge { .. }) => Ok((PhotoState::Damaged, None)),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes what was found to be what was announced where no upload can write over it; returns where. None where the
    /// store itself sees to that.
    async fn seal(&self, photo: &photo::Model, bytes: &Bytes) -> Result<Option<String>, Broken> {
        let Some(place) = sealed(&photo.object_key) else { return Ok(None) };
        let key = key_of(place)?;
        let written = async {
            self.objects.put(&key, &photo.content_type, bytes.clone()).await?;
            self.objects.stat(&key).await
        };
        match self.in_time(written).await? {
            Some(stored) if stored.byte_size == bytes.len() as u64 => Ok(Some(place.to_owned())),
            _ => Err(Broken::Record(format!("photo {}: its sealed copy is not whole", photo.id))),
        }
    }

    /// Looks at a photo's bytes, and keeps renditions fit to be shown. A photo that has brought its server down again
    /// and again is not looked at any more.
    async fn look_at(
        &self,
        job: &job::Model,
        photo: &photo::Model,
        bytes: Bytes,
        check_in: &check_in::Model,
        policy: &Policy,
    ) -> Result<Found, Broken> {
        let empty = self.nothing_found(photo);
        if job.attempts >= ATTEMPTS {
            return Ok(Found::only(photo_inspection::Model {
                problem: Some("looking at it brings servers down".to_owned()),
                ..empty
            }));
        }
        let looked = self.looked_at(job, bytes).await?;
        let inspection = match looked {
            Ok(Ok(inspection)) => inspection,
            Ok(Err(error)) => {
                let problem = error.to_string().chars().take(64).collect();
                return Ok(Found::only(photo_inspection::Model { problem: Some(problem), ..empty }));
            }
            Err(error) => {
                tracing::error!(photo = %photo.id, %error, "the inspection of a photo panicked");
                return Ok(Found::only(photo_inspection::Model {
                    problem: Some("looking at it failed".to_owned()),
                    ..empty
                }));
            }
        };
        let (small_key, large_key) = self.keep_renditions(photo, &inspection.renditions).await?;
        let exif = inspection.exif.as_ref();
        let (position, error_m) = inspection.position().unzip();
        let hinted = |wanted: &[PhotoHint]| inspection.hints.iter().any(|hint| wanted.contains(hint));
        let bits = inspection.perceptual_hash.map(PerceptualHash::bits);
        let camera = exif.and_then(|exif| match (&exif.make, &exif.model) {
            (Some(make), Some(model)) => Some(format!("{make} {model}")),
            (make, model) => make.clone().or_else(|| model.clone()),
        });
        let inspection = photo_inspection::Model {
            format: Some(format!("{:?}", inspection.format).to_uppercase()),
            width: i32::try_from(inspection.width).ok(),
            height: i32::try_from(inspection.height).ok(),
            latitude: position.map(Position::latitude),
            longitude: position.map(Position::longitude),
            position_error_m: error_m.flatten(),
            taken_at: exif
                .and_then(|exif| exif.taken_at)
                .and_then(|taken| taken.instant(policy.time_zone, check_in.corrected_at)),
            camera,
            software: exif.and_then(|exif| exif.software.clone()),
            screenshot: hinted(&[PhotoHint::Screenshot]),
            edited: hinted(&[PhotoHint::Edited]),
            shows_nothing: hinted(&[PhotoHint::Featureless]),
            unread_position: inspection.unread.position,
            unread_time: inspection.unread.time,
            perceptual_hash: bits.map(u64::cast_signed),
            thumbhash: Some(STANDARD.encode(&inspection.thumbhash)),
            small_key,
            large_key,
            ..empty
        };
        let bands = bits.map(|bits| bands(PerceptualHash::from_bits(bits)).to_vec()).unwrap_or_default();
        Ok(Found { inspection, bands })
    }

    /// One photo at a time, and counted just before: if the server dies of it, it is known which one that was.
    async fn looked_at(
        &self,
        job: &job::Model,
        bytes: Bytes,
    ) -> Result<Result<Result<Inspection, InspectionError>, JoinError>, Broken> {
        // Never closed.
        let _one = self.looking.acquire().await;
        store::job::count_attempt(self.database.writer(), job.kind, job.subject).await?;
        // A panic in there is caught by the task, and the photo counts as unreadable.
        Ok(looked_at(bytes).await)
    }

    async fn keep_renditions(
        &self,
        photo: &photo::Model,
        renditions: &Renditions,
    ) -> Result<(Option<String>, Option<String>), Broken> {
        let small = key_of(&format!("renditions/{}/small", photo.id))?;
        let large = key_of(&format!("renditions/{}/large", photo.id))?;
        let put = |key, bytes: &[u8]| self.objects.put(key, "image/jpeg", Bytes::copy_from_slice(bytes));
        let both = future::try_join(put(&small, &renditions.small), put(&large, &renditions.large));
        self.in_time(both).await?;
        Ok((Some(small.to_string()), Some(large.to_string())))
    }

    fn nothing_found(&self, photo: &photo::Model) -> photo_inspection::Model {
        photo_inspection::Model {
            photo_id: photo.id,
            problem: None,
            format: None,
            width: None,
            height: None,
            latitude: None,
            longitude: None,
            position_error_m: None,
            taken_at: None,
            camera: None,
            software: None,
            screenshot: false,
            edited: false,
            shows_nothing: false,
            unread_position: false,
            unread_time: false,
            perceptual_hash: None,
            thumbhash: None,
            small_key: None,
            large_key: None,
            inspected_at: self.clock.now(),
        }
    }
}

/// Queues photos for inspection, in the transaction that attaches them.
pub(in crate::app) async fn queue_inspection(
    connection: &impl ConnectionTrait,
    photos: &[PhotoId],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    store::job::queue(connection, JobKind::PhotoInspection, photos.iter().map(|photo| photo.0), now).await
}

fn pause_after(failures: u32) -> TimeDelta {
    (SHORTEST_PAUSE * 2_i32.pow(failures.min(5))).min(INSPECTION_LEASE)
}

/// Looks at bytes where blocking is allowed, and has a picture whose decoder needs bounds decoded apart.
async fn looked_at(bytes: Bytes) -> Result<Result<Inspection, InspectionError>, JoinError> {
    let limits = InspectionLimits::default();
    let apart = match wants_process(&bytes, &limits) {
        Ok(true) => decode_apart(bytes.clone()).await,
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    };
    match apart {
        Some(Ok(decoded)) => spawn_blocking(move || inspect_decoded(&bytes, decoded, &limits)).await,
        Some(Err(error)) => Ok(Err(error)),
        None => spawn_blocking(move || inspect(&bytes, &limits)).await,
    }
}

/// What was found in a photo.
struct Found {
    inspection: photo_inspection::Model,
    bands: Vec<i32>,
}

impl Found {
    fn only(inspection: photo_inspection::Model) -> Self {
        Self { inspection, bands: Vec::new() }
    }
}

fn key_of(text: &str) -> Result<ObjectKey, Broken> {
    text.parse().map_err(|error| Broken::failed(format!("object key {text}"), error))
}
