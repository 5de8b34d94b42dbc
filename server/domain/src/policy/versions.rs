//! Which version of the policy holds when.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use messages::{Language, Message, message};

use super::{Policy, PolicyDraft, PolicyError};
use crate::visits::week::{IsoWeek, day_begins_in};

/// All versions of the policy, each read once.
#[derive(Clone, Debug)]
pub struct Policies {
    /// The newest first: where several are in effect, what was adopted last holds.
    newest_first: Vec<Version>,
}

#[derive(Clone, Debug)]
struct Version {
    number: i32,
    effective_from: DateTime<Utc>,
    policy: Result<Policy, PolicyError>,
}

/// Why there is no policy to judge by.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum NoPolicy {
    /// No version is on record.
    None,
    /// The version that holds can't be used.
    Unusable(i32, #[source] PolicyError),
}

impl NoPolicy {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::None => message!(PolicyNone),
            Self::Unusable(version, error) => {
                message!(PolicyVersionUnusable { version: *version, error: error.message() })
            }
        }
    }
}

impl fmt::Display for NoPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

impl Policies {
    /// Versions, each with the moment from which it is in effect. One that can't be used is an error where it holds, and
    /// nowhere else.
    pub fn of<'a>(drafts: impl IntoIterator<Item = (DateTime<Utc>, PolicyDraft<'a>)>) -> Self {
        let mut newest_first: Vec<_> = drafts
            .into_iter()
            .map(|(effective_from, draft)| Version {
                number: draft.version,
                effective_from,
                policy: Policy::parse(&draft),
            })
            .collect();
        newest_first.sort_by_key(|version| std::cmp::Reverse(version.number));
        Self { newest_first }
    }

    /// What holds at a moment: the newest version in effect by then, or the very first.
    pub fn at(&self, instant: DateTime<Utc>) -> Result<&Policy, NoPolicy> {
        self.newest_where(|version| version.effective_from <= instant)
    }

    /// What holds on a day: what did at its first moment, in that policy's own time zone.
    pub fn on(&self, date: NaiveDate) -> Result<&Policy, NoPolicy> {
        // One that can't be used has no time zone: a day goes by it if it was in effect as the day began in UTC.
        let begins = |version: &Version| match &version.policy {
            Ok(policy) => day_begins_in(date, policy.time_zone),
            Err(_) => day_begins_in(date, chrono_tz::UTC),
        };
        self.newest_where(|version| version.effective_from <= begins(version))
    }

    /// What holds for a week: what did on its Monday. What is owed in a week is known when it begins, so a version that is
    /// adopted in the middle of one begins to count with the next.
    pub fn for_week(&self, week: IsoWeek) -> Result<&Policy, NoPolicy> {
        self.on(week.first_day())
    }

    /// A version by its number; none if there is none such.
    pub fn version(&self, number: i32) -> Result<Option<&Policy>, NoPolicy> {
        self.newest_first.iter().find(|version| version.number == number).map(Version::usable).transpose()
    }

    fn newest_where(&self, holds: impl Fn(&Version) -> bool) -> Result<&Policy, NoPolicy> {
        let found = self.newest_first.iter().find(|version| holds(version)).or(self.newest_first.last());
        found.ok_or(NoPolicy::None)?.usable()
    }
}

