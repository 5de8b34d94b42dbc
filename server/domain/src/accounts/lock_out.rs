//! Lock-out with back-off: how long a sign-in name waits after attempts that did not succeed.

use chrono::{DateTime, TimeDelta, Utc};

/// Attempts in a row that cost no waiting.
pub const FREE: u32 = 5;
/// The first wait; each attempt that fails after it doubles the next one.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// No wait is longer.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// After so long without an attempt counting begins anew.
pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(24);

/// Attempts at a sign-in name since the last that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How many.
    pub count: u32,
    /// When the last one was.
    pub last_at: DateTime<Utc>,
}

impl Attempts {
    /// The same as a clock that says `now` can know it. A last attempt that is yet to come was noted by a clock that was
    /// ahead: it counts as one of now, so that nobody waits until that clock's time has come, or longer than the wait.
    pub fn seen_at(self, now: DateTime<Utc>) -> Self {
        Self { last_at: self.last_at.min(now), ..self }
    }

    /// Until when no other attempt is looked at.
    pub fn locked_until(self) -> Option<DateTime<Utc>> {
        let beyond = self.count.checked_sub(FREE)?;
        // 2⁵ half-minutes are more than the longest wait already.
        let wait = (FIRST_WAIT * (1 << beyond.min(5))).min(LONGEST_WAIT);
        Some(self.last_at + wait)
    }

    /// The count with one more attempt, or until when that has to wait.
    pub fn one_more(self, now: DateTime<Utc>) -> Result<Self, DateTime<Utc>> {
        match self.locked_until() {
            Some(until) if until > now => Err(until),
            _ if now - self.last_at >= FORGOTTEN_AFTER => Ok(Self { count: 1, last_at: now }),
            _ => Ok(Self { count: self.count.saturating_add(1), last_at: now }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const THEN: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[rstest]
    #[case(0, None)]
    #[case(4, None)]
    #[case(5, Some(30))]
    #[case(6, Some(60))]
    #[case(7, Some(120))]
    #[case(8, Some(240))]
    #[case(9, Some(480))]
    #[case(10, Some(900))]
    #[case(11, Some(900))]
    #[case(u32::MAX, Some(900))]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour(#[case] count: u32, #[case] seconds: Option<i64>) {
        let until = Attempts { count, last_at: THEN }.locked_until();
        assert_eq!(until, seconds.map(|seconds| THEN + TimeDelta::seconds(seconds)));
    }

    #[test]
    fn counting_begins_anew_after_a_day() {
        let attempts = Attempts { count: 9, last_at: THEN };
        let almost = THEN + FORGOTTEN_AFTER - TimeDelta::milliseconds(1);
        assert_eq!(attempts.one_more(almost), Ok(Attempts { count: 10, last_at: almost }));
        let later = THEN + FORGOTTEN_AFTER;
        assert_eq!(attempts.one_more(later), Ok(Attempts { count: 1, last_at: later }));
    }

    #[test]
    fn what_a_clock_that_was_ahead_noted_waits_no_longer_than_its_wait() {
        let ahead = Attempts { count: 6, last_at: THEN + TimeDelta::days(3) };
        let seen = ahead.seen_at(THEN);
        assert_eq!(seen.one_more(THEN), Err(THEN + TimeDelta::seconds(60)));
        let later = THEN + TimeDelta::seconds(60);
        assert_eq!(seen.seen_at(later).one_more(later), Ok(Attempts { count: 7, last_at: later }));
        let past = Attempts { count: 6, last_at: THEN };
        assert_eq!(past.seen_at(later), past);
    }

    proptest! {
        #[test]
        fn an_attempt_during_the_wait_changes_nothing(count in 5_u32.., wait in 0_i64..30_000) {
            let attempts = Attempts { count, last_at: THEN };
            prop_assert_eq!(attempts.one_more(THEN + TimeDelta::milliseconds(wait)).err(), attempts.locked_until());
        }
    }
}
