//! Judging a check-in: each rule gives a finding, the findings give the verdict.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    ids::SiteVersionId,
    values::{Datum, FindingCode, FindingOutcome, Verdict},
};
use messages::Message;
use serde::{Deserialize, Serialize};

use super::{sentence::Sentence, signed_check_in::Members};
use crate::{
    policy::Policy,
    projects::{boundary::SiteBoundary, datum::Position},
};

mod device;
mod photo;
mod position;
#[cfg(test)]
mod situations;
#[cfg(test)]
mod tests;
mod time;

pub use position::CapturePosition;
pub(crate) use position::{Mislabel, is_nowhere, usable};
pub use time::asked_speed_mps;

/// Everything a check-in is judged by, but for the boundaries. Stored with each assessment, so that the same evidence
/// can be judged again under another policy years later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What the phone knew of its position, the fix it meant first.
    pub fixes: Vec<Fix>,
    /// Server's clock minus the phone's at receipt, milliseconds. Includes the time on the network.
    pub skew_ms: i64,
    /// How much of that the message was on its way, as what had come from the same boot of the phone tells, milliseconds.
    #[serde(default)]
    pub latency_ms: i64,
    /// When it happened, corrected.
    pub corrected_at: DateTime<Utc>,
    /// Corrected capture minus the phone's, milliseconds, where that is not `skew_ms`: the message was long on its way, or
    /// the capture was worked out by the boot clock.
    #[serde(default)]
    pub capture_skew_ms: Option<i64>,
    /// Wall clock minus boot clock between capture and sending, milliseconds, if the phone kept both.
    #[serde(default)]
    pub clock_jump_ms: Option<i64>,
    /// The challenge it carries.
    #[serde(default)]
    pub challenge: Challenge,
    /// The photos attached.
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// The device it came from.
    #[serde(default)]
    pub device: Device,
    /// Those of the person's check-ins around it from and to which travel had to be fastest.
    #[serde(default)]
    pub neighbours: Vec<Neighbour>,
    /// Other days of which the person had sent exactly these coordinates, in a usable fix, when it arrived.
    #[serde(default)]
    pub repeated_days: u32,
}

impl Evidence {
    /// By how much the phone's clock was slow at the capture, so far as known, milliseconds.
    pub(crate) fn clock_error_ms(&self) -> i64 {
        self.capture_skew_ms.unwrap_or(self.skew_ms)
    }

    /// By how much the phone's clock was slow at the sending, so far as known, milliseconds.
    fn sending_error_ms(&self) -> i64 {
        self.skew_ms.saturating_sub(self.latency_ms)
    }

    /// Whether the capture was worked out by the boot clock.
    fn is_reckoned(&self) -> bool {
        self.capture_skew_ms.is_some_and(|skew| skew != self.sending_error_ms())
    }

    /// When it happened by the boot clock, at the latest, whatever the wall clock says and however long the message was on
    /// its way; none where the phone kept none.
    fn captured_by_boot_clock(&self) -> Option<DateTime<Utc>> {
        let later = if self.is_reckoned() { 0 } else { self.clock_jump_ms? };
        self.corrected_at.checked_add_signed(TimeDelta::try_milliseconds(later.checked_add(self.latency_ms)?)?)
    }
}

/// A position fix, as the phone gave it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// Degrees in `datum`.
    pub reported: Position,
    /// The datum it is said to be in.
    pub datum: Datum,
    /// 68 % accuracy radius, metres, as the phone gave it.
    pub accuracy_m: f64,
    /// Age at capture by the phone's clock, milliseconds; negative if it was taken after.
    pub age_ms: i64,
    /// Whether the phone said that its location was mocked.
    pub mocked: Option<bool>,
}

impl Fix {
    /// The same fix, its age told by the clock it was taken by: some phones give it the satellites' time, which is true
    /// however wrong their own clock, by which the capture is told, is by so many milliseconds. The less of the two.
    pub fn by_either_clock(self, clock_error_ms: i64) -> Self {
        let by_satellites = self.age_ms.saturating_add(clock_error_ms);
        let by_phone = self.age_ms.unsigned_abs() <= by_satellites.unsigned_abs();
        Self { age_ms: if by_phone { self.age_ms } else { by_satellites }, ..self }
    }
}

