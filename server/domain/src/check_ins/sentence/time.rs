//! Sentences about time.

use entity::values::FindingOutcome;
use messages::{Message, message, rounded, whole};

pub(crate) fn clock(skew_s: f64, late_s: f64, limit_s: f64, close: bool) -> Message {
    let off = whole(skew_s.abs());
    if close && late_s > 0.0 {
        message!(ClockLate { late: whole(late_s), off })
    } else if close {
        message!(ClockClose { off })
    } else {
        message!(ClockOff { off, limit: whole(limit_s) })
    }
}

pub(crate) fn clock_jump(jump_s: f64, limit_s: f64, steady: bool, reckoned: bool) -> Message {
    let jump = whole(jump_s.abs());
    if steady {
        message!(ClockSteady)
    } else if reckoned {
        message!(ClockReckoned { jump })
    } else {
        message!(ClockSet { jump, limit: whole(limit_s) })
    }
}

pub(crate) fn challenge(before_s: f64, outcome: FindingOutcome) -> Message {
    let before = whole(before_s);
    match outcome {
        FindingOutcome::Pass => message!(ChallengeMet),
        FindingOutcome::Fail => message!(ChallengeImpossible { before }),
        _ => message!(ChallengeEarly { before }),
    }
}

pub(crate) fn travel(speed_mps: f64, way_m: f64, limit_mps: f64, possible: bool) -> Message {
    if possible {
        return message!(TravelPossible);
    }
    let (way, speed, limit) = (rounded(way_m / 1000.0, 1), whole(speed_mps * 3.6), whole(limit_mps * 3.6));
    message!(TravelTooFast { way, speed, limit })
}
