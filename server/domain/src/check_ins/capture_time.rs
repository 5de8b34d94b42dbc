//! When a check-in was captured, by the clocks of a phone, and how long what tells of it was on its way.

use chrono::{DateTime, TimeDelta, Utc};

/// Captures may seem this much later than the sending: phones round their times.
pub const ROUNDING: TimeDelta = TimeDelta::seconds(2);
/// The longest that a check-in may wait to be sent.
pub const OLDEST: TimeDelta = TimeDelta::days(366);
/// By how much the two clocks may differ until somebody has set the wall clock.
const STEADY: TimeDelta = TimeDelta::seconds(120);

/// What a phone says of its clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// When it captured, on its wall clock.
    pub captured_at: DateTime<Utc>,
    /// When it sent, on its wall clock.
    pub sent_at: DateTime<Utc>,
    /// What its boot clock, which nobody can set, went on between, milliseconds, if it keeps one.
    pub between_by_boot_clock_ms: Option<i64>,
}

/// Why it can't be told when something was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureTimeError {
    /// After it was sent.
    #[error("it was captured after it was sent")]
    AfterSending,
    /// More than [`OLDEST`] before it was sent.
    #[error("it was captured more than 366 days before it was sent")]
    TooLongAgo,
}

impl Clocks {
    /// How long before the sending it was captured.
    ///
    /// By the wall clock, for boot clocks of some phones stand still while they sleep. By the boot clock where the wall
    /// clock can't be right: the capture would be after the sending, or more than a year before it (a phone without time
    /// believes that it is 1970, 1980 or 2099), or less time than the boot clock counted, which never runs fast.
    pub fn between(&self) -> Result<TimeDelta, CaptureTimeError> {
        let by_wall_clock = self.sent_at - self.captured_at;
        let untold = if by_wall_clock < -ROUNDING {
            Some(CaptureTimeError::AfterSending)
        } else if by_wall_clock > OLDEST {
            Some(CaptureTimeError::TooLongAgo)
        } else {
            None
        };
        let by_boot_clock = self.between_by_boot_clock_ms.and_then(TimeDelta::try_milliseconds);
        let by_boot_clock = by_boot_clock.filter(|between| TimeDelta::zero() <= *between && *between <= OLDEST);
        match (untold, by_boot_clock) {
            (Some(_), Some(between)) => Ok(between),
            (Some(untold), None) => Err(untold),
            (None, Some(between)) if between - by_wall_clock > STEADY => Ok(between),
            (None, _) => Ok(by_wall_clock),
        }
    }

    /// When it was captured by the clock of the server, which received it now.
    pub fn captured(&self, received_at: DateTime<Utc>) -> Result<DateTime<Utc>, CaptureTimeError> {
        Ok(received_at - self.between()?)
    }
}

/// A message, by the phone's clocks when it was sent and by the server's when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transmission {
    /// When it was sent, on the phone's wall clock.
    pub sent_at: DateTime<Utc>,
    /// When it was sent, on the phone's boot clock, milliseconds.
    pub sent_uptime_ms: i64,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

impl Transmission {
    /// How long it was on its way and how slow the phone's clock was, taken together.
    fn behind(&self) -> TimeDelta {
        self.received_at - self.sent_at
    }

    /// Whether it came so late that it is worth finding out why.
    pub fn is_late(&self) -> bool {
        self.behind() > STEADY
    }

    /// Whether nobody set the wall clock between this sending and another one of the same boot: both clocks went on alike.
    fn steady(&self, other: &Self) -> bool {
        let by_boot_clock = TimeDelta::try_milliseconds(self.sent_uptime_ms.saturating_sub(other.sent_uptime_ms));
        by_boot_clock.is_some_and(|between| (self.sent_at - other.sent_at - between).abs() <= STEADY)
    }

