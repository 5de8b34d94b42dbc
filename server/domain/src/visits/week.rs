//! ISO 8601 weeks, and the local day an instant falls on.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// An ISO 8601 week such as `2026-W47`: Monday to Sunday, in the year that holds its Thursday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IsoWeek {
    year: i32,
    week: u32,
}

/// Why a text is not an ISO week.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("an ISO week looks like 2026-W47, with weeks 01 to 52 or 53")]
pub struct WeekError;

impl IsoWeek {
    /// The week with this number, if the year has it. Years 1 to 9999.
    pub fn new(year: i32, week: u32) -> Result<Self, WeekError> {
        if !(1..=9999).contains(&year) {
            return Err(WeekError);
        }
        NaiveDate::from_isoywd_opt(year, week, Weekday::Mon).map(|_| Self { year, week }).ok_or(WeekError)
    }

    /// The week a day is in.
    pub fn of(date: NaiveDate) -> Self {
        let week = date.iso_week();
        Self { year: week.year(), week: week.week() }
    }

    /// ISO week-numbering year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// Number of the week, 1 to 53.
    pub fn week(self) -> u32 {
        self.week
    }

    /// Its Monday.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_isoywd_opt(self.year, self.week, Weekday::Mon).unwrap_or(NaiveDate::MIN)
    }

    /// Its Sunday.
    pub fn last_day(self) -> NaiveDate {
        self.first_day() + Days::new(6)
    }

    /// The week after it.
    pub fn next(self) -> Self {
        Self::of(self.first_day() + Days::new(7))
    }

    /// All weeks from `self` to `last`, both included; none if `last` is earlier.
    pub fn up_to(self, last: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |week| Some(week.next())).take_while(move |week| *week <= last)
    }
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.week)
    }
}

impl FromStr for IsoWeek {
    type Err = WeekError;

    fn from_str(text: &str) -> Result<Self, WeekError> {
        let (year, week) = text.split_once("-W").ok_or(WeekError)?;
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(week, 2) {
            return Err(WeekError);
        }
        Self::new(year.parse().map_err(|_| WeekError)?, week.parse().map_err(|_| WeekError)?)
    }
}

/// The moment a day begins in a time zone. Where midnight is skipped, the day begins later.
pub fn day_begins_in(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN);
    let at = |hours| zone.from_local_datetime(&(midnight + TimeDelta::hours(hours))).earliest();
    (0..24).find_map(at).map_or(midnight.and_utc(), |moment| moment.to_utc())
}

/// The day an instant falls on in a time zone.
pub fn local_date(instant: DateTime<Utc>, zone: Tz) -> NaiveDate {
    instant.with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("2026-11-22", "2026-W47")]
    #[case("2026-11-23", "2026-W48")]
    #[case("2026-01-01", "2026-W01")]
    #[case("2027-01-01", "2026-W53")]
    #[case("2024-12-30", "2025-W01")]
    #[case("2021-01-03", "2020-W53")]
    fn weeks_at_the_edges_of_years(#[case] day: &str, #[case] week: &str) {
        assert_eq!(IsoWeek::of(date(day)).to_string(), week);
    }

    #[rstest]
    #[case("2025-W53")]
    #[case("2026-W54")]
    #[case("2026-W00")]
    #[case("2026-47")]
    #[case("2026-W7")]
    #[case("+026-W07")]
    #[case("0000-W01")]
    #[case("")]
    fn texts_that_are_no_week(#[case] text: &str) {
        assert_eq!(IsoWeek::from_str(text), Err(WeekError));
    }

    #[test]
    fn a_shanghai_day_begins_at_sixteen_hours_utc() {
        let zone = chrono_tz::Asia::Shanghai;
        assert_eq!(local_date("2026-11-22T15:59:59Z".parse().unwrap(), zone), date("2026-11-22"));
        assert_eq!(local_date("2026-11-22T16:00:00Z".parse().unwrap(), zone), date("2026-11-23"));
    }

    #[rstest]
    #[case::shanghai(chrono_tz::Asia::Shanghai, "2026-11-15T16:00:00Z")]
    #[case::auckland(chrono_tz::Pacific::Auckland, "2026-11-15T11:00:00Z")]
    #[case::honolulu(chrono_tz::Pacific::Honolulu, "2026-11-16T10:00:00Z")]
    fn a_week_begins_at_its_own_midnight(#[case] zone: Tz, #[case] moment: &str) {
        assert_eq!(
            day_begins_in(IsoWeek::of(date("2026-11-18")).first_day(), zone).to_rfc3339(),
            moment.replace('Z', "+00:00")
        );
    }

    #[test]
    fn a_week_without_its_first_midnight_begins_when_the_clock_was_put_forward() {
        // Damascus put its clocks forward at midnight on the last Monday of March.
        let (monday, zone) = (date("1997-03-31"), chrono_tz::Asia::Damascus);
        let begins = day_begins_in(IsoWeek::of(monday).first_day(), zone);
        assert_eq!(begins.with_timezone(&zone).to_rfc3339(), "1997-03-31T01:00:00+03:00");
        assert_eq!(local_date(begins - TimeDelta::seconds(1), zone), date("1997-03-30"));
    }

    proptest! {
        #[test]
        fn every_day_is_in_its_week(days in 0i64..3_000_000) {
            let day = NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).unwrap() + 366).unwrap();
            let week = IsoWeek::of(day);
            prop_assert!(week.first_day() <= day && day <= week.last_day());
            prop_assert_eq!(week.first_day().weekday(), Weekday::Mon);
            prop_assert_eq!(IsoWeek::of(week.last_day() + Days::new(1)), week.next());
            prop_assert_eq!(week.to_string().parse::<IsoWeek>().unwrap(), week);
        }

        #[test]
        fn a_range_has_every_week_once(start in 0u64..5000, length in 0u64..500) {
            let from = IsoWeek::of(date("1990-01-01") + Days::new(start * 7));
            let to = IsoWeek::of(from.first_day() + Days::new(length * 7));
            let weeks: Vec<_> = from.up_to(to).collect();
            prop_assert_eq!(weeks.len() as u64, length + 1);
            prop_assert!(weeks.windows(2).all(|pair| pair[0].next() == pair[1]));
        }
    }
}