impl Version {
    fn usable(&self) -> Result<&Policy, NoPolicy> {
        self.policy.as_ref().map_err(|error| NoPolicy::Unusable(self.number, error.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::draft;
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Version 1 from the beginning of November, and version 2 from a moment on, in a time zone.
    fn then(second: &str, time_zone: &'static str) -> Policies {
        let first = (moment("2026-11-01T00:00:00Z"), draft());
        Policies::of([first, (moment(second), PolicyDraft { version: 2, time_zone, ..draft() })])
    }

    #[rstest]
    #[case::before_any("2026-10-01T00:00:00Z", 1)]
    #[case::of_the_first("2026-11-02T00:00:00Z", 1)]
    #[case::a_moment_before_the_second("2026-11-18T01:59:59.999Z", 1)]
    #[case::as_the_second_begins("2026-11-18T02:00:00Z", 2)]
    #[case::long_after("2027-11-18T02:00:00Z", 2)]
    fn the_newest_version_in_effect_holds(#[case] at: &str, #[case] version: i32) {
        assert_eq!(then("2026-11-18T02:00:00Z", "Asia/Shanghai").at(moment(at)).unwrap().version, version);
    }

    #[test]
    fn what_was_adopted_last_holds_though_a_clock_was_set_back_between() {
        let policies = then("2026-10-31T00:00:00Z", "Asia/Shanghai");
        assert_eq!(policies.at(moment("2026-11-18T02:00:00Z")).unwrap().version, 2);
    }

    /// 2026-W47 begins at 16:00 UTC on Sunday the 15th in Shanghai, at 11:00 in Auckland, at midnight in UTC.
    #[rstest]
    #[case::as_it_begins("2026-11-15T16:00:00Z", "Asia/Shanghai", [1, 2, 2])]
    #[case::the_moment_after("2026-11-15T16:00:00.001Z", "Asia/Shanghai", [1, 1, 2])]
    #[case::the_last_hours_of_sunday_here("2026-11-15T15:59:59Z", "Asia/Shanghai", [1, 2, 2])]
    #[case::still_sunday_in_utc_and_monday_here("2026-11-15T23:59:59Z", "Asia/Shanghai", [1, 1, 2])]
    #[case::monday_in_its_own_zone("2026-11-15T11:00:01Z", "Pacific/Auckland", [1, 1, 2])]
    #[case::sunday_in_its_own_zone("2026-11-15T23:59:59Z", "UTC", [1, 2, 2])]
    fn a_week_goes_by_the_version_of_its_first_moment(
        #[case] second: &str,
        #[case] time_zone: &'static str,
        #[case] versions: [i32; 3],
    ) {
        let policies = then(second, time_zone);
        let weeks = ["2026-W46", "2026-W47", "2026-W48"].map(|week| week.parse().unwrap());
        assert_eq!(weeks.map(|week| policies.for_week(week).unwrap().version), versions);
    }

    #[test]
    fn a_version_that_can_not_be_used_is_an_error_where_it_holds() {
        let (first, second) = (moment("2026-11-01T00:00:00Z"), moment("2026-11-18T02:00:00Z"));
        let policies = Policies::of([
            (first, PolicyDraft { weekly_visits: 9, ..draft() }),
            (second, PolicyDraft { version: 2, ..draft() }),
        ]);
        let unusable = NoPolicy::Unusable(1, PolicyError::WeeklyVisits(9));
        assert_eq!(policies.at(second).unwrap().version, 2);
        assert_eq!(policies.version(2).unwrap().unwrap().version, 2);
        assert_eq!(policies.version(3), Ok(None));
        for refused in [policies.at(first).err(), policies.on(first.date_naive()).err(), policies.version(1).err()] {
            assert_eq!(refused.as_ref(), Some(&unusable));
        }
        assert_eq!(Policies::of([]).at(first), Err(NoPolicy::None));
    }

    proptest! {
        /// What holds on a day is what held at its first moment, where all versions are of one time zone.
        #[test]
        fn a_day_goes_by_its_first_moment(second in 0_i64..100 * 86_400, day in 0_u64..100) {
            let begin = moment("2026-11-01T00:00:00Z");
            let policies = then(&(begin + chrono::TimeDelta::seconds(second)).to_rfc3339(), "Asia/Shanghai");
            let date = begin.date_naive() + chrono::Days::new(day);
            let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc() - chrono::TimeDelta::hours(8);
            prop_assert_eq!(policies.on(date), policies.at(midnight));
        }
    }
}