/// The challenge of a check-in: proof that it was not made before a certain time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "challenge", rename_all = "camelCase")]
pub enum Challenge {
    /// It carries none.
    #[default]
    None,
    /// It carries one that was issued to the person.
    #[serde(rename_all = "camelCase")]
    Issued {
        /// When.
        at: DateTime<Utc>,
    },
    /// It carries something that was never issued to the person.
    Forged,
}

/// A photo, as far as its inspection has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Photo {
    /// How far its inspection has come, and with what result.
    pub bytes: PhotoBytes,
    /// Whether its bytes are no picture that can be looked at.
    #[serde(default)]
    pub unreadable: bool,
    /// Whether it is a picture on which nothing can be made out: all of one colour, or smaller than an icon.
    #[serde(default)]
    pub shows_nothing: bool,
    /// Whether it says where it was taken in a way that can't be read.
    #[serde(default)]
    pub unread_position: bool,
    /// Whether it says when it was taken in a way that can't be read.
    #[serde(default)]
    pub unread_time: bool,
    /// Where it says it was taken, WGS-84.
    #[serde(default)]
    pub position: Option<Position>,
    /// Error of that position, metres, if it says so.
    #[serde(default)]
    pub position_error_m: Option<f64>,
    /// When it says it was taken.
    #[serde(default)]
    pub taken_at: Option<DateTime<Utc>>,
    /// Other check-ins that have the very same bytes for evidence.
    #[serde(default)]
    pub reused: u32,
    /// Bits in which it differs from the most similar photo of another check-in, bursts left out.
    #[serde(default)]
    pub nearest_bits: Option<u32>,
    /// Whether it looks like a screenshot.
    #[serde(default)]
    pub screenshot: bool,
    /// Whether it was saved by a program that edits pictures.
    #[serde(default)]
    pub edited: bool,
}

/// What is known of a photo's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PhotoBytes {
    /// Not looked at yet.
    Waiting,
    /// Those announced.
    Intact,
    /// Not those announced, or gone.
    Damaged,
}

impl Photo {
    /// A photo of which nothing else is known.
    pub fn of(bytes: PhotoBytes) -> Self {
        Self {
            bytes,
            unreadable: false,
            shows_nothing: false,
            unread_position: false,
            unread_time: false,
            position: None,
            position_error_m: None,
            taken_at: None,
            reused: 0,
            nearest_bits: None,
            screenshot: false,
            edited: false,
        }
    }
}

/// The device a check-in came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Device {
    /// Its signature.
    pub signature: Signature,
    /// Other people who checked in from it lately, signed by it.
    pub other_people: u32,
    /// Whether the person checked in from another device before, and never from this one.
    pub new: bool,
    /// Whether its developer options were on, if it says so.
    pub developer_mode: Option<bool>,
}

/// Whether a check-in is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Signature {
    /// It carries none, and its person has registered no device.
    #[default]
    None,
    /// It carries none, though its person has registered a device.
    Missing,
    /// It is signed by a device of the person.
    Valid,
    /// It is signed with a key that its person has not registered.
    UnknownKey,
    /// It is signed by a device that its person revoked before.
    Revoked,
    /// It carries a signature that holds over nothing that is known.
    Invalid,
    /// What was signed does not say these members, or not so that they can be compared.
    Unclear(Members),
    /// What was signed says something else of these members.
    Altered(Members),
}

/// Another check-in of the same person.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Neighbour {
    /// When it happened, corrected.
    pub corrected_at: DateTime<Utc>,
    /// Where, WGS-84: by the fix that judging it used.
    pub position: Position,
    /// 68 % accuracy radius, metres.
    pub accuracy_m: f64,
    /// Age of that fix at the capture, milliseconds; negative if it was taken after.
    #[serde(default)]
    pub age_ms: i64,
    /// Server's clock minus the phone's at receipt, milliseconds.
    #[serde(default)]
    pub skew_ms: Option<i64>,
}

/// A boundary a fix may lie in.
#[derive(Debug)]
pub struct Candidate {
    /// Which version of which site.
    pub version: SiteVersionId,
    /// Its boundary.
    pub boundary: Arc<SiteBoundary>,
    /// The datum its drawing was said to be in.
    pub datum: Datum,
    /// Tolerance outside it, metres; none means the policy's.
    pub tolerance_m: Option<f64>,
}

