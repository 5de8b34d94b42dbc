//! What a leader owes in a week, and whether it was met (R4).

use chrono::NaiveDate;
use entity::values::ObligationStatus;

use super::{counting::Tally, week::IsoWeek};

/// The days someone held a role, both included; an open end goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenure {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl Tenure {
    /// Whether the role was held on a day.
    pub fn covers(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// The part of it from one day on and up to another, both included.
    pub fn within(self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Self {
        let to = self.to.into_iter().chain(to).min();
        Self { from: from.map_or(self.from, |from| from.max(self.from)), to }
    }

    fn days_in(self, week: IsoWeek) -> u32 {
        let days = week.first_day().iter_days().take(7).filter(|day| self.covers(*day)).count();
        u32::try_from(days).unwrap_or(7)
    }
}

/// What is known about one leader, project and week.
#[derive(Clone, Copy, Debug)]
pub struct WeekFacts {
    /// The week.
    pub week: IsoWeek,
    /// Its visits.
    pub tally: Tally,
    /// From which day on the project has a site to visit.
    pub site_since: Option<NaiveDate>,
    /// On which day the project was closed.
    pub closed_on: Option<NaiveDate>,
    /// The local day on which the question is asked.
    pub today: NaiveDate,
}

/// What is owed in a week, and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// Verified visits owed.
    pub required: u32,
    /// How it stands.
    pub status: ObligationStatus,
}

/// Judges one week.
///
/// A day counts on which the role was held and the project was not closed before, and, in the week in which its first
/// site came, there was a site to visit. A part of a week owes its share, rounded half up: `weekly_visits × days / 7`.
/// With one visit a week, a leader who took over on a Thursday owes one, who took over on a Friday owes none. In a week
/// without any site nothing of it is asked for.
pub fn judge(weekly_visits: u32, tenure: Tenure, facts: WeekFacts) -> Obligation {
    let site_since = facts.site_since.filter(|since| *since <= facts.week.last_day());
    let days = tenure.within(site_since, facts.closed_on).days_in(facts.week);
    let required = (2 * weekly_visits * days + 7) / 14;
    Obligation { required, status: status(required, facts) }
}

