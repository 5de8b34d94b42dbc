//! Gathers what a check-in is judged by, and has it judged.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{check_in, check_in_fix, ids::SiteId, photo, photo_inspection, policy, site_version, values::PhotoState};
use sea_orm::ConnectionTrait;

use super::{App, Broken};
use crate::{
    domain::{
        challenge,
        datum::{Position, to_wgs84},
        device_signature::DevicePublicKey,
        evidence::{
            self, Candidate, Challenge, Device, Evidence, Fix, Judgement, Neighbour, Photo, PhotoBytes, Signature,
        },
        likeness::{PerceptualHash, alike_bands, bands, near},
        policy::{Policy, PolicyDraft},
        signed_check_in::{SignedCheckIn, SignedFix, instant},
    },
    store,
};

/// Days for which it is remembered who used a device.
const DEVICE_MEMORY: TimeDelta = TimeDelta::days(30);

/// A judgement and what it was made of.
#[derive(Debug)]
pub(super) struct Judged {
    /// What was decided and why.
    pub(super) judgement: Judgement,
    /// The policy's version.
    pub(super) policy_version: i32,
    /// The evidence and the boundaries' versions, JSON.
    pub(super) inputs: String,
    /// Whether it carries a signature that holds.
    pub(super) signed: bool,
}

/// The policy a row holds.
pub(super) fn policy_of(row: &policy::Model) -> Result<Policy, Broken> {
    let draft = PolicyDraft {
        version: row.version,
        weekly_visits: row.weekly_visits,
        tolerance_m: row.tolerance_m,
        accuracy_limit_m: row.accuracy_limit_m,
        fix_age_limit_s: row.fix_age_limit_s,
        skew_limit_s: row.skew_limit_s,
        photo_required: row.photo_required,
        photo_reason: &row.photo_reason,
        time_zone: &row.time_zone,
        thresholds: &row.thresholds,
    };
    Policy::parse(&draft).map_err(|error| Broken::Record(format!("policy version {}: {error}", row.version)))
}

impl App {
    /// Judges a check-in by its project's sites, its photos and everything else known of it, under a policy.
    pub(super) async fn judge(
        &self,
        connection: &impl ConnectionTrait,
        check_in: &check_in::Model,
        photos: &[photo::Model],
        policy: &Policy,
    ) -> Result<Judged, Broken> {
        let sites = self.boundaries_held(connection, check_in).await?;
        let gathering = Gathering { connection, check_in, photos, policy };
        let evidence = gathering.evidence(&self.challenge_key).await?;
        let versions: Vec<_> = sites.iter().map(|site| site.version).collect();
        let inputs = serde_json::json!({ "evidence": evidence, "siteVersions": versions }).to_string();
        let signed = evidence.device.signature == Signature::Valid;
        let judgement = evidence::judge(&evidence, &sites, policy);
        Ok(Judged { judgement, policy_version: policy.version, inputs, signed })
    }

    /// The boundary of each of the project's sites that held when the check-in was captured.
    async fn boundaries_held(
        &self,
        connection: &impl ConnectionTrait,
        check_in: &check_in::Model,
    ) -> Result<Vec<Candidate>, Broken> {
        let sites = store::site::of_projects(connection, [check_in.project_id]).await?;
        let ids =
            sites.iter().filter(|site| site.retired_at.is_none_or(|at| at > check_in.corrected_at)).map(|site| site.id);
        let versions = store::site::versions(connection, ids.clone()).await?;
        let held = ids.filter_map(|id| in_force(&versions, id, check_in.corrected_at));
        held.map(|version| self.boundaries.candidate(version)).collect()
    }
}

/// The version of a site's boundary that holds for a capture, of versions listed newest first: the newest that was in
/// effect by then; before any was, the newest of those that came into effect first.
pub(super) fn in_force(
    newest_first: &[site_version::Model],
    site: SiteId,
    captured_at: DateTime<Utc>,
) -> Option<&site_version::Model> {
    let of_site = || newest_first.iter().filter(move |version| version.site_id == site);
    let held = of_site().find(|version| version.effective_from <= captured_at);
    held.or_else(|| of_site().min_by_key(|version| version.effective_from))
}

struct Gathering<'a, C> {
    connection: &'a C,
    check_in: &'a check_in::Model,
    photos: &'a [photo::Model],
    policy: &'a Policy,
}