    /// How long it was on its way, so far as others from the same boot of the phone tell; zero where they don't.
    ///
    /// A message that a proxy or a phone's outbox kept for hours looks like one from a slow clock. But a wall clock that
    /// nobody set in between was as slow when the others were sent; so it was no slower than the least of them came late,
    /// and what this one came later than that, it was on its way. Where the two clocks have not gone on alike, it was set,
    /// or the boot clock stood still while the phone slept, and nothing can be told.
    pub fn latency(&self, of_same_boot: &[Self]) -> TimeDelta {
        let steady = of_same_boot.iter().filter(|other| self.steady(other));
        let latency = steady.map(|other| self.behind() - other.behind()).max();
        latency.filter(|latency| *latency > STEADY).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Received at noon of 18 November 2026; expected how long before.
    #[rstest]
    #[case::at_once("2026-11-18T12:00:00Z", "2026-11-18T12:00:00Z", None, Ok(TimeDelta::zero()))]
    #[case::late("2026-11-16T12:00:00Z", "2026-11-18T12:00:00Z", None, Ok(TimeDelta::days(2)))]
    #[case::late_by_a_phone_in_1970("1970-01-01T00:10:00Z", "1970-01-01T01:10:00Z", None, Ok(TimeDelta::hours(1)))]
    #[case::rounded("2026-11-18T12:00:02Z", "2026-11-18T12:00:00Z", None, Ok(TimeDelta::seconds(-2)))]
    #[case::a_year("2025-11-17T12:00:00Z", "2026-11-18T12:00:00Z", None, Ok(OLDEST))]
    #[case::more_than_a_year("2025-11-17T11:59:59Z", "2026-11-18T12:00:00Z", None, Err(CaptureTimeError::TooLongAgo))]
    #[case::after_sending("2026-11-18T12:00:03Z", "2026-11-18T12:00:00Z", None, Err(CaptureTimeError::AfterSending))]
    #[case::no_time_at_capture("1980-01-06T00:00:10Z", "2026-11-18T12:00:00Z", Some(HOUR_MS), Ok(TimeDelta::hours(1)))]
    #[case::in_1970_at_capture("1970-01-01T00:00:10Z", "2026-11-18T12:00:00Z", Some(HOUR_MS), Ok(TimeDelta::hours(1)))]
    #[case::in_2099_at_capture("2099-12-31T00:00:00Z", "2026-11-18T12:00:00Z", Some(HOUR_MS), Ok(TimeDelta::hours(1)))]
    #[case::in_1980_at_sending("2026-11-18T11:00:00Z", "1980-01-06T00:00:10Z", Some(HOUR_MS), Ok(TimeDelta::hours(1)))]
    #[case::in_2099_at_sending("2026-11-18T11:00:00Z", "2099-12-31T00:00:00Z", Some(HOUR_MS), Ok(TimeDelta::hours(1)))]
    #[case::a_day_fast_at_capture("2026-11-17T12:00:00Z", "2026-11-18T12:00:00Z", Some(48 * HOUR_MS), Ok(TimeDelta::days(2)))]
    #[case::a_boot_clock_that_slept(
        "2026-11-16T12:00:00Z",
        "2026-11-18T12:00:00Z",
        Some(HOUR_MS),
        Ok(TimeDelta::days(2))
    )]
    #[case::neither_clock_tells("1980-01-06T00:00:10Z", "2026-11-18T12:00:00Z", Some(9_000 * HOUR_MS), Err(CaptureTimeError::TooLongAgo))]
    fn captured_before_it_was_sent(
        #[case] captured: &str,
        #[case] sent: &str,
        #[case] boot: Option<i64>,
        #[case] between: Result<TimeDelta, CaptureTimeError>,
    ) {
        let clocks = Clocks { captured_at: at(captured), sent_at: at(sent), between_by_boot_clock_ms: boot };
        assert_eq!(clocks.between(), between);
    }

    /// Sent after so many seconds by the wall clock and by the boot clock, received after so many.
    fn message((wall, boot, received): (i64, i64, i64)) -> Transmission {
        let after = |seconds| at("2026-11-18T12:00:00Z") + TimeDelta::seconds(seconds);
        Transmission { sent_at: after(wall), sent_uptime_ms: boot * 1000, received_at: after(received) }
    }

    /// Kept for three hours somewhere, or sent by a clock that is three hours slow: what others from the same boot tell.
    #[rstest]
    #[case::nobody_tells(&[], 0)]
    #[case::right_before(&[(-600, 400, -599)], 10_799)]
    #[case::right_afterwards(&[(600, 1_600, 601)], 10_799)]
    #[case::right_days_before(&[(-259_200, -258_200, -259_200)], 10_800)]
    #[case::slow_then_as_well(&[(-600, 400, 10_200)], 0)]
    #[case::an_hour_slow_and_two_on_its_way(&[(-600, 400, 3_000)], 7_200)]
    #[case::fast_then(&[(-600, 400, -1_200)], 11_400)]
    #[case::the_least_late_of_many(&[(-600, 400, 10_000), (-500, 500, -490), (-400, 600, 9_000)], 10_790)]
    #[case::kept_together(&[(0, 1_000, 10_800), (0, 1_000, 10_800)], 0)]
    #[case::set_in_between(&[(-600, -9_600, -599)], 0)]
    #[case::set_by_just_over_two_minutes(&[(-600, 279, -599)], 0)]
    #[case::two_minutes_are_no_setting(&[(-600, 280, -599)], 10_799)]
    #[case::a_boot_clock_that_slept(&[(-36_000, 800, -36_000)], 0)]
    #[case::one_that_was_set_tells_nothing(&[(-600, -9_600, -599), (-300, 700, 10_500)], 0)]
    #[case::two_minutes_are_no_latency(&[(-600, 400, 10_080)], 0)]
    fn a_latency_is_told_by_others_of_the_same_boot(#[case] others: &[(i64, i64, i64)], #[case] seconds: i64) {
        let others: Vec<_> = others.iter().copied().map(message).collect();
        assert_eq!(message((0, 1_000, 10_800)).latency(&others), TimeDelta::seconds(seconds));
    }

    proptest! {
        #[test]
        fn a_latency_is_never_more_than_the_others_were_early(
            messages in proptest::collection::vec((-100_000i64..100_000, 0i64..200_000, -100_000i64..100_000), 1..6),
        ) {
            let messages: Vec<_> = messages.into_iter().map(message).collect();
            let (own, others) = (&messages[0], &messages[1..]);
            let latency = own.latency(others);
            prop_assert!(latency.is_zero() || latency > STEADY);
            // What is left of its lateness is that of one of the others: nobody's clock gets better than it was seen to be.
            prop_assert!(latency.is_zero() || others.iter().any(|other| own.behind() - latency == other.behind()));
            // One that says nothing of the clock changes nothing.
            let unsteady = Transmission { sent_uptime_ms: i64::MIN, ..*own };
            prop_assert_eq!(own.latency(&[others, &[unsteady]].concat()), latency);
        }

        #[test]
        fn it_is_never_after_the_sending_nor_more_than_a_year_before(
            captured in -62_135_596_800i64..253_402_300_799, sent in -62_135_596_800i64..253_402_300_799,
            boot: Option<i64>,
        ) {
            let second = |second| DateTime::from_timestamp(second, 0).unwrap();
            let clocks = Clocks {
                captured_at: second(captured), sent_at: second(sent), between_by_boot_clock_ms: boot,
            };
            if let Ok(between) = clocks.between() {
                prop_assert!(-ROUNDING <= between && between <= OLDEST);
            }
        }
    }
}
