//! Other ways to write the same check-in: a phone that wrote it otherwise than RFC 8785 asks did not forge it.
//!
//! Each of these texts says what the canonical one says and nothing else (but for fractions of a second), so a
//! signature over any of them is one over the check-in.

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

use super::{SignedCheckIn, SignedFix};
use crate::canonical_json::canonical;

/// Texts that are tried at most: so many verifications does a signature take that fits none.
const MOST_TEXTS: usize = 160;

/// 8 or 8.0.
#[derive(Clone, Copy)]
enum Numbers {
    Shortest,
    WithFraction,
}
const NUMBERS: [Numbers; 2] = [Numbers::Shortest, Numbers::WithFraction];

/// Whether what has no value is written, and an empty note, and empty lists.
#[derive(Clone, Copy, PartialEq)]
enum Members {
    AbsentLeftOut,
    AbsentAsNull,
    EmptyNoteLeftOut,
    AllEmptyLeftOut,
}
const MEMBERS: [Members; 4] =
    [Members::AbsentLeftOut, Members::AbsentAsNull, Members::EmptyNoteLeftOut, Members::AllEmptyLeftOut];

/// White space and escapes.
#[derive(Clone, Copy)]
struct Text {
    /// What follows a comma and a colon.
    space: &'static str,
    ascii: bool,
    slashes: bool,
}
const TEXTS: [Text; 5] = [
    Text { space: "", ascii: false, slashes: false },
    Text { space: " ", ascii: true, slashes: false },
    Text { space: " ", ascii: false, slashes: false },
    Text { space: "", ascii: true, slashes: false },
    Text { space: "", ascii: false, slashes: true },
];

/// Digits of a second's fraction; left out where they are zero, or not.
#[derive(Clone, Copy)]
enum Fraction {
    Milliseconds,
    Needed,
    None,
    Microseconds,
    NeededMicroseconds,
}
const FRACTIONS: [Fraction; 5] =
    [Fraction::Milliseconds, Fraction::Needed, Fraction::None, Fraction::Microseconds, Fraction::NeededMicroseconds];

/// How UTC is told; or the time where the plan runs.
#[derive(Clone, Copy)]
enum Zone {
    Zulu,
    ZeroOffset,
    EightHours,
}
const ZONES: [Zone; 3] = [Zone::Zulu, Zone::ZeroOffset, Zone::EightHours];

/// How a check-in is written.
#[derive(Clone, Copy)]
struct Style {
    numbers: Numbers,
    members: Members,
    text: Text,
    fraction: Fraction,
    zone: Zone,
}

/// Other texts than the canonical one, each once, the likeliest first: those that differ from it in few ways.
pub(super) fn spellings(check_in: &SignedCheckIn) -> Vec<String> {
    let ways = [NUMBERS.len(), MEMBERS.len(), TEXTS.len(), FRACTIONS.len(), ZONES.len()];
    let mut choices: Vec<[usize; 5]> = vec![[0; 5]];
    for (place, ways) in ways.into_iter().enumerate() {
        let chosen = |choice: [usize; 5], way| {
            let mut choice = choice;
            choice[place] = way;
            choice
        };
        choices = choices.iter().flat_map(|choice| (0..ways).map(move |way| chosen(*choice, way))).collect();
    }
    choices.sort_by_key(|choice| (choice.iter().filter(|way| **way > 0).count(), choice.iter().sum::<usize>()));
    let mut seen: HashSet<String> = HashSet::new();
    let texts = choices.into_iter().map(|[numbers, members, text, fraction, zone]| {
        let style = Style {
            numbers: NUMBERS[numbers],
            members: MEMBERS[members],
            text: TEXTS[text],
            fraction: FRACTIONS[fraction],
            zone: ZONES[zone],
        };
        style.check_in(check_in)
    });
    texts.filter(|text| seen.insert(text.clone())).take(MOST_TEXTS).collect()
}

