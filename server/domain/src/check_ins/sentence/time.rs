//! Sentences about time.

use entity::values::FindingOutcome;

use super::{Sentence, both};

pub(super) fn clock(skew_s: f64, late_s: f64, limit_s: f64, close: bool) -> Sentence {
    let off = skew_s.abs();
    if close && late_s > 0.0 {
        both(
            format!("签到发出后在途中延迟了 {late_s:.0} 秒；手机时钟与服务器相差 {off:.0} 秒，已据此修正。"),
            format!(
                "The check-in was {late_s:.0} s on its way; the phone's clock was {off:.0} s from the server's, and times were corrected by it."
            ),
        )
    } else if close {
        both(
            format!("手机时钟与服务器相差 {off:.0} 秒，已据此修正。"),
            format!("The phone's clock was {off:.0} s from the server's; times were corrected by it."),
        )
    } else {
        both(
            format!("手机时钟与服务器相差 {off:.0} 秒，超过 {limit_s:.0} 秒，已修正，需人工核实。"),
            format!(
                "The phone's clock was {off:.0} s from the server's, beyond the limit of {limit_s:.0} s; times were corrected, and a person has to look."
            ),
        )
    }
}

pub(super) fn clock_jump(jump_s: f64, limit_s: f64, steady: bool, reckoned: bool) -> Sentence {
    let jump = jump_s.abs();
    if steady {
        both("签到后手机时钟未被调整。", "The phone's clock was not set between check-in and sending.")
    } else if reckoned {
        both(
            format!("手机时钟从签到到发送走了不可能的时间（相差 {jump:.0} 秒），签到时间按开机时长推算，需人工核实。"),
            format!(
                "The phone's clock can't be right from check-in to sending ({jump:.0} s off its boot clock); the time of the check-in was worked out by the boot clock, and a person has to look."
            ),
        )
    } else {
        both(
            format!("签到后手机时钟被调整了 {jump:.0} 秒，超过 {limit_s:.0} 秒，需人工核实。"),
            format!(
                "The phone's clock was set by {jump:.0} s between check-in and sending, beyond the limit of {limit_s:.0} s, so a person has to look."
            ),
        )
    }
}

pub(super) fn challenge(before_s: f64, outcome: FindingOutcome) -> Sentence {
    match outcome {
        FindingOutcome::Pass => {
            both("签到晚于所带随机码的发放时间。", "The check-in came after the challenge it carries was issued.")
        }
        FindingOutcome::Fail => both(
            format!("签到时间比所带随机码的发放时间早 {before_s:.0} 秒，开机时长也如此，不可能成立。"),
            format!(
                "The check-in says it came {before_s:.0} s before the challenge it carries was issued, by the boot clock too, which can't be."
            ),
        ),
        _ => both(
            format!("签到时间比所带随机码的发放时间早 {before_s:.0} 秒，可能是手机时钟当时不准，需人工核实。"),
            format!(
                "The check-in says it came {before_s:.0} s before the challenge it carries was issued; the phone's clock may have been wrong, so a person has to look."
            ),
        ),
    }
}

pub(super) fn challenge_forged() -> Sentence {
    both(
        "签到所带随机码并非发放给本人，需人工核实。",
        "The challenge it carries was not issued to this person, so a person has to look.",
    )
}

pub(super) fn travel(speed_mps: f64, way_m: f64, limit_mps: f64, possible: bool) -> Sentence {
    let (speed, limit, way) = (speed_mps * 3.6, limit_mps * 3.6, way_m / 1000.0);
    if possible {
        both("与相邻签到之间的行程可以实现。", "The way from and to the neighbouring check-ins can be travelled.")
    } else {
        both(
            format!("与相邻签到相距 {way:.1} 公里，需时速 {speed:.0} 公里，超过 {limit:.0} 公里，需人工核实。"),
            format!(
                "A neighbouring check-in is {way:.1} km away and asks for {speed:.0} km/h, beyond {limit:.0} km/h, so a person has to look."
            ),
        )
    }
}