/// What one rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which rule.
    pub code: FindingCode,
    /// What it found.
    pub outcome: FindingOutcome,
    /// Whether it counts for the verdict; a hint does not.
    pub counts: bool,
    /// What was measured.
    pub measured: Option<f64>,
    /// What it was compared with.
    pub threshold: Option<f64>,
    /// Unit of both.
    pub unit: Unit,
    /// Probability of having been where the rule allows, where the position is for review.
    pub probability: Option<f64>,
    /// What there is to say.
    pub message: Message,
}

impl Finding {
    /// The finding in words, as it is kept: it is made when somebody asks, for the words of one check-in take longer
    /// than judging it, and to try another policy nobody reads them.
    pub fn sentence(&self) -> Sentence {
        Sentence::from(&self.message)
    }

    /// A finding without figures.
    fn plain(code: FindingCode, outcome: FindingOutcome, message: Message) -> Self {
        Self {
            code,
            outcome,
            counts: true,
            measured: None,
            threshold: None,
            unit: Unit::One,
            probability: None,
            message,
        }
    }

    /// The same with what was measured and what it was compared with.
    fn measuring(self, measured: f64, threshold: f64, unit: Unit) -> Self {
        Self { measured: Some(measured), threshold: Some(threshold), unit, ..self }
    }
}

/// Unit of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Metres.
    Metre,
    /// Metres a second.
    MetrePerSecond,
    /// Seconds.
    Second,
    /// A count or a yes-or-no.
    One,
}

impl Unit {
    /// Its symbol; counts have `1`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Metre => "m",
            Self::MetrePerSecond => "m/s",
            Self::Second => "s",
            Self::One => "1",
        }
    }
}

/// The judgement of a check-in.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What was decided.
    pub verdict: Verdict,
    /// The boundary it was compared with.
    pub site_version: Option<SiteVersionId>,
    /// Where the person was at the capture, so far as the phone knew.
    pub capture_position: Option<CapturePosition>,
    /// Why, rule by rule.
    pub findings: Vec<Finding>,
}

/// Judges a check-in by the boundaries that held when it was captured, under a policy.
pub fn judge(evidence: &Evidence, sites: &[Candidate], policy: &Policy) -> Judgement {
    let mut findings = Vec::with_capacity(16);
    let (site_version, capture_position) = position::judge(evidence, sites, policy, &mut findings);
    time::judge(evidence, capture_position, policy, &mut findings);
    photo::judge(evidence, capture_position, policy, &mut findings);
    device::judge(evidence, policy, &mut findings);
    for finding in &mut findings {
        finding.counts = !policy.thresholds.hints.contains(&finding.code);
    }
    Judgement { verdict: verdict(&findings, evidence), site_version, capture_position, findings }
}

/// A contradiction rejects; what waits for its photos is pending; anything else but a pass is for a person.
fn verdict(findings: &[Finding], evidence: &Evidence) -> Verdict {
    let any = |outcome| findings.iter().any(|finding| finding.counts && finding.outcome == outcome);
    if any(FindingOutcome::Fail) {
        Verdict::Rejected
    } else if evidence.photos.iter().any(|photo| photo.bytes == PhotoBytes::Waiting) {
        Verdict::PendingEvidence
    } else if any(FindingOutcome::Review) || any(FindingOutcome::Unknown) {
        Verdict::NeedsReview
    } else {
        Verdict::Verified
    }
}

impl Fix {
    /// Whether it tells where the phone was at the capture.
    pub fn is_usable(&self, sites: &[Candidate], policy: &Policy) -> bool {
        usable(self, policy) && !is_nowhere(self, sites)
    }
}

/// Pass, or otherwise what is not a pass.
fn pass_or(passes: bool, otherwise: FindingOutcome) -> FindingOutcome {
    if passes { FindingOutcome::Pass } else { otherwise }
}

/// Small counts are exact in a float.
fn count(number: usize) -> f64 {
    u32::try_from(number).unwrap_or(u32::MAX).into()
}

/// Milliseconds as seconds.
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}
