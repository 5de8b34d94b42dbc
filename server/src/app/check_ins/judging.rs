//! Gathers what a check-in is judged by, and has it judged.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    check_ins::{
        challenge::{self, ChallengeError},
        evidence::{
            self, Candidate, CapturePosition, Challenge, Device, Evidence, Fix, Judgement, Neighbour, Photo,
            PhotoBytes, Signature,
        },
        phone_fix::PhoneFix,
        registration::Registration,
        signed_check_in::{SignedCheckIn, SignedFix, instant},
    },
    policy::Policy,
    projects::datum::Position,
};
use entity::{
    check_in,
    ids::{CheckInId, SiteId},
    photo, photo_inspection, site_version,
    values::{FindingCode, PhotoState},
};
use sea_orm::ConnectionTrait;

use super::{fixes::all_fixes, submission::Submission};
use crate::{
    app::{App, Broken},
    store,
};

mod signature;
mod surroundings;

pub(super) use signature::SignedText;
pub(super) use surroundings::Contradicted;
use surroundings::DeviceHistory;

/// Neighbouring check-ins that are kept with an assessment.
const NEIGHBOURS: usize = 4;

/// Which judgement of a check-in it is.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) enum JudgementKind<'a> {
    /// It arrives.
    First {
        /// How long it was on its way, so far as known.
        latency: TimeDelta,
        /// As it was sent.
        sent: &'a Submission,
    },
    /// It was judged before: what looks back in time stays as it was found then.
    Again,
}

/// A judgement and what it was made of.
#[derive(Debug)]
pub(in crate::app) struct Judged {
    /// What was decided and why.
    pub(in crate::app) judgement: Judgement,
    /// The policy's version.
    pub(in crate::app) policy_version: i32,
    /// The evidence and the boundaries' versions, JSON.
    pub(in crate::app) inputs: String,
    /// Over what its signature holds, if it does.
    pub(in crate::app) signed: Option<SignedText>,
    /// Check-ins that it contradicts.
    pub(in crate::app) contradicted: Vec<Contradicted>,
}

impl App {
    /// Judges a check-in by its project's sites, its photos and everything else known of it, under a policy.
    pub(in crate::app) async fn judge(
        &self,
        connection: &impl ConnectionTrait,
        check_in: &check_in::Model,
        photos: &[photo::Model],
        policy: &Policy,
        kind: JudgementKind<'_>,
    ) -> Result<Judged, Broken> {
        let sites = self.boundaries_held(connection, check_in).await?;
        let (kept, latency_ms, fixes) = match kind {
            JudgementKind::First { latency, sent } => (None, latency.num_milliseconds(), sent.fixes.clone()),
            JudgementKind::Again => {
                let kept = surroundings::kept(connection, check_in.id).await?;
                let latency_ms = kept.as_ref().map_or(0, |kept| kept.latency_ms);
                let further = store::check_in::fixes(connection, [check_in.id]).await?;
                (kept, latency_ms, all_fixes(check_in, &further))
            }
        };
        let gathering =
            Gathering { connection, check_in, fixes, photos, kind, sites: &sites, policy, kept, latency_ms };
        let mut contradicted = Vec::new();
        let (mut evidence, signed) = gathering.evidence(&self.challenge_key, &mut contradicted).await?;
        let around = gathering.neighbours().await?;
        evidence.neighbours = around.iter().map(|(_, neighbour)| *neighbour).collect();
        let judgement = evidence::judge(&evidence, &sites, policy);
        evidence.neighbours = match judgement.capture_position {
            Some(capture_position) => fastest(&evidence, capture_position, &around, policy, &mut contradicted),
            None => evidence.neighbours.into_iter().take(NEIGHBOURS).collect(),
        };
        let versions: Vec<_> = sites.iter().map(|site| site.version).collect();
        let inputs = serde_json::json!({
            "evidence": evidence,
            "siteVersions": versions,
            "whereabouts": judgement.capture_position,
        });
        let (policy_version, inputs) = (policy.version, inputs.to_string());
        Ok(Judged { judgement, policy_version, inputs, signed, contradicted })
    }

    /// The boundary of each of the project's sites that held when the check-in was captured. A site that came later
    /// stands in only where there was none.
    async fn boundaries_held(
        &self,
        connection: &impl ConnectionTrait,
        check_in: &check_in::Model,
    ) -> Result<Vec<Candidate>, Broken> {
        let at = check_in.corrected_at;
        let sites = store::site::of_projects(connection, [check_in.project_id]).await?;
        let ids: Vec<_> = sites
            .iter()
            .filter(|site| site.retired_at.is_none_or(|retired| retired > at))
            .map(|site| site.id)
            .collect();
        let versions = store::site::versions(connection, ids.iter().copied()).await?;
        let of_sites = || ids.iter().filter_map(|id| in_force(&versions, *id, at));
        let any = of_sites().any(|version| version.effective_from <= at);
        let held = of_sites().filter(|version| !any || version.effective_from <= at);
        held.map(|version| self.boundaries.candidate(version)).collect()
    }
}

