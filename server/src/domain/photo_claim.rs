//! When a photo was taken, as its camera wrote it down.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// When a photo was taken, by the clock of the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenAt {
    /// Date and time on the wall.
    pub local: NaiveDateTime,
    /// Offset from UTC, where the camera wrote one.
    pub offset: Option<FixedOffset>,
}

impl TakenAt {
    /// The instant meant: by the written offset, or else in `zone`. Where that zone's clocks showed this time twice, the
    /// one nearer to `around`; where they skipped it, by the offset in force at `around`. `None` beyond the years that
    /// can be reckoned with.
    pub fn instant(self, zone: Tz, around: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let at = |offset: FixedOffset| offset.from_local_datetime(&self.local).single().map(|time| time.to_utc());
        if let Some(offset) = self.offset {
            return at(offset);
        }
        let candidates = zone.from_local_datetime(&self.local);
        [candidates.earliest(), candidates.latest()]
            .into_iter()
            .flatten()
            .map(|time| time.to_utc())
            .min_by_key(|time| (*time - around).abs())
            .or_else(|| at(around.with_timezone(&zone).offset().fix()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use chrono_tz::{Asia::Shanghai, Europe::Berlin};

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn taken(local: &str, offset_hours: Option<i32>) -> TakenAt {
        let offset = offset_hours.map(|hours| FixedOffset::east_opt(hours * 3600).unwrap());
        TakenAt { local: local.parse().unwrap(), offset }
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
        let last = TakenAt { local: NaiveDateTime::MAX, offset: None };
        assert!(last.instant(Shanghai, utc("2026-01-01T00:00:00Z")).is_some());
    }
}
