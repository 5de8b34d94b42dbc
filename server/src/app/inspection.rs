//! Inspects the photos of check-ins after they were answered, and judges the check-ins again.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::TimeDelta;
use entity::{check_in, photo, photo_inspection, values::PhotoState};
use sha2::{Digest, Sha256};

use super::{
    App, Broken,
    check_in::policy_at,
    counting::{self, Occasion},
};
use crate::{
    domain::{
        datum::Position,
        digest::Sha256Digest,
        likeness::{PerceptualHash, bands},
        policy::Policy,
    },
    photos::{
        ObjectKey, StoreError,
        inspection::{InspectionLimits, PhotoHint, Renditions, inspect},
    },
    store,
};

/// How long a server keeps a photo to itself; if it dies meanwhile, another takes over.
pub const INSPECTION_LEASE: TimeDelta = TimeDelta::minutes(2);

/// How often the queue is looked at when nobody rings.
const POLL: Duration = Duration::from_secs(5);
const AT_ONCE: u64 = 8;
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

    /// Inspects some waiting photos; returns how many. Those whose store fails are left for later.
    pub async fn inspect_waiting(&self) -> Result<usize, Broken> {
        let now = self.clock.now();
        let waiting = store::photo::waiting(self.database.reader(), now, AT_ONCE).await?;
        let mut inspected = 0;
        for photo in waiting {
            if store::photo::lease(self.database.writer(), photo.id, now, now + INSPECTION_LEASE).await? {
                if let Err(error) = self.inspect(&photo).await {
                    // A store that fails is no crash, however often it does.
                    store::photo::uncount(self.database.writer(), photo.id).await?;
                    return Err(error);
                }
                inspected += 1;
            }
        }
        Ok(inspected)
    }

    async fn inspect(&self, photo: &photo::Model) -> Result<(), Broken> {
        let Some(check_in_id) = photo.check_in_id else { return Ok(()) };
        let check_in = store::check_in::get(self.database.reader(), check_in_id).await?;
        let check_in = check_in.ok_or_else(|| counting::missing(check_in_id))?;
        let policy = policy_at(&store::policy::all(self.database.reader()).await?, check_in.corrected_at)?;
        let (state, bytes) = self.fetch(photo).await?;
        let found = match bytes {
            Some(bytes) => Some(self.look_at(photo, bytes, &check_in, &policy).await?),
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
            if let Some(Found { inspection, bands }) = found {
                store::photo_inspection::insert(&transaction, inspection, &bands).await?;
            }
            let photos = store::photo::of_check_ins(&transaction, [check_in.id]).await?;
            if photos.iter().all(|photo| photo.inspected_at.is_some()) {
                let judged = self.judge(&transaction, &check_in, &photos, &policy).await?;
                let occasion = Occasion::PhotoInspection;
                counting::record(&transaction, &self.clock, &check_in, &judged, occasion, &tally).await?;
            }
        }
        transaction.commit().await?;
        self.feed.ring();
        Ok(())
    }

    /// The photo's bytes, if they are those announced.
    pub(super) async fn fetch(&self, photo: &photo::Model) -> Result<(PhotoState, Option<Bytes>), Broken> {
        let announced = u64::try_from(photo.byte_size).unwrap_or(0);
        match self.objects.read(&key_of(&photo.object_key)?, announced).await {
            Ok(Some(bytes)) => {
                let digest = Sha256Digest::from_bytes(Sha256::digest(&bytes).into()).to_string();
                let intact = bytes.len() as u64 == announced && digest == photo.sha256;
                Ok(if intact { (PhotoState::Intact, Some(bytes)) } else { (PhotoState::Damaged, None) })
            }
            Ok(None) | Err(StoreError::TooLarge { .. }) => Ok((PhotoState::Damaged, None)),
            Err(error) => Err(error.into()),
        }
    }

    /// Looks at a photo's bytes, and keeps renditions fit to be shown. A photo that has brought its server down again
    /// and again is not looked at any more.
    async fn look_at(
        &self,
        photo: &photo::Model,
        bytes: Bytes,
        check_in: &check_in::Model,
        policy: &Policy,
    ) -> Result<Found, Broken> {
        let empty = self.nothing_found(photo);
        if photo.attempts >= ATTEMPTS {
            return Ok(Found::only(photo_inspection::Model {
                problem: Some("looking at it brings servers down".to_owned()),
                ..empty
            }));
        }
        // A panic in there is caught by the task, and the photo counts as unreadable.
        let looked = tokio::task::spawn_blocking(move || inspect(&bytes, &InspectionLimits::default())).await;
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
        let (small_key, large_key) = self.keep_renditions(photo, inspection.renditions.as_ref()).await?;
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
            perceptual_hash: bits.map(u64::cast_signed),
            thumbhash: inspection.thumbhash.as_deref().map(|hash| STANDARD.encode(hash)),
            small_key,
            large_key,
            ..empty
        };
        let bands = bits.map(|bits| bands(PerceptualHash::from_bits(bits)).to_vec()).unwrap_or_default();
        Ok(Found { inspection, bands })
    }

    async fn keep_renditions(
        &self,
        photo: &photo::Model,
        renditions: Option<&Renditions>,
    ) -> Result<(Option<String>, Option<String>), Broken> {
        let Some(renditions) = renditions else { return Ok((None, None)) };
        let small = key_of(&format!("renditions/{}/small", photo.id))?;
        let large = key_of(&format!("renditions/{}/large", photo.id))?;
        self.objects.put(&small, "image/jpeg", Bytes::from(renditions.small.clone())).await?;
        self.objects.put(&large, "image/jpeg", Bytes::from(renditions.large.clone())).await?;
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
            perceptual_hash: None,
            thumbhash: None,
            small_key: None,
            large_key: None,
            inspected_at: self.clock.now(),
        }
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
    text.parse().map_err(|error| Broken::Record(format!("object key {text}: {error}")))
}
