//! Compares what a device says it signed with the check-in that arrived, member by member, however it is written.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Member, Members, SignedCheckIn, SignedFix};

/// Degrees and metres that only rounding makes differ: half a metre of either.
const ROUNDED_DEGREES: f64 = 5e-6;
const ROUNDED_METRES: f64 = 0.5;

/// How a text stands to a check-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    /// What says one thing here and another there.
    pub(super) differing: Members,
    /// What one of the two does not say, or says in a way that can't be read.
    pub(super) unclear: Members,
}

/// Two values, or that they can't be compared.
enum Compared {
    Same,
    Differing,
    Unclear,
}

impl From<Option<bool>> for Compared {
    fn from(same: Option<bool>) -> Self {
        match same {
            Some(true) => Self::Same,
            Some(false) => Self::Differing,
            None => Self::Unclear,
        }
    }
}

/// Compares a text that was signed with what arrived.
pub(super) fn compare(check_in: &SignedCheckIn, text: &str) -> Comparison {
    let mut found = Comparison::default();
    let Ok(Value::Object(signed)) = serde_json::from_str(text) else {
        return Comparison { unclear: Members::of([Member::Id]), ..found };
    };
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    let members: [(Member, Option<Value>, Same); 8] = [
        (Member::Id, Some(check_in.id.as_str().into()), same_uuid),
        (Member::ProjectId, Some(check_in.project_id.as_str().into()), same_uuid),
        (Member::CapturedAt, Some(check_in.captured_at.as_str().into()), same_time),
        (Member::Note, (!check_in.note.is_empty()).then(|| check_in.note.as_str().into()), same_text),
        (Member::Challenge, text(&check_in.challenge), same_text),
        (Member::BootId, text(&check_in.boot_id), same_text),
        (Member::CapturedUptimeMs, check_in.captured_uptime_ms.map(Value::from), same_milliseconds),
        (Member::DeveloperMode, check_in.developer_mode.map(Value::from), same_flag),
    ];
    for (member, arrived, same) in members {
        found.note(member, &compared(arrived.as_ref(), signed.get(member.name()), same));
    }
    found.note(Member::Photos, &photos(&check_in.photos, signed.get("photos")));
    found.fixes(&check_in.fixes, signed.get("fixes"));
    found
}

type Same = fn(&Value, &Value) -> Option<bool>;

impl Comparison {
    fn note(&mut self, member: Member, compared: &Compared) {
        match compared {
            Compared::Same => {}
            Compared::Differing => self.differing.insert(member),
            Compared::Unclear => self.unclear.insert(member),
        }
    }

    fn fixes(&mut self, arrived: &[SignedFix], signed: Option<&Value>) {
        let signed = match signed.filter(|signed| !signed.is_null()) {
            None => &Vec::new(),
            Some(Value::Array(fixes)) => fixes,
            Some(_) => return self.unclear.insert(Member::Fixes),
        };
        if signed.len() != arrived.len() {
            self.unclear.insert(Member::Fixes);
        }
        for (arrived, signed) in arrived.iter().zip(signed) {
            match signed {
                Value::Object(signed) => self.fix(arrived, signed),
                _ => self.unclear.insert(Member::Fixes),
            }
        }
    }

    fn fix(&mut self, arrived: &SignedFix, signed: &Map<String, Value>) {
        let members: [(Member, Option<Value>, Same); 6] = [
            (Member::Latitude, Some(arrived.latitude.into()), same_degrees),
            (Member::Longitude, Some(arrived.longitude.into()), same_degrees),
            (Member::Datum, Some(arrived.datum.as_str().into()), same_datum),
            (Member::AccuracyMeters, Some(arrived.accuracy_meters.into()), same_metres),
            (Member::FixedAt, Some(arrived.fixed_at.as_str().into()), same_time),
            (Member::Mocked, arrived.mocked.map(Value::from), same_flag),
        ];
        for (member, arrived, same) in members {
            self.note(member, &compared(arrived.as_ref(), signed.get(member.name()), same));
        }
    }
}

/// Nothing is as good as null or an empty text.
fn compared(arrived: Option<&Value>, signed: Option<&Value>, same: Same) -> Compared {
    let signed = signed.filter(|signed| !signed.is_null() && signed.as_str() != Some(""));
    match (arrived, signed) {
        (None, None) => Compared::Same,
        (Some(arrived), Some(signed)) => same(arrived, signed).into(),
        _ => Compared::Unclear,
    }
}

/// The same digests, in whatever order.
fn photos(arrived: &[String], signed: Option<&Value>) -> Compared {
    let signed = match signed.filter(|signed| !signed.is_null()) {
        None => &Vec::new(),
        Some(Value::Array(photos)) => photos,
        Some(_) => return Compared::Unclear,
    };
    let digest = |photo: &Value| Some(photo.as_str()?.to_ascii_lowercase());
    let Some(mut signed) = signed.iter().map(digest).collect::<Option<Vec<_>>>() else { return Compared::Unclear };
    let mut arrived = arrived.to_vec();
    signed.sort_unstable();
    arrived.sort_unstable();
    match signed.len() == arrived.len() {
        true if signed == arrived => Compared::Same,
        true if signed.iter().all(|digest| digest.len() == 64) => Compared::Differing,
        _ => Compared::Unclear,
    }
}

fn same_text(arrived: &Value, signed: &Value) -> Option<bool> {
    Some(arrived.as_str()? == signed.as_str()?)
}

fn same_flag(arrived: &Value, signed: &Value) -> Option<bool> {
    Some(arrived.as_bool()? == signed.as_bool()?)
}

/// As a UUID, however written, or as a global id: a byte, and then the UUID.
fn same_uuid(arrived: &Value, signed: &Value) -> Option<bool> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let read = |text: &str| {
        let global = || URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        Uuid::try_parse(text).ok().or_else(|| Uuid::from_slice(global()?.get(1..)?).ok())
    };
    Some(read(arrived.as_str()?)? == read(signed.as_str()?)?)
}

/// To the precision it was signed with, a second at most.
fn same_time(arrived: &Value, signed: &Value) -> Option<bool> {
    let arrived: DateTime<Utc> = arrived.as_str()?.parse().ok()?;
    let written = signed.as_str()?;
    let forms = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"];
    let read = DateTime::parse_from_rfc3339(written).ok();
    let read = read.or_else(|| forms.iter().find_map(|form| DateTime::parse_from_str(written, form).ok()))?;
    let digits = written.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let precision = match digits {
        0 => 1.0,
        1 => 0.1,
        2 => 0.01,
        _ => 0.001,
    };
    Some((read.to_utc() - arrived).as_seconds_f64().abs() < precision)
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn near(arrived: &Value, signed: &Value, rounding: f64) -> Option<bool> {
    let (arrived, signed) = (number(arrived)?, number(signed)?);
    Some((arrived - signed).abs() <= rounding)
}

fn same_degrees(arrived: &Value, signed: &Value) -> Option<bool> {
    near(arrived, signed, ROUNDED_DEGREES)
}

fn same_metres(arrived: &Value, signed: &Value) -> Option<bool> {
    near(arrived, signed, ROUNDED_METRES)
}

fn same_milliseconds(arrived: &Value, signed: &Value) -> Option<bool> {
    near(arrived, signed, 1.0)
}

fn same_datum(arrived: &Value, signed: &Value) -> Option<bool> {
    let read = |text: &str| text.to_ascii_uppercase().replace(['-', '_', ' '], "");
    Some(read(arrived.as_str()?) == read(signed.as_str()?))
}
