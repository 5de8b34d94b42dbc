//! What the photos show: that they are there, whole, of the place and time, and nobody's before.

use entity::values::{FindingCode, FindingOutcome};

use super::{Evidence, Finding, Photo, PhotoBytes, Unit, count, pass_or, position::CapturePosition, seconds};
use crate::{
    check_ins::sentence::photo::{self as said, PhotoOrigin},
    policy::Policy,
    projects::geofence::distance_m,
};

/// Adds the findings about photos.
pub(super) fn judge(
    evidence: &Evidence,
    capture_position: Option<CapturePosition>,
    policy: &Policy,
    findings: &mut Vec<Finding>,
) {
    let photos = &evidence.photos;
    findings.push(present(photos.len(), policy));
    if photos.is_empty() {
        return;
    }
    findings.push(intact(photos));
    findings.extend(readable(photos));
    findings.extend(capture_position.and_then(|capture_position| place(photos, capture_position, policy)));
    findings.extend(time(evidence, policy));
    findings.push(reused(photos));
    findings.extend(similar(photos, policy));
    findings.extend(origin(photos));
}

fn present(attached: usize, policy: &Policy) -> Finding {
    let required = policy.photo_required;
    let outcome = pass_or(attached > 0 || !required, FindingOutcome::Unknown);
    Finding::plain(FindingCode::PhotoPresent, outcome, said::present(attached, required)).measuring(
        count(attached),
        if required { 1.0 } else { 0.0 },
        Unit::One,
    )
}

fn intact(photos: &[Photo]) -> Finding {
    let any = |bytes| photos.iter().any(|photo| photo.bytes == bytes);
    let whole = photos.iter().filter(|photo| photo.bytes == PhotoBytes::Intact).count();
    let outcome = if any(PhotoBytes::Damaged) {
        FindingOutcome::Review
    } else {
        pass_or(!any(PhotoBytes::Waiting), FindingOutcome::Unknown)
    };
    Finding::plain(FindingCode::PhotoIntact, outcome, said::intact(outcome, whole, photos.len())).measuring(
        count(whole),
        count(photos.len()),
        Unit::One,
    )
}

/// A file that is no picture shows nothing, nor does a picture of one colour; neither says anything against anyone:
/// phones write broken files too, and are put into pockets.
fn readable(photos: &[Photo]) -> Option<Finding> {
    let looked_at = photos.iter().filter(|photo| photo.bytes == PhotoBytes::Intact);
    let (unreadable, whole) = (looked_at.clone().filter(|photo| photo.unreadable).count(), looked_at.clone().count());
    let blank = looked_at.filter(|photo| photo.shows_nothing && !photo.unreadable).count();
    let outcome = pass_or(unreadable + blank == 0, FindingOutcome::Unknown);
    let finding = Finding::plain(FindingCode::PhotoReadable, outcome, said::readable(unreadable, blank, whole));
    (whole > 0).then(|| finding.measuring(count(unreadable + blank), 0.0, Unit::One))
}

/// The photo that says it was taken furthest from the fix. Photos that say nothing are neutral.
fn place(photos: &[Photo], from: CapturePosition, policy: &Policy) -> Option<Finding> {
    let away = |photo: &Photo| {
        let error = photo.position_error_m.filter(|error| error.is_finite()).unwrap_or(0.0).max(0.0);
        Some((distance_m(from.here, photo.position?) - from.accuracy_m - error).max(0.0))
    };
    let furthest = photos.iter().filter_map(away).max_by(f64::total_cmp)?;
    let limit = policy.thresholds.photo_distance_m;
    let near = furthest <= limit;
    let outcome = pass_or(near, FindingOutcome::Review);
    let finding = Finding::plain(FindingCode::PhotoPosition, outcome, said::place(furthest, limit, near));
    Some(finding.measuring(furthest, limit, Unit::Metre))
}

/// The photo that says it was taken longest before or after the capture. Cameras go by the phone's clock, satellites
/// by the true time: the closer of the two is meant.
fn time(evidence: &Evidence, policy: &Policy) -> Option<Finding> {
    let apart = |photo: &Photo| {
        let corrected = (evidence.corrected_at - photo.taken_at?).as_seconds_f64();
        let by_phone = corrected - seconds(evidence.clock_error_ms());
        Some(if by_phone.abs() < corrected.abs() { by_phone } else { corrected })
    };
    let longest = evidence.photos.iter().filter_map(apart).max_by(|a, b| a.abs().total_cmp(&b.abs()))?;
    let limit = f64::from(policy.thresholds.photo_time_s);
    let near = longest.abs() <= limit;
    let outcome = pass_or(near, FindingOutcome::Review);
    let finding = Finding::plain(FindingCode::PhotoTime, outcome, said::time(longest, limit, near));
    Some(finding.measuring(longest, limit, Unit::Second))
}

/// The same bytes can't have been taken twice.
fn reused(photos: &[Photo]) -> Finding {
    let others: u32 = photos.iter().map(|photo| photo.reused).max().unwrap_or(0);
    let outcome = pass_or(others == 0, FindingOutcome::Review);
    Finding::plain(FindingCode::PhotoReused, outcome, said::reused(others)).measuring(others.into(), 0.0, Unit::One)
}

fn similar(photos: &[Photo], policy: &Policy) -> Option<Finding> {
    let bits = photos.iter().filter_map(|photo| photo.nearest_bits).min()?;
    let limit = policy.thresholds.photo_similar_bits;
    let outcome = pass_or(bits > limit, FindingOutcome::Review);
    let finding = Finding::plain(FindingCode::PhotoSimilar, outcome, said::similar(bits, bits <= limit));
    Some(finding.measuring(bits.into(), limit.into(), Unit::One))
}

/// Hints: how a file was made, and that it says something of place or time which nobody can read.
fn origin(photos: &[Photo]) -> Option<Finding> {
    let any = |hint: fn(&Photo) -> bool| photos.iter().any(hint);
    let origin = PhotoOrigin {
        screenshot: any(|photo| photo.screenshot),
        edited: any(|photo| photo.edited),
        unread_position: any(|photo| photo.unread_position),
        unread_time: any(|photo| photo.unread_time),
    };
    said::origin(origin).map(|hint| Finding::plain(FindingCode::PhotoOrigin, FindingOutcome::Review, hint))
}
