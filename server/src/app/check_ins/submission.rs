//! A check-in as the phone sends it, and the checks that make it recordable.

use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};
use domain::{
    check_ins::{
        capture_time::{CaptureTimeError, Clocks},
        phone_fix::PhoneFix,
    },
    digest::Sha256Digest,
    projects::datum::Position,
};
use entity::ids::{CheckInId, PhotoId, ProjectId};
use messages::{Message, message};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::{Refusal, RefusalCode};

/// Check-ins in one batch at most.
pub const BATCH_LIMIT: usize = 100;
/// Characters in a note at most.
pub const NOTE_LIMIT: usize = 2000;
/// Photos of one check-in at most.
pub const PHOTO_LIMIT: usize = 9;
/// Fixes of one check-in at most, beside the first.
pub const FIX_LIMIT: usize = 10;

/// Bytes of what a device says that it signed at most: the longest note, escaped, and the most fixes and photos.
const SIGNED_TEXT_LIMIT: usize = 32 * 1024;

/// Years of four digits (RFC 3339): what both databases can hold, and nothing that overflows when it is reckoned with.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;
/// A hundred years. JSON's numbers, as they are signed, are exact up to 2⁵³ only.
const UPTIME_LIMIT_MS: i64 = 100 * 366 * 86_400_000;

/// A check-in as it arrives.
#[derive(Clone, Debug)]
pub struct CheckInRequest {
    /// Made on the phone.
    pub id: Uuid,
    /// The project visited; without it nothing is recorded.
    pub project: Option<ProjectId>,
    /// When it happened, on the phone's clock.
    pub captured_at: DateTime<Utc>,
    /// When it was sent, on the phone's clock.
    pub sent_at: DateTime<Utc>,
    /// The position, if the phone had one.
    pub fix: Option<PhoneFix>,
    /// Photos uploaded before.
    pub photos: Vec<PhotoId>,
    /// Further fixes taken around the capture.
    pub other_fixes: Vec<PhoneFix>,
    /// The phone's boot clock beside its wall clock.
    pub uptime: Option<Uptime>,
    /// A challenge issued to the person before.
    pub challenge: Option<String>,
    /// The signature of the device.
    pub signature: Option<DeviceSignature>,
    /// Whether the phone's developer options were on.
    pub developer_mode: Option<bool>,
    /// What the visitor wrote.
    pub note: String,
}

impl CheckInRequest {
    /// What the phone says of its clocks, to the millisecond.
    pub(in crate::app) fn clocks(&self) -> Clocks {
        Clocks {
            captured_at: self.captured_at.trunc_subsecs(3),
            sent_at: self.sent_at.trunc_subsecs(3),
            between_by_boot_clock_ms: self.uptime.as_ref().and_then(|up| up.sent_ms.checked_sub(up.captured_ms)),
        }
    }
}

/// The phone's boot clock, which nobody can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Uptime {
    /// Which start of the phone both count from.
    pub boot_id: String,
    /// At capture, milliseconds.
    pub captured_ms: i64,
    /// At sending, milliseconds. Not signed: a signature is made at capture.
    #[serde(skip)]
    pub sent_ms: i64,
}

/// The signature of a registered device over the canonical JSON of a check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSignature {
    /// Fingerprint of the device's public key, 64 hexadecimal digits.
    pub fingerprint: String,
    /// The signature, base64.
    pub signature: String,
    /// The very text that the device signed, if it says so.
    pub text: Option<String>,
}

/// A check-in that can be recorded.
#[derive(Clone, Debug, Serialize)]
pub(in crate::app) struct Submission {
    pub(in crate::app) id: CheckInId,
    pub(in crate::app) project: ProjectId,
    pub(in crate::app) captured_at: DateTime<Utc>,
    #[serde(skip)] // A retry of the same check-in is sent later.
    pub(in crate::app) sent_at: DateTime<Utc>,
    /// How long before the sending it was captured.
    #[serde(skip)]
    between: TimeDelta,
    /// The fix the phone meant first.
    pub(in crate::app) fixes: Vec<PhoneFix>,
    pub(in crate::app) photos: Vec<PhotoId>,
    pub(in crate::app) uptime: Option<Uptime>,
    pub(in crate::app) challenge: Option<String>,
    #[serde(skip)] // A signature may be made anew over the same content.
    pub(in crate::app) signature: Option<DeviceSignature>,
    pub(in crate::app) developer_mode: Option<bool>,
    pub(in crate::app) note: String,
}

