//! When a photo was taken, as its camera wrote it down.

use std::ops::RangeInclusive;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// How far a camera's clock and the satellites' may differ before they are taken for clocks of different zones: zones
/// that are less apart are not told from a position that was an hour old.
const ONE_ZONE: TimeDelta = TimeDelta::hours(1);

/// The widest a zone is from UTC, to the west and to the east.
const ZONES: RangeInclusive<TimeDelta> = TimeDelta::hours(-12)..=TimeDelta::hours(14);

/// When a photo was taken, by the clock of the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenAt {
    /// Date and time on the wall.
    pub local: NaiveDateTime,
    /// Offset from UTC, where the camera wrote one.
    pub offset: Option<FixedOffset>,
    /// When satellites gave the position, where the camera wrote that: by their clock, in UTC.
    pub satellites: Option<DateTime<Utc>>,
}

impl TakenAt {
    /// What a camera's clock said, beside what satellites said; their time alone where the camera wrote none.
    pub fn with_satellites(camera: Option<Self>, satellites: Option<DateTime<Utc>>) -> Option<Self> {
        let by_satellites = |time: DateTime<Utc>| Self { local: time.naive_utc(), offset: Some(Utc.fix()), satellites };
        camera.map(|camera| Self { satellites, ..camera }).or_else(|| satellites.map(by_satellites))
    }

    /// The instant meant: by the written offset. Without one in `zone`, or where the satellites' time shows that the
    /// camera's clock is of another zone, by that. Where `zone`'s clocks showed this time twice, the one nearer to
    /// `around`; where they skipped it, by the offset in force at `around`. `None` beyond the years that can be reckoned
    /// with.
    pub fn instant(self, zone: Tz, around: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let at = |offset: FixedOffset| offset.from_local_datetime(&self.local).single().map(|time| time.to_utc());
        if let Some(offset) = self.offset {
            return at(offset);
        }
        let candidates = zone.from_local_datetime(&self.local);
        let in_zone = [candidates.earliest(), candidates.latest()]
            .into_iter()
            .flatten()
            .map(|time| time.to_utc())
            .min_by_key(|time| (*time - around).abs())
            .or_else(|| at(around.with_timezone(&zone).offset().fix()));
        self.by_satellites(in_zone).and_then(at).or(in_zone)
    }

    /// The camera's own offset by what the satellites' clock showed, to the quarter of an hour that zones go by; none
    /// where that is the zone the photo is read in, or no zone at all: then the position was an old one.
    fn by_satellites(self, in_zone: Option<DateTime<Utc>>) -> Option<FixedOffset> {
        const QUARTER_S: i64 = 900;
        let satellites = self.satellites?;
        let ahead = self.local.signed_duration_since(satellites.naive_utc());
        let same_zone = in_zone.is_some_and(|time| (time - satellites).abs() < ONE_ZONE);
        if same_zone || !ZONES.contains(&ahead) {
            return None;
        }
        let quarters = (ahead.num_seconds() + QUARTER_S / 2).div_euclid(QUARTER_S);
        FixedOffset::east_opt(i32::try_from(quarters * QUARTER_S).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{Asia::Shanghai, Europe::Berlin};
    use rstest::rstest;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn taken(local: &str, offset_hours: Option<i32>) -> TakenAt {
        let offset = offset_hours.map(|hours| FixedOffset::east_opt(hours * 3600).unwrap());
        TakenAt { local: local.parse().unwrap(), offset, satellites: None }
    }

    #[test]
    fn clocks_that_go_back_or_forward_are_read_in_the_honests_favour() {
        // 25 October 2026, 02:30 in Berlin: first 00:30 UTC, then 01:30 UTC.
        for around in ["2026-10-25T00:31:00Z", "2026-10-25T01:31:00Z"].map(utc) {
            let instant = taken("2026-10-25T02:30:00", None).instant(Berlin, around).unwrap();
            assert_eq!(around - instant, TimeDelta::minutes(1));
        }
        // 29 March 2026, 02:30 did not exist; a camera that was not set forward yet shows it at 01:30 UTC.
        let instant = taken("2026-03-29T02:30:00", None).instant(Berlin, utc("2026-03-29T00:59:00Z"));
        assert_eq!(instant, Some(utc("2026-03-29T01:30:00Z")));
        let last = TakenAt { local: NaiveDateTime::MAX, offset: None, satellites: None };
        assert!(last.instant(Shanghai, utc("2026-01-01T00:00:00Z")).is_some());
    }
    /// A camera in UTC, in Japan, in Nepal; one whose position was forty minutes old; one whose position was yesterday's.
    #[rstest]
    #[case::of_the_zone("2026-11-22T07:05:09", "2026-11-21T23:05:08Z", "2026-11-21T23:05:09Z")]
    #[case::in_utc("2026-11-21T23:05:09", "2026-11-21T23:05:08Z", "2026-11-21T23:05:09Z")]
    #[case::in_japan("2026-11-22T08:05:09", "2026-11-21T23:04:40Z", "2026-11-21T23:05:09Z")]
    #[case::in_nepal("2026-11-22T04:50:09", "2026-11-21T23:05:08Z", "2026-11-21T23:05:09Z")]
    #[case::in_new_york("2026-11-21T18:05:09", "2026-11-21T23:05:08Z", "2026-11-21T23:05:09Z")]
    #[case::old_fix("2026-11-22T07:05:09", "2026-11-21T22:25:08Z", "2026-11-21T23:05:09Z")]
    #[case::yesterdays_fix("2026-11-22T07:05:09", "2026-11-20T23:05:08Z", "2026-11-21T23:05:09Z")]
    #[case::the_clock_agrees_and_the_satellites_do_not(
        "2026-11-22T07:05:09",
        "2026-11-22T07:05:08Z",
        "2026-11-22T07:05:09Z"
    )]
    fn satellites_tell_which_zone_a_clock_without_one_is_of(
        #[case] local: &str,
        #[case] satellites: &str,
        #[case] meant: &str,
    ) {
        let taken = TakenAt { satellites: Some(utc(satellites)), ..taken(local, None) };
        assert_eq!(taken.instant(Shanghai, utc("2026-11-21T23:06:00Z")), Some(utc(meant)));
        let told = TakenAt { offset: FixedOffset::east_opt(8 * 3600), ..taken };
        assert_eq!(told.instant(Shanghai, utc(meant)), taken_at_eight(local));
    }

    fn taken_at_eight(local: &str) -> Option<DateTime<Utc>> {
        taken(local, Some(8)).instant(Berlin, utc("2026-11-21T23:06:00Z"))
    }

    #[test]
    fn satellites_stand_in_for_a_clock_that_was_never_set() {
        let satellites = utc("2026-11-21T23:05:08Z");
        let taken = TakenAt::with_satellites(None, Some(satellites)).unwrap();
        assert_eq!(taken.instant(Shanghai, utc("2026-11-21T12:00:00Z")), Some(satellites));
        assert_eq!(TakenAt::with_satellites(None, None), None);
    }
}