impl<C: ConnectionTrait> Gathering<'_, C> {
    async fn evidence(&self, challenge_key: &[u8]) -> Result<Evidence, Broken> {
        let check_in = self.check_in;
        let further = store::check_in::fixes(self.connection, check_in.id).await?;
        let days = store::check_in::days_at(self.connection, check_in).await?;
        Ok(Evidence {
            fixes: fixes(check_in, &further)?,
            skew_ms: (check_in.received_at - check_in.sent_at).num_milliseconds(),
            corrected_at: check_in.corrected_at,
            clock_jump_ms: clock_jump(check_in),
            challenge: self.challenge(challenge_key),
            photos: self.photos().await?,
            device: self.device(&further).await?,
            neighbours: self.neighbours().await?,
            repeated_days: u32::try_from(days.len()).unwrap_or(u32::MAX),
        })
    }

    fn challenge(&self, key: &[u8]) -> Challenge {
        let Some(token) = &self.check_in.challenge else { return Challenge::None };
        match challenge::verify(key, self.check_in.person_id, token, self.check_in.received_at) {
            Ok(facts) => Challenge::Issued { at: facts.issued_at },
            Err(_) => Challenge::Forged,
        }
    }

    async fn photos(&self) -> Result<Vec<Photo>, Broken> {
        let inspections =
            store::photo_inspection::find(self.connection, self.photos.iter().map(|photo| photo.id)).await?;
        let mut photos = Vec::with_capacity(self.photos.len());
        for photo in self.photos {
            let inspection = inspections.iter().find(|inspection| inspection.photo_id == photo.id);
            photos.push(self.photo(photo, inspection).await?);
        }
        Ok(photos)
    }

    async fn photo(&self, photo: &photo::Model, inspection: Option<&photo_inspection::Model>) -> Result<Photo, Broken> {
        let bytes = match photo.state {
            PhotoState::Requested | PhotoState::Attached => PhotoBytes::Waiting,
            PhotoState::Intact => PhotoBytes::Intact,
            PhotoState::Damaged => PhotoBytes::Damaged,
        };
        let reused = store::photo_inspection::reused(self.connection, &photo.sha256, self.check_in.id).await?;
        let reused = u32::try_from(reused).unwrap_or(u32::MAX);
        let Some(found) = inspection else { return Ok(Photo { reused, ..Photo::of(bytes) }) };
        let position = found.latitude.zip(found.longitude).and_then(|(north, east)| Position::parse(north, east).ok());
        Ok(Photo {
            bytes,
            unreadable: found.problem.is_some(),
            position,
            position_error_m: found.position_error_m,
            taken_at: found.taken_at,
            reused,
            nearest_bits: self.nearest_bits(found).await?,
            screenshot: found.screenshot,
            edited: found.edited,
        })
    }

    /// Bits between a photo and the most similar one of another visit. The very same bytes are told by `reused`.
    async fn nearest_bits(&self, found: &photo_inspection::Model) -> Result<Option<u32>, Broken> {
        let Some(bits) = found.perceptual_hash else { return Ok(None) };
        let hash = PerceptualHash::from_bits(bits.cast_unsigned());
        let alike = bands(hash).map(|band| alike_bands(band).to_vec());
        let burst = TimeDelta::seconds(self.policy.thresholds.photo_burst_s.into());
        let alike = store::photo_inspection::sharing_band(self.connection, &alike, self.check_in, burst).await?;
        let distance = |bits: i64| near(hash, PerceptualHash::from_bits(bits.cast_unsigned()));
        Ok(alike.iter().map(|other| distance(other.perceptual_hash)).min())
    }

    async fn device(&self, further: &[check_in_fix::Model]) -> Result<Device, Broken> {
        let check_in = self.check_in;
        let registered = store::device::of_person(self.connection, check_in.person_id).await?;
        let held = |device: &&entity::device::Model| device.revoked_at.is_none_or(|at| at > check_in.corrected_at);
        let device = Device { developer_mode: check_in.developer_mode, ..Device::default() };
        let (Some(fingerprint), Some(signature)) = (&check_in.device, &check_in.signature) else {
            let any = registered.iter().any(|device| held(&device));
            let signature = if any { Signature::Missing } else { Signature::None };
            return Ok(Device { signature, ..device });
        };
        let key = registered.iter().filter(held).find(|device| device.fingerprint == *fingerprint);
        let valid = match key.and_then(|device| DevicePublicKey::parse_base64(&device.public_key).ok()) {
            Some(key) => {
                let message = signed(check_in, further, self.photos)
                    .message()
                    .map_err(|error| Broken::Record(format!("check-in {}: {error}", check_in.id)))?;
                key.verify_base64(&message, signature).is_ok()
            }
            None => false,
        };
        let since = check_in.corrected_at - DEVICE_MEMORY;
        let others = store::device::other_people(self.connection, fingerprint, check_in.person_id, since).await?;
        let used = store::device::used_before(self.connection, check_in.person_id, check_in.corrected_at).await?;
        Ok(Device {
            signature: if valid { Signature::Valid } else { Signature::Invalid },
            other_people: u32::try_from(others.len()).unwrap_or(u32::MAX),
            new: !used.is_empty() && !used.contains(fingerprint),
            ..device
        })
    }

    async fn neighbours(&self) -> Result<Vec<Neighbour>, Broken> {
        let check_in = self.check_in;
        let rows = store::check_in::neighbours(self.connection, check_in.person_id, check_in.corrected_at, check_in.id)
            .await?;
        let neighbour = |row: &check_in::Model| {
            let reported = Position::parse(row.latitude?, row.longitude?).ok()?;
            let accuracy_m = row.accuracy_m.filter(|accuracy| *accuracy > 0.0)?;
            Some(Neighbour { corrected_at: row.corrected_at, position: to_wgs84(reported, row.datum?), accuracy_m })
        };
        Ok(rows.iter().filter_map(neighbour).collect())
    }
}