impl Submission {
    /// Checks everything that needs no look at the records; all that is wrong is told at once.
    pub(in crate::app) fn parse(request: CheckInRequest) -> Result<Self, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let project = request.project.unwrap_or_else(|| {
            refusals.push(not_named());
            ProjectId(Uuid::nil())
        });
        refusals.extend(check_id(request.id));
        refusals.extend(check_year(request.captured_at, "capturedAt"));
        refusals.extend(check_year(request.sent_at, "sentAt"));
        let between = request.clocks().between();
        refusals.extend(between.err().map(untold));
        refusals.extend(check_photos(&request.photos));
        refusals.extend(check_note(&request.note));
        refusals.extend(check_device(&request));
        if request.fix.is_none() && !request.other_fixes.is_empty() {
            let message = message!(FixMissing);
            refusals.push(Refusal::new(RefusalCode::Invalid, "fix", message));
        }
        let fixes: Vec<PhoneFix> =
            request.fix.into_iter().chain(request.other_fixes).map(PhoneFix::to_be_kept).collect();
        for (place, fix) in fixes.iter().enumerate() {
            let field = if place == 0 { "fix".to_owned() } else { format!("otherFixes.{}", place - 1) };
            refusals.extend(check_fix(fix, &field));
        }
        if !refusals.is_empty() {
            return Err(refusals);
        }
        Ok(Self {
            id: CheckInId(request.id),
            project,
            captured_at: request.captured_at.trunc_subsecs(3),
            sent_at: request.sent_at.trunc_subsecs(3),
            between: between.unwrap_or_default(),
            fixes,
            photos: request.photos,
            uptime: request.uptime,
            challenge: request.challenge,
            signature: request.signature,
            developer_mode: request.developer_mode,
            note: request.note,
        })
    }

    /// The very text that its device signed, if it says so.
    pub(in crate::app) fn signed_text(&self) -> Option<&str> {
        self.signature.as_ref()?.text.as_deref()
    }

    /// When it was captured, if it was received now, after so long on its way.
    pub(in crate::app) fn captured(&self, received_at: DateTime<Utc>, latency: TimeDelta) -> DateTime<Utc> {
        received_at - latency - self.between
    }

    /// SHA-256 of the content, hexadecimal: the same for a retry, another for anything else.
    pub(in crate::app) fn content_sha256(&self) -> String {
        // Serialising plain values into memory can't fail.
        let content = serde_json::to_vec(self).unwrap_or_default();
        Sha256Digest::from_bytes(Sha256::digest(content).into()).to_string()
    }
}

fn not_named() -> Refusal {
    Refusal::new(RefusalCode::ProjectNotNamed, "projectId", message!(ProjectNotNamed))
}

fn check_id(id: Uuid) -> Option<Refusal> {
    id.is_nil().then(|| Refusal::new(RefusalCode::Invalid, "id", message!(IdNil)))
}

fn check_year(time: DateTime<Utc>, field: &str) -> Option<Refusal> {
    let message = message!(YearDigits);
    (!YEARS.contains(&time.year())).then(|| Refusal::new(RefusalCode::Invalid, field, message))
}

fn untold(why: CaptureTimeError) -> Refusal {
    let (code, message) = match why {
        CaptureTimeError::AfterSending => (RefusalCode::CapturedInFuture, message!(CapturedAfterSending)),
        CaptureTimeError::TooLongAgo => (RefusalCode::CapturedTooLongAgo, message!(CapturedTooLongAgo)),
    };
    Refusal::new(code, "capturedAt", message)
}

