//! When a check-in was captured, by the clocks of a phone.

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
pub enum Untold {
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
    pub fn between(&self) -> Result<TimeDelta, Untold> {
        let by_wall_clock = self.sent_at - self.captured_at;
        let untold = if by_wall_clock < -ROUNDING {
            Some(Untold::AfterSending)
        } else if by_wall_clock > OLDEST {
            Some(Untold::TooLongAgo)
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
    pub fn captured(&self, received_at: DateTime<Utc>) -> Result<DateTime<Utc>, Untold> {
        Ok(received_at - self.between()?)
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
    #[case::more_than_a_year("2025-11-17T11:59:59Z", "2026-11-18T12:00:00Z", None, Err(Untold::TooLongAgo))]
    #[case::after_sending("2026-11-18T12:00:03Z", "2026-11-18T12:00:00Z", None, Err(Untold::AfterSending))]
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
    #[case::neither_clock_tells("1980-01-06T00:00:10Z", "2026-11-18T12:00:00Z", Some(9_000 * HOUR_MS), Err(Untold::TooLongAgo))]
    fn captured_before_it_was_sent(
        #[case] captured: &str,
        #[case] sent: &str,
        #[case] boot: Option<i64>,
        #[case] between: Result<TimeDelta, Untold>,
    ) {
        let clocks = Clocks { captured_at: at(captured), sent_at: at(sent), between_by_boot_clock_ms: boot };
        assert_eq!(clocks.between(), between);
    }

    proptest! {
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
