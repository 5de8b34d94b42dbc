//! Inspects the photos of check-ins after they were answered, and judges the check-ins again.

use std::time::Duration;

use chrono::TimeDelta;
use entity::{
    photo,
    values::{AssessmentTrigger, PhotoState},
};

use super::{App, Broken, check_in::policy_at, counting, judging};
use crate::{
    photos::{ObjectDigest, ObjectKey, StoreError},
    store,
};

/// How long a server keeps a photo to itself; if it dies meanwhile, another takes over.
pub const INSPECTION_LEASE: TimeDelta = TimeDelta::minutes(2);

/// How often the queue is looked at when nobody rings.
const POLL: Duration = Duration::from_secs(5);
const AT_ONCE: u64 = 8;

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
                self.inspect(&photo).await?;
                inspected += 1;
            }
        }
        Ok(inspected)
    }

    async fn inspect(&self, photo: &photo::Model) -> Result<(), Broken> {
        let state = self.state_of(photo).await?;
        let Some(check_in_id) = photo.check_in_id else { return Ok(()) };
        let check_in = store::check_in::get(self.database.reader(), check_in_id).await?;
        let check_in = check_in.ok_or_else(|| counting::missing(check_in_id))?;
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
            let photos = store::photo::of_check_ins(&transaction, [check_in.id]).await?;
            if photos.iter().all(|photo| photo.inspected_at.is_some()) {
                let policy = policy_at(&store::policy::all(&transaction).await?, check_in.corrected_at)?;
                let judgement = judging::judge(&transaction, &check_in, &photos, &policy).await?;
                let trigger = AssessmentTrigger::PhotoInspection;
                counting::record(&transaction, &self.clock, &check_in, &judgement, &policy, trigger, &tally).await?;
            }
        }
        transaction.commit().await?;
        self.feed.ring();
        Ok(())
    }

    async fn state_of(&self, photo: &photo::Model) -> Result<PhotoState, Broken> {
        let key: ObjectKey =
            photo.object_key.parse().map_err(|error| Broken::Record(format!("photo {}: {error}", photo.id)))?;
        let announced = u64::try_from(photo.byte_size).unwrap_or(0);
        let intact = match self.objects.digest(&key, announced).await {
            Ok(Some(ObjectDigest { byte_size, sha256 })) => {
                byte_size == announced && sha256.to_string() == photo.sha256
            }
            Ok(None) | Err(StoreError::TooLarge { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        Ok(if intact { PhotoState::Intact } else { PhotoState::Damaged })
    }
}