fn check_photos(photos: &[PhotoId]) -> Option<Refusal> {
    if photos.len() > PHOTO_LIMIT {
        return Some(Refusal::new(
            RefusalCode::TooLarge,
            "photoIds",
            message!(PhotosTooMany { count: photos.len(), limit: PHOTO_LIMIT }),
        ));
    }
    let repeated = (1..photos.len()).find(|place| photos[..*place].contains(&photos[*place]))?;
    Some(Refusal::new(RefusalCode::Invalid, &format!("photoIds.{repeated}"), message!(PhotoListedTwice)))
}

fn check_note(note: &str) -> Option<Refusal> {
    let length = note.chars().count();
    if length > NOTE_LIMIT {
        Some(Refusal::new(RefusalCode::TooLarge, "note", message!(NoteTooLong { length, limit: NOTE_LIMIT })))
    } else if note.contains('\0') {
        Some(Refusal::new(RefusalCode::Invalid, "note", message!(NoteWithNull)))
    } else {
        None
    }
}

fn check_fix(fix: &PhoneFix, field: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut refuse = |name: &str, message: Message| {
        refusals.push(Refusal::new(RefusalCode::Invalid, &format!("{field}.{name}"), message));
    };
    if Position::parse(fix.latitude, 0.0).is_err() {
        refuse("latitude", message!(LatitudeOutOfRange));
    }
    if Position::parse(0.0, fix.longitude).is_err() {
        refuse("longitude", message!(LongitudeOutOfRange));
    }
    if !fix.accuracy_m.is_finite() {
        refuse("accuracyMeters", message!(AccuracyNotFinite));
    }
    refusals.extend(check_year(fix.fixed_at, &format!("{field}.fixedAt")));
    refusals
}