impl Style {
    fn check_in(self, check_in: &SignedCheckIn) -> String {
        let fixes: Vec<String> = check_in.fixes.iter().map(|fix| self.fix(fix)).collect();
        let photos: Vec<String> = check_in.photos.iter().map(|photo| self.string(photo)).collect();
        let keep_note = !matches!(self.members, Members::EmptyNoteLeftOut | Members::AllEmptyLeftOut);
        let keep_lists = self.members != Members::AllEmptyLeftOut;
        let list = |items: Vec<String>| (keep_lists || !items.is_empty()).then(|| self.list(&items));
        let note = (keep_note || !check_in.note.is_empty()).then(|| self.string(&check_in.note));
        let text = |value: &Option<String>| self.optional(value.as_ref().map(|value| self.string(value)));
        self.object([
            ("bootId", text(&check_in.boot_id)),
            ("capturedAt", Some(self.time(&check_in.captured_at))),
            ("capturedUptimeMs", self.optional(check_in.captured_uptime_ms.map(|uptime| uptime.to_string()))),
            ("challenge", text(&check_in.challenge)),
            ("developerMode", self.optional(check_in.developer_mode.map(|on| on.to_string()))),
            ("fixes", list(fixes)),
            ("id", Some(self.string(&check_in.id))),
            ("note", note),
            ("photos", list(photos)),
            ("projectId", Some(self.string(&check_in.project_id))),
        ])
    }

    fn fix(self, fix: &SignedFix) -> String {
        self.object([
            ("accuracyMeters", Some(self.number(fix.accuracy_meters))),
            ("datum", Some(self.string(fix.datum.as_str()))),
            ("fixedAt", Some(self.time(&fix.fixed_at))),
            ("latitude", Some(self.number(fix.latitude))),
            ("longitude", Some(self.number(fix.longitude))),
            ("mocked", self.optional(fix.mocked.map(|mocked| mocked.to_string()))),
        ])
    }

    fn object<const N: usize>(self, members: [(&str, Option<String>); N]) -> String {
        let space = self.text.space;
        let members = members.into_iter().filter_map(|(name, value)| Some(format!("\"{name}\":{space}{}", value?)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(&format!(",{space}")))
    }

    fn list(self, items: &[String]) -> String {
        format!("[{}]", items.join(&format!(",{}", self.text.space)))
    }

    fn optional(self, value: Option<String>) -> Option<String> {
        value.or_else(|| (self.members == Members::AbsentAsNull).then(|| "null".to_owned()))
    }

    fn number(self, number: f64) -> String {
        let written = match self.numbers {
            Numbers::Shortest => canonical(&number).map(|text| String::from_utf8_lossy(&text).into_owned()).ok(),
            Numbers::WithFraction => serde_json::to_string(&number).ok(),
        };
        written.unwrap_or_default()
    }

    fn string(self, text: &str) -> String {
        let mut written = serde_json::Value::from(text).to_string();
        if self.text.slashes {
            written = written.replace('/', "\\/");
        }
        if self.text.ascii && !written.is_ascii() {
            let mut units = [0; 2];
            let escaped = written.chars().map(|letter| {
                let escape = |unit: &u16| format!("\\u{unit:04x}");
                if letter.is_ascii() {
                    letter.to_string()
                } else {
                    letter.encode_utf16(&mut units).iter().map(escape).collect()
                }
            });
            written = escaped.collect();
        }
        written
    }

    fn time(self, canonical: &str) -> String {
        let Ok(time) = canonical.parse::<DateTime<Utc>>() else { return self.string(canonical) };
        let whole = time.timestamp_subsec_nanos() == 0;
        let digits = match self.fraction {
            Fraction::Milliseconds => SecondsFormat::Millis,
            Fraction::Needed => SecondsFormat::AutoSi,
            Fraction::None => SecondsFormat::Secs,
            Fraction::NeededMicroseconds if whole => SecondsFormat::Secs,
            Fraction::Microseconds | Fraction::NeededMicroseconds => SecondsFormat::Micros,
        };
        let written = match (self.zone, FixedOffset::east_opt(8 * 3600)) {
            (Zone::EightHours, Some(east)) => time.with_timezone(&east).to_rfc3339_opts(digits, false),
            (Zone::ZeroOffset, _) => time.to_rfc3339_opts(digits, false),
            _ => time.to_rfc3339_opts(digits, true),
        };
        self.string(&written)
    }
}
