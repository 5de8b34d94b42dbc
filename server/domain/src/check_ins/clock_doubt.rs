//! Whether a server's clock can be right, by what else it knows of the time.
//!
//! Everybody is judged by the server's clock: when a check-in was received, how wrong the phone's clock is, which week
//! counts. Nothing here sets it right; it says that it is wrong, before anybody is judged by it.

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use messages::{Language, Message, message};

/// Clocks of servers that are kept by NTP differ by milliseconds; what takes ten seconds is no network.
pub const SERVERS_APART: TimeDelta = TimeDelta::seconds(10);
/// So far behind what is on record a clock is not looked at twice: like a machine without a battery, it is years behind as
/// a rule. Days, because a clock that was ahead for some and is right again must not keep the server from starting.
const ABSURD: TimeDelta = TimeDelta::days(7);

/// What a server knows about the time beside its own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witnesses {
    /// When this program was built: it runs later.
    pub built_at: DateTime<Utc>,
    /// The time of the newest record: it was made earlier.
    pub newest_record: Option<DateTime<Utc>>,
    /// How far the clock is ahead of the database's, if that has one of its own, at least: what the way there took is
    /// left out.
    pub ahead_of_database: Option<TimeDelta>,
}

/// Why a clock can't be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It says that this program is not built yet.
    BeforeBuild {
        /// When it was built.
        built_at: DateTime<Utc>,
    },
    /// It says that the newest record is yet to be made.
    BehindRecords {
        /// How far.
        by: TimeDelta,
        /// What is recorded there.
        newest: DateTime<Utc>,
    },
    /// The database says something else.
    OffDatabase {
        /// How far the server's clock is ahead; negative, if it is behind.
        ahead: TimeDelta,
    },
}

/// Why a clock that says `now` can't be right.
pub fn doubts(now: DateTime<Utc>, witnesses: &Witnesses) -> Vec<Doubt> {
    let built_at = witnesses.built_at;
    let build = (now < built_at).then_some(Doubt::BeforeBuild { built_at });
    let records = witnesses.newest_record.and_then(|newest| {
        let by = newest - now;
        (by > SERVERS_APART).then_some(Doubt::BehindRecords { by, newest })
    });
    let database = witnesses.ahead_of_database.filter(|ahead| ahead.abs() > SERVERS_APART);
    build.into_iter().chain(records).chain(database.map(|ahead| Doubt::OffDatabase { ahead })).collect()
}

impl Doubt {
    /// Whether nobody can be judged by such a clock.
    pub fn is_absurd(&self) -> bool {
        match self {
            Self::BeforeBuild { .. } => true,
            Self::BehindRecords { by, .. } => *by > ABSURD,
            // Which of the two is wrong nobody knows.
            Self::OffDatabase { .. } => false,
        }
    }

    /// What is told of it.
    pub fn message(&self) -> Message {
        let told = |time: &DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        match self {
            Self::BeforeBuild { built_at } => message!(ClockBeforeBuild { built: told(built_at) }),
            Self::BehindRecords { by, newest } => {
                message!(ClockBehindRecords { seconds: by.num_seconds(), newest: told(newest) })
            }
            Self::OffDatabase { ahead } => {
                let (seconds, behind) = (ahead.num_seconds().abs(), *ahead < TimeDelta::zero());
                message!(ClockOffDatabase { seconds, behind })
            }
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

/// What several doubts come to, in one line; none if there are none.
pub fn message(doubts: &[Doubt]) -> Option<Message> {
    doubts.iter().map(Doubt::message).reduce(|first, next| message!(ClockDoubts { first, next }))
}

/// The same in English.
pub fn told(doubts: &[Doubt]) -> String {
    message(doubts).map(|message| message.said(Language::En)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn witnesses(newest_record: Option<&str>, ahead_seconds: Option<i64>) -> Witnesses {
        Witnesses {
            built_at: at("2026-11-01T00:00:00Z"),
            newest_record: newest_record.map(at),
            ahead_of_database: ahead_seconds.map(TimeDelta::seconds),
        }
    }

    #[rstest]
    #[case::right("2026-11-18T02:00:00Z", Some("2026-11-18T01:59:59Z"), Some(0), "", false)]
    #[case::nothing_known("2026-11-18T02:00:00Z", None, None, "", false)]
    #[case::servers_differ("2026-11-18T02:00:00Z", Some("2026-11-18T02:00:10Z"), Some(-10), "", false)]
    #[case::no_battery(
        "1970-01-01T00:01:00Z",
        None,
        None,
        "it is before this program was built, 2026-11-01T00:00:00Z",
        true
    )]
    #[case::a_minute_behind(
        "2026-11-18T02:00:00Z",
        Some("2026-11-18T02:01:00Z"),
        None,
        "it is 60 s behind the newest record, of 2026-11-18T02:01:00Z",
        false
    )]
    #[case::days_behind(
        "2026-11-18T02:00:00Z",
        Some("2026-11-25T02:00:00Z"),
        None,
        "it is 604800 s behind the newest record, of 2026-11-25T02:00:00Z",
        false
    )]
    #[case::more_than_a_week_behind(
        "2026-11-18T02:00:00Z",
        Some("2026-11-25T02:00:01Z"),
        None,
        "it is 604801 s behind the newest record, of 2026-11-25T02:00:01Z",
        true
    )]
    #[case::ahead("2026-11-18T02:00:00Z", None, Some(259_200), "it is 259200 s ahead of the database's clock", false)]
    #[case::behind_both("2026-11-18T02:00:00Z", Some("2026-11-18T02:00:20Z"), Some(-11),
        "it is 20 s behind the newest record, of 2026-11-18T02:00:20Z; it is 11 s behind the database's clock", false)]
    fn what_can_not_be_is_said(
        #[case] now: &str,
        #[case] newest: Option<&str>,
        #[case] ahead: Option<i64>,
        #[case] said: &str,
        #[case] absurd: bool,
    ) {
        let doubts = doubts(at(now), &witnesses(newest, ahead));
        assert_eq!(told(&doubts), said);
        assert_eq!(doubts.iter().any(Doubt::is_absurd), absurd);
    }

    proptest! {
        #[test]
        fn a_clock_that_goes_on_is_doubted_no_more(now in 0_i64..4_000_000_000, later in 0_i64..4_000_000_000) {
            let seconds = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
            let known = witnesses(Some("2026-11-18T02:00:00Z"), None);
            let (before, after) = (doubts(seconds(now), &known), doubts(seconds(now + later), &known));
            prop_assert!(after.len() <= before.len());
        }
    }
}
