//! What fuzzers reach here: a check-in without the records.
#![cfg(feature = "fuzzing")]

use chrono::{DateTime, TimeDelta};
use domain::{
    canonical_json::canonical,
    check_ins::{
        evidence::{self, Candidate, Challenge, Device, Evidence},
        phone_fix::PhoneFix,
    },
    policy::{Policy, PolicyDraft},
    projects::{
        boundary::SiteBoundary,
        datum::{Position, to_wgs84},
    },
};
use entity::{
    check_in,
    ids::{PersonId, SiteVersionId},
    values::Datum,
};

use super::{
    check_in::row,
    judging::{capture_skew, clock_jump, judged_fixes, signed},
    submission::{CheckInRequest, Submission},
};
use crate::app::Broken;

/// Takes a request as far as it goes without the records, and checks what must hold of every check-in that
/// is accepted: it is recorded and judged the same each time, and what its device signs has a canonical form, which is
/// given back. None if it is refused.
pub fn fuzz_check_in(request: CheckInRequest) -> Option<Vec<u8>> {
    let received_at = DateTime::from_timestamp(1_795_320_000, 0)?;
    let policy = Policy::parse(&PolicyDraft {
        version: 1,
        weekly_visits: 1,
        tolerance_m: 50.0,
        accuracy_limit_m: 100.0,
        fix_age_limit_s: 60,
        skew_limit_s: 300,
        photo_required: false,
        photo_reason: "-",
        time_zone: "Asia/Shanghai",
        thresholds: "{}",
    })
    .ok()?;
    let submission = Submission::parse(request.clone()).ok()?;
    let row = row(&submission, PersonId(uuid::Uuid::nil()), received_at, TimeDelta::zero(), &policy);
    assert_eq!(Submission::parse(request).ok().map(|again| again.content_sha256()), Some(row.content_sha256.clone()));
    let evidence = evidence_of(&row, &submission.fixes);
    assert!(evidence.is_ok(), "what was accepted can't be judged: {evidence:?}");
    let evidence = evidence.ok()?;
    let kept = serde_json::json!(evidence);
    assert!(canonical(&kept).is_ok(), "what it was judged by has no canonical form: {kept}");
    assert_eq!(serde_json::from_value(kept).ok().as_ref(), Some(&evidence), "evidence is read back otherwise");
    let near = submission.fixes.first().and_then(|fix| {
        let position = to_wgs84(Position::parse(fix.latitude, fix.longitude).ok()?, fix.datum);
        let boundary = SiteBoundary::circle(position, 100.0).ok()?;
        Some(Candidate {
            version: SiteVersionId(uuid::Uuid::nil()),
            boundary: boundary.into(),
            datum: Datum::Wgs84,
            tolerance_m: None,
        })
    });
    let sites: Vec<_> = near.into_iter().collect();
    // A measurement that is no number is not equal to itself.
    assert_eq!(evidence::judge(&evidence, &sites, &policy), evidence::judge(&evidence, &sites, &policy));
    let message = signed(&row, &submission.fixes, &[]).message();
    assert!(message.is_ok(), "what its device signs has no canonical form: {message:?}");
    message.ok()
}

/// What a check-in is judged by that comes with it, of a person of whom nothing else is known.
fn evidence_of(check_in: &check_in::Model, fixes: &[PhoneFix]) -> Result<Evidence, Broken> {
    Ok(Evidence {
        fixes: judged_fixes(check_in, fixes)?,
        skew_ms: (check_in.received_at - check_in.sent_at).num_milliseconds(),
        latency_ms: 0,
        corrected_at: check_in.corrected_at,
        capture_skew_ms: capture_skew(check_in),
        clock_jump_ms: clock_jump(check_in),
        challenge: check_in.challenge.as_ref().map_or(Challenge::None, |_| Challenge::Forged),
        photos: Vec::new(),
        device: Device { developer_mode: check_in.developer_mode, ..Device::default() },
        neighbours: Vec::new(),
        repeated_days: 0,
    })
}