/// The version of a site's boundary that holds for a capture, of versions listed newest first: the newest that was in
/// effect by then; before any was, the newest of those that came into effect first.
pub(in crate::app) fn in_force(
    newest_first: &[site_version::Model],
    site: SiteId,
    captured_at: DateTime<Utc>,
) -> Option<&site_version::Model> {
    let of_site = || newest_first.iter().filter(move |version| version.site_id == site);
    let held = of_site().find(|version| version.effective_from <= captured_at);
    held.or_else(|| of_site().min_by_key(|version| version.effective_from))
}

/// The neighbours that ask for the fastest travel; those that ask for more than can be are contradicted.
fn fastest(
    evidence: &Evidence,
    from: CapturePosition,
    around: &[(CheckInId, Neighbour)],
    policy: &Policy,
    contradicted: &mut Vec<Contradicted>,
) -> Vec<Neighbour> {
    let speed = |neighbour: &Neighbour| evidence::asked_speed_mps(evidence, from, neighbour, policy);
    let mut asked: Vec<_> = around.iter().map(|(id, neighbour)| (speed(neighbour), *id, *neighbour)).collect();
    asked.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    let impossible = asked.iter().filter(|(speed, ..)| *speed > policy.thresholds.travel_speed_mps);
    let rule = Some(FindingCode::Travel);
    contradicted.extend(impossible.map(|(_, check_in, _)| Contradicted { check_in: *check_in, rule }));
    asked.into_iter().map(|(_, _, neighbour)| neighbour).take(NEIGHBOURS).collect()
}

struct Gathering<'a, C> {
    connection: &'a C,
    check_in: &'a check_in::Model,
    fixes: Vec<PhoneFix>,
    kind: JudgementKind<'a>,
    photos: &'a [photo::Model],
    sites: &'a [Candidate],
    policy: &'a Policy,
    /// What it was judged by first, if it was.
    kept: Option<Evidence>,
    /// How long it was on its way, so far as was known when it arrived, milliseconds.
    latency_ms: i64,
}

impl<C: ConnectionTrait> Gathering<'_, C> {
    /// Everything but the neighbours.
    async fn evidence(
        &self,
        challenge_key: &[u8],
        found: &mut Vec<Contradicted>,
    ) -> Result<(Evidence, Option<SignedText>), Broken> {
        let check_in = self.check_in;
        let fixes = judged_fixes(check_in, &self.fixes)?;
        let repeated_days = match &self.kept {
            Some(kept) => kept.repeated_days,
            None => self.repeated_days(&by_either_clock(check_in, &fixes)).await?,
        };
        let (device, signed) = self.device(found).await?;
        let evidence = Evidence {
            fixes,
            skew_ms: (check_in.received_at - check_in.sent_at).num_milliseconds(),
            latency_ms: self.latency_ms,
            corrected_at: check_in.corrected_at,
            capture_skew_ms: capture_skew(check_in),
            clock_jump_ms: clock_jump(check_in),
            challenge: self.challenge(challenge_key),
            photos: self.photos(found).await?,
            device,
            neighbours: Vec::new(),
            repeated_days,
        };
        Ok((evidence, signed))
    }

    fn challenge(&self, key: &[u8]) -> Challenge {
        let Some(token) = &self.check_in.challenge else { return Challenge::None };
        match challenge::verify(key, self.check_in.person_id, token, self.check_in.received_at) {
            Ok(facts) => Challenge::Issued { at: facts.issued_at },
            // Ours, of a clock that was ahead and is set right: it says nothing about when, and nobody made it up.
            Err(ChallengeError::FromTheFuture) => Challenge::None,
            Err(_) => Challenge::Forged,
        }
    }

    async fn photos(&self, contradicted: &mut Vec<Contradicted>) -> Result<Vec<Photo>, Broken> {
        let inspections =
            store::photo_inspection::find(self.connection, self.photos.iter().map(|photo| photo.id)).await?;
        let mut photos = Vec::with_capacity(self.photos.len());
        for photo in self.photos {
            let inspection = inspections.iter().find(|inspection| inspection.photo_id == photo.id);
            photos.push(self.photo(photo, inspection, contradicted).await?);
        }
        Ok(photos)
    }

    async fn photo(
        &self,
        photo: &photo::Model,
        inspection: Option<&photo_inspection::Model>,
        contradicted: &mut Vec<Contradicted>,
    ) -> Result<Photo, Broken> {
        let bytes = match photo.state {
            PhotoState::Requested | PhotoState::Attached => PhotoBytes::Waiting,
            PhotoState::Intact => PhotoBytes::Intact,
            PhotoState::Damaged => PhotoBytes::Damaged,
        };
        let reused = self.reused(&photo.sha256, contradicted).await?;
        let Some(found) = inspection else { return Ok(Photo { reused, ..Photo::of(bytes) }) };
        let position = found.latitude.zip(found.longitude).and_then(|(north, east)| Position::parse(north, east).ok());
        Ok(Photo {
            bytes,
            unreadable: found.problem.is_some(),
            shows_nothing: found.shows_nothing,
            unread_position: found.unread_position,
            unread_time: found.unread_time,
            position,
            position_error_m: found.position_error_m,
            taken_at: found.taken_at,
            reused,
            nearest_bits: self.nearest_bits(found, contradicted).await?,
            screenshot: found.screenshot,
            edited: found.edited,
        })
    }

    async fn device(&self, found: &mut Vec<Contradicted>) -> Result<(Device, Option<SignedText>), Broken> {
        let check_in = self.check_in;
        let registered = store::device::of_person(self.connection, check_in.person_id).await?;
        let captured_at = check_in.corrected_at;
        let registration = |device: &entity::device::Model| Registration {
            registered_at: device.registered_at,
            revoked_at: device.revoked_at,
        };
        let device = Device { developer_mode: check_in.developer_mode, ..Device::default() };
        let (Some(fingerprint), Some(signature)) = (&check_in.device, &check_in.signature) else {
            let any = registered.iter().any(|device| registration(device).is_expected_at(captured_at));
            let signature = if any { Signature::Missing } else { Signature::None };
            return Ok((Device { signature, ..device }, None));
        };
        // Whose key is registered later is known from then on: a signature says whose it is whenever it is looked at.
        let (signature, signed) = match registered.iter().find(|device| device.fingerprint == *fingerprint) {
            None => (Signature::UnknownKey, None),
            Some(device) if !registration(device).stands_at(captured_at) => (Signature::Revoked, None),
            Some(device) => self.signature(device, signature).await?,
        };
        // Who writes a fingerprint without its key has it in no hand.
        let mut unproven = Vec::new();
        let found = if signature == Signature::Valid { found } else { &mut unproven };
        let DeviceHistory { other_people, new } = self.using(fingerprint, found).await?;
        Ok((Device { signature, other_people, new, ..device }, signed))
    }
}