/// What the phone knew of its position.
fn fixes(check_in: &check_in::Model, further: &[check_in_fix::Model]) -> Result<Vec<Fix>, Broken> {
    let (Some(latitude), Some(longitude), Some(datum), Some(accuracy_m), Some(fixed_at)) =
        (check_in.latitude, check_in.longitude, check_in.datum, check_in.accuracy_m, check_in.fixed_at)
    else {
        return Ok(Vec::new());
    };
    let fix = |latitude, longitude, datum, accuracy_m, fixed_at: DateTime<Utc>, mocked| {
        let reported = Position::parse(latitude, longitude)
            .map_err(|error| Broken::Record(format!("check-in {}: {error}", check_in.id)))?;
        let age_ms = (check_in.captured_at - fixed_at).num_milliseconds();
        Ok(Fix { reported, datum, accuracy_m, age_ms, mocked })
    };
    let first = fix(latitude, longitude, datum, accuracy_m, fixed_at, check_in.mocked);
    let others =
        further.iter().map(|row| fix(row.latitude, row.longitude, row.datum, row.accuracy_m, row.fixed_at, row.mocked));
    std::iter::once(first).chain(others).collect()
}

/// For fuzzing: what a check-in is judged by that comes with it, of a person of whom nothing else is known.
pub(super) fn fuzz_evidence(check_in: &check_in::Model, further: &[check_in_fix::Model]) -> Result<Evidence, Broken> {
    Ok(Evidence {
        fixes: fixes(check_in, further)?,
        skew_ms: (check_in.received_at - check_in.sent_at).num_milliseconds(),
        corrected_at: check_in.corrected_at,
        clock_jump_ms: clock_jump(check_in),
        challenge: check_in.challenge.as_ref().map_or(Challenge::None, |_| Challenge::Forged),
        photos: Vec::new(),
        device: Device { developer_mode: check_in.developer_mode, ..Device::default() },
        neighbours: Vec::new(),
        repeated_days: 0,
    })
}

/// Wall clock minus boot clock between capture and sending, milliseconds.
fn clock_jump(check_in: &check_in::Model) -> Option<i64> {
    check_in.boot_id.as_ref()?;
    let boot = check_in.sent_uptime_ms? - check_in.captured_uptime_ms?;
    Some((check_in.sent_at - check_in.captured_at).num_milliseconds() - boot)
}

/// A check-in as its device signed it.
pub(super) fn signed(
    check_in: &check_in::Model,
    further: &[check_in_fix::Model],
    photos: &[photo::Model],
) -> SignedCheckIn {
    let first = (|| {
        Some(SignedFix {
            latitude: check_in.latitude?,
            longitude: check_in.longitude?,
            datum: check_in.datum?,
            accuracy_meters: check_in.accuracy_m?,
            fixed_at: instant(check_in.fixed_at?),
            mocked: check_in.mocked,
        })
    })();
    let others = further.iter().map(|row| SignedFix {
        latitude: row.latitude,
        longitude: row.longitude,
        datum: row.datum,
        accuracy_meters: row.accuracy_m,
        fixed_at: instant(row.fixed_at),
        mocked: row.mocked,
    });
    SignedCheckIn {
        id: check_in.id.to_string(),
        project_id: check_in.project_id.to_string(),
        captured_at: instant(check_in.captured_at),
        fixes: first.into_iter().chain(others).collect(),
        photos: photos.iter().map(|photo| photo.sha256.clone()).collect(),
        note: check_in.note.clone(),
        challenge: check_in.challenge.clone(),
        boot_id: check_in.boot_id.clone(),
        captured_uptime_ms: check_in.captured_uptime_ms,
        developer_mode: check_in.developer_mode,
    }
}
