//! When it happened: the phone's clock, the challenge, and what travel between check-ins allows.

use entity::values::{FindingCode, FindingOutcome};

use super::{Challenge, Evidence, Finding, Neighbour, Unit, pass_or, position::Whereabouts, seconds};
use crate::domain::{geofence::distance_m, policy::Policy, sentence::Saying};

/// Adds the findings about time.
pub(super) fn judge(
    evidence: &Evidence,
    whereabouts: Option<Whereabouts>,
    policy: &Policy,
    findings: &mut Vec<Finding>,
) {
    findings.push(clock(evidence.skew_ms, policy));
    let jump = evidence.clock_jump_ms.map(|jump| clock_jump(jump, policy));
    let steady = jump.as_ref().is_none_or(|jump| jump.outcome == FindingOutcome::Pass);
    findings.extend(jump);
    findings.extend(challenge(evidence, steady, policy));
    findings.extend(whereabouts.and_then(|whereabouts| travel(evidence, whereabouts, policy)));
}

fn clock(skew_ms: i64, policy: &Policy) -> Finding {
    let (skew, limit) = (seconds(skew_ms), policy.skew_limit.as_seconds_f64());
    let close = skew.abs() <= limit;
    Finding::plain(
        FindingCode::Clock,
        pass_or(close, FindingOutcome::Review),
        Saying::Clock { skew_s: skew, limit_s: limit, close },
    )
    .measuring(skew, limit, Unit::Second)
}

/// Between capture and sending wall clock and boot clock run on alike, unless someone set the wall clock.
fn clock_jump(jump_ms: i64, policy: &Policy) -> Finding {
    let (jump, limit) = (seconds(jump_ms), f64::from(policy.thresholds.clock_jump_s));
    let steady = jump.abs() <= limit;
    let outcome = pass_or(steady, FindingOutcome::Review);
    Finding::plain(FindingCode::ClockJump, outcome, Saying::ClockJump { jump_s: jump, limit_s: limit, steady })
        .measuring(jump, limit, Unit::Second)
}

/// A capture can't come before the challenge that it carries was known, unless the clock was wrong: a flat battery
/// leaves many an honest phone in another year until it finds a network.
fn challenge(evidence: &Evidence, steady: bool, policy: &Policy) -> Option<Finding> {
    let limit = f64::from(policy.thresholds.challenge_s);
    match evidence.challenge {
        Challenge::None => None,
        Challenge::Forged => {
            Some(Finding::plain(FindingCode::Challenge, FindingOutcome::Review, Saying::ChallengeForged))
        }
        Challenge::Issued { at } => {
            let before = (at - evidence.corrected_at).as_seconds_f64();
            let possible = before <= limit;
            let outcome = pass_or(possible, if steady { FindingOutcome::Fail } else { FindingOutcome::Review });
            let finding =
                Finding::plain(FindingCode::Challenge, outcome, Saying::Challenge { before_s: before, outcome });
            Some(finding.measuring(before, limit, Unit::Second))
        }
    }
}

/// The fastest travel that a neighbouring check-in asks for. Both error discs are taken off the way, so that two bad
/// fixes never make a traveller.
fn travel(evidence: &Evidence, from: Whereabouts, policy: &Policy) -> Option<Finding> {
    let neighbours = evidence.neighbours.iter().filter(|neighbour| neighbour.accuracy_m > 0.0);
    let speeds = neighbours.map(|neighbour| speed_mps(evidence, from, neighbour, policy));
    let (speed, way) = speeds.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    let limit = policy.thresholds.travel_speed_mps;
    let possible = speed <= limit;
    let outcome = pass_or(possible, FindingOutcome::Review);
    let finding = Finding::plain(
        FindingCode::Travel,
        outcome,
        Saying::Travel { speed_mps: speed, way_m: way, limit_mps: limit, possible },
    );
    Some(finding.measuring(speed, limit, Unit::MetrePerSecond))
}

/// Metres a second, and metres.
fn speed_mps(evidence: &Evidence, from: Whereabouts, to: &Neighbour, policy: &Policy) -> (f64, f64) {
    let way = (distance_m(from.here, to.position) - from.accuracy_m - to.accuracy_m).max(0.0);
    let time = (to.corrected_at - evidence.corrected_at).abs().as_seconds_f64();
    // A fix may be this much older or younger than its check-in, so a shorter time is none to divide by.
    (way / time.max(policy.fix_age_limit.as_seconds_f64()), way)
}
