//! What other check-ins say about one: the same person's around it, and those from the same device or with the same
//! photos, whoever sent them.
//!
//! Two check-ins that contradict each other are both for review, whichever was recorded first: who is found here to be
//! contradicted is judged again. What only looks back in time is found once, when the check-in arrives, and kept with
//! its first assessment, so that nothing which comes later is held against it.

use chrono::TimeDelta;
use domain::check_ins::{
    evidence::{CapturePosition, Evidence, Fix, Neighbour},
    likeness::{PerceptualHash, REUSE_DISTANCE, alike_bands, bands, near},
};
use entity::{
    check_in,
    ids::{CheckInId, PersonId},
    photo_inspection,
    values::FindingCode,
};
use sea_orm::ConnectionTrait;
use serde::Deserialize;

use super::{Broken, Gathering, all_fixes, by_either_clock, judged_fixes};
use crate::store;

/// How long it is remembered who used a device; and how long after a capture it may still turn out that somebody else
/// has its device in hand, or its photo for evidence. What comes to light later speaks against the later one alone.
const MEMORY: TimeDelta = TimeDelta::days(30);
/// Metres halfway round the Earth: nobody was further away.
const FURTHEST_M: f64 = 20_040_000.0;
/// Check-ins of a person that are looked at on either side of one.
const AROUND: u64 = 16;
/// Check-ins with the same photo that are looked at on either side of one.
const SAME_BYTES: u64 = 8;
/// Check-ins with a similar photo that are judged again for one.
const SIMILAR: usize = 16;
/// Check-ins with the same coordinates that are looked at.
const SAME_COORDINATES: u64 = 200;

/// A check-in that may stand otherwise for what was found.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct Contradicted {
    /// Which.
    pub(in crate::app) check_in: CheckInId,
    /// By which rule; it need not be judged again if that rule has found it before. None if it has to be in any case.
    pub(in crate::app) rule: Option<FindingCode>,
}

/// What was found when the check-in arrived, and stays.
pub(super) async fn kept(connection: &impl ConnectionTrait, check_in: CheckInId) -> Result<Option<Evidence>, Broken> {
    #[derive(Deserialize)]
    struct Inputs {
        evidence: Evidence,
    }
    let first = store::assessment::first_inputs(connection, check_in).await?;
    Ok(first.and_then(|inputs| serde_json::from_str::<Inputs>(&inputs).ok()).map(|inputs| inputs.evidence))
}

/// What is known of who uses a device.
pub(super) struct DeviceHistory {
    /// Other people who used it lately.
    pub(super) other_people: u32,
    /// Whether the person used another one before, and never this one.
    pub(super) new: bool,
}

