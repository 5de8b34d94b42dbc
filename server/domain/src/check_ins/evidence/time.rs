//! When it happened: the phone's clock, the challenge, and what travel between check-ins allows.

use entity::values::{FindingCode, FindingOutcome};
use messages::message;

use super::{Challenge, Evidence, Finding, Neighbour, Unit, pass_or, position::CapturePosition, seconds};
use crate::{check_ins::sentence::time as said, policy::Policy, projects::geofence::distance_m};

/// Adds the findings about time.
pub(super) fn judge(
    evidence: &Evidence,
    capture_position: Option<CapturePosition>,
    policy: &Policy,
    findings: &mut Vec<Finding>,
) {
    findings.push(clock(evidence, policy));
    findings.extend(evidence.clock_jump_ms.map(|jump| clock_jump(jump, evidence.is_reckoned(), policy)));
    findings.extend(challenge(evidence, policy));
    findings.extend(capture_position.and_then(|capture_position| travel(evidence, capture_position, policy)));
}

/// A message that was long on its way does not make a clock wrong.
fn clock(evidence: &Evidence, policy: &Policy) -> Finding {
    let (skew, limit) = (seconds(evidence.sending_error_ms()), policy.skew_limit.as_seconds_f64());
    let close = skew.abs() <= limit;
    Finding::plain(
        FindingCode::Clock,
        pass_or(close, FindingOutcome::Review),
        said::clock(skew, seconds(evidence.latency_ms), limit, close),
    )
    .measuring(skew, limit, Unit::Second)
}

/// Between capture and sending wall clock and boot clock run on alike, unless someone set the wall clock.
fn clock_jump(jump_ms: i64, reckoned: bool, policy: &Policy) -> Finding {
    let (jump, limit) = (seconds(jump_ms), f64::from(policy.thresholds.clock_jump_s));
    let steady = jump.abs() <= limit;
    let outcome = pass_or(steady, FindingOutcome::Review);
    Finding::plain(FindingCode::ClockJump, outcome, said::clock_jump(jump, limit, steady, reckoned)).measuring(
        jump,
        limit,
        Unit::Second,
    )
}

/// A capture can't come before the challenge that it carries was known, unless the clock was wrong: a flat battery
/// leaves many an honest phone in another year until it finds a network. Only a boot clock, which nobody sets, makes it
/// a contradiction.
fn challenge(evidence: &Evidence, policy: &Policy) -> Option<Finding> {
    let limit = f64::from(policy.thresholds.challenge_s);
    match evidence.challenge {
        Challenge::None => None,
        Challenge::Forged => {
            Some(Finding::plain(FindingCode::Challenge, FindingOutcome::Review, message!(ChallengeForged)))
        }
        Challenge::Issued { at } => {
            let before = (at - evidence.corrected_at).as_seconds_f64();
            let by_boot_clock = evidence.captured_by_boot_clock().map(|captured| (at - captured).as_seconds_f64());
            let outcome = match by_boot_clock {
                _ if before <= limit => FindingOutcome::Pass,
                Some(before) if before > limit => FindingOutcome::Fail,
                _ => FindingOutcome::Review,
            };
            let finding = Finding::plain(FindingCode::Challenge, outcome, said::challenge(before, outcome));
            Some(finding.measuring(before, limit, Unit::Second))
        }
    }
}

/// The fastest travel that a neighbouring check-in asks for.
fn travel(evidence: &Evidence, from: CapturePosition, policy: &Policy) -> Option<Finding> {
    let neighbours = evidence.neighbours.iter().filter(|neighbour| neighbour.accuracy_m > 0.0);
    let fastest = neighbours
        .map(|neighbour| (asked_speed_mps(evidence, from, neighbour, policy), way_m(from, neighbour)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    let (speed, way) = fastest?;
    let limit = policy.thresholds.travel_speed_mps;
    let possible = speed <= limit;
    let outcome = pass_or(possible, FindingOutcome::Review);
    let finding = Finding::plain(FindingCode::Travel, outcome, said::travel(speed, way, limit, possible));
    Some(finding.measuring(speed, limit, Unit::MetrePerSecond))
}

/// The speed, metres a second, at which one has to travel to have been at both check-ins. The same from either.
///
/// The time is what lies between the two fixes, and what the clocks may be off by: the policy's `travelClockS`, and by
/// how much longer the one message was on its way than the other. More than 30 s of that is no way through a
/// network but a clock that was set, and times are corrected by it. So two sites side by side can be visited within a
/// second, and what was kept while offline and sent at once has the phone's own times, but no nine sites 4 km apart are
/// visited in nine milliseconds.
pub fn asked_speed_mps(evidence: &Evidence, from: CapturePosition, to: &Neighbour, policy: &Policy) -> f64 {
    /// Seconds.
    const LATENCY_S: f64 = 30.0;
    let captures = (to.corrected_at - evidence.corrected_at).as_seconds_f64();
    let between = (captures - seconds(to.age_ms) + seconds(from.age_ms)).abs();
    let latency = to.skew_ms.map_or(0.0, |skew| (seconds(skew) - seconds(evidence.skew_ms)).abs().min(LATENCY_S));
    way_m(from, to) / (between + latency + f64::from(policy.thresholds.travel_clock_s))
}

/// Metres between the two, both error discs taken off, so that two bad fixes never make a traveller.
fn way_m(from: CapturePosition, to: &Neighbour) -> f64 {
    (distance_m(from.here, to.position) - from.accuracy_m - to.accuracy_m).max(0.0)
}