/// Fixes of a check-in as they are judged.
pub(super) fn judged_fixes(check_in: &check_in::Model, fixes: &[PhoneFix]) -> Result<Vec<Fix>, Broken> {
    let judged = fixes.iter().map(|fix| fix.at_capture(check_in.captured_at));
    judged.collect::<Result<_, _>>().map_err(|error| Broken::failed(format!("check-in {}", check_in.id), error))
}

/// The same fixes, their ages told as they are judged.
fn by_either_clock(check_in: &check_in::Model, fixes: &[Fix]) -> Vec<Fix> {
    let at_sending = (check_in.received_at - check_in.sent_at).num_milliseconds();
    let error_ms = capture_skew(check_in).unwrap_or(at_sending);
    fixes.iter().map(|fix| fix.by_either_clock(error_ms)).collect()
}

/// By how much the capture was corrected, milliseconds, where the difference of the clocks at sending does not say it.
pub(super) fn capture_skew(check_in: &check_in::Model) -> Option<i64> {
    let (capture, sending) = (check_in.corrected_at - check_in.captured_at, check_in.received_at - check_in.sent_at);
    (capture != sending).then_some(capture.num_milliseconds())
}

/// Wall clock minus boot clock between capture and sending, milliseconds.
pub(super) fn clock_jump(check_in: &check_in::Model) -> Option<i64> {
    check_in.boot_id.as_ref()?;
    let boot = check_in.sent_uptime_ms? - check_in.captured_uptime_ms?;
    Some((check_in.sent_at - check_in.captured_at).num_milliseconds() - boot)
}

/// A check-in as its device signed it.
pub(in crate::app) fn signed(check_in: &check_in::Model, fixes: &[PhoneFix], photos: &[photo::Model]) -> SignedCheckIn {
    SignedCheckIn {
        id: check_in.id.to_string(),
        project_id: check_in.project_id.to_string(),
        captured_at: instant(check_in.captured_at),
        fixes: fixes.iter().map(SignedFix::from).collect(),
        photos: photos.iter().map(|photo| photo.sha256.clone()).collect(),
        note: check_in.note.clone(),
        challenge: check_in.challenge.clone(),
        boot_id: check_in.boot_id.clone(),
        captured_uptime_ms: check_in.captured_uptime_ms,
        developer_mode: check_in.developer_mode,
    }
}