impl<C: ConnectionTrait> Gathering<'_, C> {
    /// The person's check-ins around this one, each where judging it found the person to have been.
    pub(super) async fn neighbours(&self) -> Result<Vec<(CheckInId, Neighbour)>, Broken> {
        #[derive(Deserialize)]
        struct Inputs {
            #[serde(default, rename = "whereabouts")]
            capture_position: Option<CapturePosition>,
        }
        let longest = std::time::Duration::from_secs_f64(FURTHEST_M / self.policy.thresholds.travel_speed_mps);
        let within = TimeDelta::from_std(longest).unwrap_or(MEMORY);
        let rows = store::check_in::around(self.connection, self.check_in, within, AROUND).await?;
        let neighbour = |row: &store::check_in::NeighbouringCheckIn| {
            let inputs: Inputs = serde_json::from_str(row.inputs.as_deref()?).ok()?;
            let CapturePosition { here, accuracy_m, age_ms } = inputs.capture_position?;
            let skew_ms = Some((row.received_at - row.sent_at).num_milliseconds());
            let at = row.corrected_at;
            Some((row.id, Neighbour { corrected_at: at, position: here, accuracy_m, age_ms, skew_ms }))
        };
        Ok(rows.iter().filter_map(neighbour).collect())
    }

    /// Other local days of which the person had sent coordinates of these fixes, to the last digit, in a usable fix.
    pub(super) async fn repeated_days(&self, own: &[Fix]) -> Result<u32, Broken> {
        let coordinates = |fix: &Fix| (fix.reported.latitude(), fix.reported.longitude());
        let usable: Vec<_> = own.iter().filter(|fix| fix.is_usable(self.sites, self.policy)).map(coordinates).collect();
        if usable.is_empty() {
            return Ok(0);
        }
        let others = store::check_in::at_coordinates(self.connection, self.check_in, &usable, SAME_COORDINATES).await?;
        let further = store::check_in::fixes(self.connection, others.iter().map(|other| other.id)).await?;
        let mut days = std::collections::BTreeSet::new();
        for other in others {
            let theirs = judged_fixes(&other, &all_fixes(&other, &further))?;
            let there = |fix: &Fix| fix.is_usable(self.sites, self.policy) && usable.contains(&coordinates(fix));
            if by_either_clock(&other, &theirs).iter().any(there) {
                days.insert(other.local_date);
            }
        }
        Ok(u32::try_from(days.len()).unwrap_or(u32::MAX))
    }

    /// How many other check-ins have these very bytes for evidence.
    pub(super) async fn reused(&self, sha256: &str, found: &mut Vec<Contradicted>) -> Result<u32, Broken> {
        let others = store::photo_inspection::same_bytes(self.connection, sha256, self.check_in, SAME_BYTES).await?;
        let mut reused = 0;
        for other in others {
            let later = other.corrected_at - self.check_in.corrected_at;
            reused += u32::from(later <= MEMORY);
            if -later <= MEMORY {
                found.push(Contradicted { check_in: other.check_in_id, rule: Some(FindingCode::PhotoReused) });
            }
        }
        Ok(reused)
    }

    /// Bits between a photo and the most similar one of another visit. The very same bytes are told by `reused`.
    pub(super) async fn nearest_bits(
        &self,
        inspection: &photo_inspection::Model,
        found: &mut Vec<Contradicted>,
    ) -> Result<Option<u32>, Broken> {
        let Some(bits) = inspection.perceptual_hash else { return Ok(None) };
        let hash = PerceptualHash::from_bits(bits.cast_unsigned());
        let alike = bands(hash).map(|band| alike_bands(band).to_vec());
        let burst = TimeDelta::seconds(self.policy.thresholds.photo_burst_s.into());
        let alike = store::photo_inspection::sharing_band(self.connection, &alike, self.check_in, burst).await?;
        let mut nearest = None;
        let mut similar = Vec::new();
        for other in alike {
            let bits = near(hash, PerceptualHash::from_bits(other.perceptual_hash.cast_unsigned()));
            let later = other.corrected_at - self.check_in.corrected_at;
            if later <= MEMORY {
                nearest = nearest.into_iter().chain([bits]).min();
            }
            if -later <= MEMORY && bits <= REUSE_DISTANCE {
                similar.push((later.abs(), other.check_in_id));
            }
        }
        similar.sort_unstable();
        similar.dedup();
        let contradicted = |(_, check_in)| Contradicted { check_in, rule: Some(FindingCode::PhotoSimilar) };
        found.extend(similar.into_iter().take(SIMILAR).map(contradicted));
        Ok(nearest)
    }

    /// Who else used the device lately: within the memory when this check-in arrived, and right before or right after
    /// it whenever that became known.
    pub(super) async fn using(
        &self,
        fingerprint: &str,
        found: &mut Vec<Contradicted>,
    ) -> Result<DeviceHistory, Broken> {
        let own: &check_in::Model = self.check_in;
        let beside = store::device::beside(self.connection, fingerprint, own, MEMORY).await?;
        let mut others: Vec<PersonId> = beside.iter().map(|other| other.person_id).collect();
        others.retain(|person| *person != own.person_id);
        if !others.is_empty() {
            // Whoever is the same person may have stood right beside another until now.
            let rule = |person| (person != own.person_id).then_some(FindingCode::DeviceShared);
            let contradicted =
                |other: &store::device::SignedUse| Contradicted { check_in: other.id, rule: rule(other.person_id) };
            found.extend(beside.iter().map(contradicted));
        }
        others.sort_unstable();
        others.dedup();
        let (before, new) = match &self.kept {
            Some(kept) => (kept.device.other_people, kept.device.new),
            None => {
                let before = store::device::other_people(self.connection, fingerprint, own, MEMORY).await?.len();
                let used = store::device::used_before(self.connection, own.person_id, own.corrected_at).await?;
                let new = !used.is_empty() && !used.iter().any(|used| used == fingerprint);
                (u32::try_from(before).unwrap_or(u32::MAX), new)
            }
        };
        let beside = u32::try_from(others.len()).unwrap_or(u32::MAX);
        Ok(DeviceHistory { other_people: before.max(beside), new })
    }
}