/// Bounds on what a device adds; whether it is right is a finding.
fn check_device(request: &CheckInRequest) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if request.other_fixes.len() > FIX_LIMIT {
        let message = message!(FixesTooMany { limit: FIX_LIMIT });
        refusals.push(Refusal::new(RefusalCode::TooLarge, "otherFixes", message));
    }
    let signature = request.signature.as_ref();
    let texts = [
        ("uptime.bootId", request.uptime.as_ref().map(|uptime| uptime.boot_id.as_str()), 64),
        ("challenge", request.challenge.as_deref(), 512),
        ("device.fingerprint", signature.map(|signature| signature.fingerprint.as_str()), 64),
        ("device.signature", signature.map(|signature| signature.signature.as_str()), 256),
    ];
    for (field, text, limit) in texts {
        if text.is_some_and(|text| text.len() > limit || !text.chars().all(|c| c.is_ascii_graphic())) {
            let message = message!(TextNotAscii { limit });
            refusals.push(Refusal::new(RefusalCode::Invalid, field, message));
        }
    }
    if let Some(text) = signature.and_then(|signature| signature.text.as_deref())
        && (text.len() > SIGNED_TEXT_LIMIT || text.contains('\0'))
    {
        let message = message!(SignedTextMalformed { limit: SIGNED_TEXT_LIMIT });
        refusals.push(Refusal::new(RefusalCode::TooLarge, "device.signedText", message));
    }
    let plausible = |uptime: &Uptime| 0 <= uptime.captured_ms && uptime.captured_ms <= uptime.sent_ms;
    if request.uptime.as_ref().is_some_and(|uptime| !plausible(uptime) || uptime.sent_ms > UPTIME_LIMIT_MS) {
        let message = message!(UptimeMalformed);
        refusals.push(Refusal::new(RefusalCode::Invalid, "uptime", message));
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::values::Datum;
    use proptest::prelude::*;

    fn request() -> CheckInRequest {
        let captured_at: DateTime<Utc> = "2026-11-18T02:00:00Z".parse().unwrap();
        CheckInRequest {
            id: Uuid::from_u128(7),
            project: Some(ProjectId(Uuid::from_u128(1))),
            captured_at,
            sent_at: captured_at,
            fix: Some(PhoneFix {
                latitude: 39.6,
                longitude: 122.0,
                datum: Datum::Wgs84,
                accuracy_m: 8.0,
                fixed_at: captured_at,
                mocked: None,
            }),
            photos: vec![],
            other_fixes: vec![],
            uptime: None,
            challenge: None,
            signature: None,
            developer_mode: None,
            note: String::new(),
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let mut bad = request();
        bad.project = None;
        bad.id = Uuid::nil();
        bad.captured_at += TimeDelta::minutes(1);
        bad.photos = vec![PhotoId(Uuid::nil()); 2];
        bad.note = "长".repeat(NOTE_LIMIT + 1);
        if let Some(fix) = &mut bad.fix {
            (fix.latitude, fix.longitude, fix.accuracy_m) = (f64::NAN, 181.0, f64::INFINITY);
        }
        let fields: Vec<_> = Submission::parse(bad).unwrap_err().into_iter().map(|r| r.field.join(".")).collect();
        assert_eq!(
            fields,
            [
                "input.projectId",
                "input.id",
                "input.capturedAt",
                "input.photoIds.1",
                "input.note",
                "input.fix.latitude",
                "input.fix.longitude",
                "input.fix.accuracyMeters"
            ]
        );
    }

    /// Times at chrono's ends overflowed, and an uptime beyond 2⁵³ has no canonical form to sign.
    #[test]
    fn times_and_uptimes_beyond_all_reason_are_refused() {
        let refused = |request| {
            let refusals = Submission::parse(request).unwrap_err();
            refusals.into_iter().map(|refusal| refusal.field.join(".")).collect::<Vec<_>>()
        };
        let at = |time| CheckInRequest { captured_at: time, sent_at: time, ..request() };
        for time in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, "+10000-01-01T00:00:00Z".parse().unwrap()] {
            assert_eq!(refused(at(time)), ["input.capturedAt", "input.sentAt"]);
            let fix = request().fix.map(|fix| PhoneFix { fixed_at: time, ..fix });
            assert_eq!(refused(CheckInRequest { fix, ..request() }), ["input.fix.fixedAt"]);
        }
        assert!(Submission::parse(at("0001-01-01T00:00:00Z".parse().unwrap())).is_ok());
        assert!(Submission::parse(at("9999-12-31T23:59:59.999Z".parse().unwrap())).is_ok());
        let up = |captured_ms, sent_ms| {
            let uptime = Some(Uptime { boot_id: "b".to_owned(), captured_ms, sent_ms });
            CheckInRequest { uptime, ..request() }
        };
        assert_eq!(refused(up(1 << 53, (1 << 53) + 1)), ["input.uptime"]);
        assert_eq!(refused(up(i64::MIN, i64::MAX)), ["input.uptime"]);
        assert!(Submission::parse(up(0, UPTIME_LIMIT_MS)).is_ok());
    }

    #[test]
    fn a_retry_has_the_same_content_and_a_change_has_another() {
        let first = Submission::parse(request()).unwrap().content_sha256();
        let retry = CheckInRequest { sent_at: request().sent_at + TimeDelta::days(2), ..request() };
        assert_eq!(Submission::parse(retry).unwrap().content_sha256(), first);
        let other = CheckInRequest { note: "已到现场".to_owned(), ..request() };
        assert_ne!(Submission::parse(other).unwrap().content_sha256(), first);
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_keeps_what_it_accepts(latitude: f64, longitude: f64, accuracy: f64, late in -1000i64..1000, note: String) {
            let mut request = request();
            request.sent_at += TimeDelta::seconds(late);
            request.note = note.clone();
            if let Some(fix) = &mut request.fix {
                (fix.latitude, fix.longitude, fix.accuracy_m) = (latitude, longitude, accuracy);
            }
            if let Ok(submission) = Submission::parse(request) {
                let fix = submission.fixes[0];
                prop_assert!((-90.0..=90.0).contains(&fix.latitude) && (-180.0..=180.0).contains(&fix.longitude));
                prop_assert_eq!(submission.note, note);
                prop_assert!(late >= -2);
            }
        }
    }
}