fn status(required: u32, facts: WeekFacts) -> ObligationStatus {
    let Tally { verified, provisional, .. } = facts.tally;
    let has_site = facts.site_since.is_some_and(|since| since <= facts.week.last_day());
    if required == 0 || !has_site {
        ObligationStatus::Excused
    } else if verified >= required {
        ObligationStatus::Met
    } else if verified + provisional >= required {
        ObligationStatus::Provisional
    } else if facts.today <= facts.week.last_day() {
        ObligationStatus::Pending
    } else {
        ObligationStatus::Missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ObligationStatus::{Excused, Met, Missed, Pending, Provisional};
    use proptest::prelude::*;
    use rstest::rstest;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn facts(verified: u32, provisional: u32, today: &str) -> WeekFacts {
        WeekFacts {
            week: IsoWeek::of(date("2026-11-16")),
            tally: Tally { verified, provisional, rejected: 0 },
            site_since: Some(date("2026-01-01")),
            closed_on: None,
            today: date(today),
        }
    }

    const ALWAYS: Tenure = Tenure { from: NaiveDate::MIN, to: None };

    #[rstest]
    #[case::visited(1, 0, "2026-11-18", Met)]
    #[case::visited_and_over(1, 0, "2026-12-01", Met)]
    #[case::waiting_for_review(0, 1, "2026-12-01", Provisional)]
    #[case::nothing_yet(0, 0, "2026-11-22", Pending)]
    #[case::nothing_and_over(0, 0, "2026-11-23", Missed)]
    fn a_full_week(
        #[case] verified: u32,
        #[case] provisional: u32,
        #[case] today: &str,
        #[case] status: ObligationStatus,
    ) {
        assert_eq!(judge(1, ALWAYS, facts(verified, provisional, today)), Obligation { required: 1, status });
    }

    #[rstest]
    #[case::from_monday("2026-11-16", None, 1, 1)]
    #[case::from_thursday("2026-11-19", None, 1, 1)]
    #[case::from_friday("2026-11-20", None, 1, 0)]
    #[case::until_wednesday("2026-01-01", Some("2026-11-18"), 1, 0)]
    #[case::until_thursday("2026-01-01", Some("2026-11-19"), 1, 1)]
    #[case::before("2026-01-01", Some("2026-11-15"), 1, 0)]
    #[case::after("2026-11-23", None, 1, 0)]
    #[case::two_a_week_from_friday("2026-11-20", None, 2, 1)]
    fn a_part_of_a_week_owes_its_share(
        #[case] from: &str,
        #[case] to: Option<&str>,
        #[case] weekly: u32,
        #[case] required: u32,
    ) {
        let tenure = Tenure { from: date(from), to: to.map(date) };
        assert_eq!(judge(weekly, tenure, facts(0, 0, "2026-12-01")).required, required);
    }

    #[test]
    fn nothing_is_owed_before_there_is_a_site() {
        let mut facts = facts(0, 0, "2026-12-01");
        facts.site_since = None;
        assert_eq!(judge(1, ALWAYS, facts).status, Excused);
        facts.site_since = Some(date("2026-11-23"));
        assert_eq!(judge(1, ALWAYS, facts).status, Excused);
        facts.site_since = Some(date("2026-11-16"));
        assert_eq!(judge(1, ALWAYS, facts).status, Missed);
    }

    #[rstest]
    #[case::before_the_week("2026-01-01", None, 7)]
    #[case::site_from_thursday("2026-11-19", None, 4)]
    #[case::site_from_sunday("2026-11-22", None, 1)]
    #[case::closed_before_the_week("2026-01-01", Some("2026-11-15"), 0)]
    #[case::closed_on_monday("2026-01-01", Some("2026-11-16"), 1)]
    #[case::closed_on_thursday("2026-01-01", Some("2026-11-19"), 4)]
    #[case::closed_on_sunday("2026-01-01", Some("2026-11-22"), 7)]
    #[case::closed_after_the_week("2026-01-01", Some("2026-11-23"), 7)]
    #[case::closed_before_it_had_a_site("2026-11-20", Some("2026-11-18"), 0)]
    #[case::both_in_the_week("2026-11-17", Some("2026-11-19"), 3)]
    fn only_days_with_a_site_of_an_open_project_count(
        #[case] site: &str,
        #[case] closed: Option<&str>,
        #[case] days: u32,
    ) {
        let facts =
            WeekFacts { site_since: Some(date(site)), closed_on: closed.map(date), ..facts(0, 0, "2026-12-01") };
        // Seven a week is one a day.
        assert_eq!(judge(7, ALWAYS, facts).required, days);
        let share = if days >= 4 { (1, Missed) } else { (0, Excused) };
        let owed = judge(1, ALWAYS, facts);
        assert_eq!((owed.required, owed.status), share);
    }

    fn rank(status: ObligationStatus) -> u8 {
        match status {
            Missed => 0,
            Pending => 1,
            Provisional => 2,
            Met | Excused => 3,
        }
    }

    proptest! {
        #[test]
        fn another_visit_never_makes_it_worse(weekly in 0u32..8, verified in 0u32..8, provisional in 0u32..8, over: bool) {
            let today = if over { "2026-12-01" } else { "2026-11-17" };
            let now = rank(judge(weekly, ALWAYS, facts(verified, provisional, today)).status);
            prop_assert!(rank(judge(weekly, ALWAYS, facts(verified + 1, provisional, today)).status) >= now);
            prop_assert!(rank(judge(weekly, ALWAYS, facts(verified, provisional + 1, today)).status) >= now);
        }

        #[test]
        fn the_shares_of_two_successors_are_about_one_week(weekly in 0u32..8, day in 1u64..7) {
            let monday = date("2026-11-16");
            let first = Tenure { from: NaiveDate::MIN, to: Some(monday + chrono::Days::new(day - 1)) };
            let second = Tenure { from: monday + chrono::Days::new(day), to: None };
            let facts = facts(0, 0, "2026-12-01");
            let sum = judge(weekly, first, facts).required + judge(weekly, second, facts).required;
            prop_assert!(sum.abs_diff(weekly) <= 1);
        }
    }
}
