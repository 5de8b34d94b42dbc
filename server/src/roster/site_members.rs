//! Members of a site file that are no shape and no known property: what they say about the coordinate system, and
//! whether they may be meant for a property that is known.

use messages::message;
use serde_json::{Value, value::RawValue};
use unicode_normalization::UnicodeNormalization;

use super::site_problem::{SiteProblem, SiteProblemCode};

/// The properties that are read.
const KNOWN: [&str; 6] = ["project", "site", "datum", "toleranceMeters", "radiusMeters", "widthMeters"];

/// Other words for them, folded as [`plain`] does.
const OTHER_WORDS: [(&str, &str); 26] = [
    ("项目", "project"),
    ("项目名称", "project"),
    ("项目编号", "project"),
    ("项目序号", "project"),
    ("序号", "project"),
    ("现场", "site"),
    ("现场名称", "site"),
    ("施工现场", "site"),
    ("工地", "site"),
    ("工地名称", "site"),
    ("坐标系", "datum"),
    ("坐标系统", "datum"),
    ("基准", "datum"),
    ("coordinatesystem", "datum"),
    ("coordsys", "datum"),
    ("容差", "toleranceMeters"),
    ("误差", "toleranceMeters"),
    ("外扩", "toleranceMeters"),
    ("tol", "toleranceMeters"),
    ("buffer", "toleranceMeters"),
    ("buffermeters", "toleranceMeters"),
    ("bufferm", "toleranceMeters"),
    ("半径", "radiusMeters"),
    ("半径米", "radiusMeters"),
    ("宽度", "widthMeters"),
    ("宽度米", "widthMeters"),
];

/// What a property of that meaning begins with, however it goes on.
const BEGINNINGS: [(&str, &str); 4] =
    [("toleran", "toleranceMeters"), ("radius", "radiusMeters"), ("width", "widthMeters"), ("datum", "datum")];

/// What may follow `project` and `site` without changing what is meant.
const ENDINGS: [&str; 8] = ["", "s", "name", "id", "number", "no", "num", "code"];

/// The longest name of a member, and of a coordinate system, that is told; characters.
const TOLD: usize = 60;

/// Where members stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Collection,
    Feature,
    Geometry,
    Properties,
}

impl Place {
    /// The members that are known there; `crs` is looked at wherever it stands.
    const fn known(self) -> &'static [&'static str] {
        match self {
            Self::Collection => &["type", "features", "bbox", "name"],
            Self::Feature => &["type", "geometry", "properties", "bbox", "id"],
            Self::Geometry => &["type", "coordinates", "geometries", "bbox"],
            Self::Properties => &KNOWN,
        }
    }
}

/// What there is to say of some members.
#[derive(Debug, Default)]
pub(super) struct MemberReport {
    pub(super) problems: Vec<SiteProblem>,
    /// The names of those that mean nothing here.
    pub(super) ignored: Vec<String>,
}

/// Looks at all members of a place. A value is needed of `crs` only.
pub(super) fn look<'a>(place: Place, members: impl Iterator<Item = (&'a str, Option<Value>)>) -> MemberReport {
    let mut seen = MemberReport::default();
    for (key, value) in members.filter(|(key, _)| !place.known().contains(key)) {
        let name = shortened(key);
        if ["crs", "srs", "srid", "epsg"].contains(&plain(key).as_str()) {
            seen.problems.extend(value.as_ref().and_then(other_than_wgs84).map(|found| other_crs(&found)));
        } else if let Some(meant) = meant(key) {
            seen.problems.push(if place == Place::Properties {
                unknown(&name, meant)
            } else {
                misplaced(&name, meant)
            });
        } else {
            seen.ignored.push(name);
        }
    }
    seen
}

/// Whether a raw member is this text.
pub(super) fn is_text(raw: &RawValue, text: &str) -> bool {
    serde_json::from_str::<String>(raw.get()).is_ok_and(|read| read == text)
}

/// A raw member's value, if it is as small as what is looked at.
pub(super) fn value(raw: &RawValue) -> Option<Value> {
    const BYTES: usize = 10_000;
    let small = raw.get().len() <= BYTES;
    if small { serde_json::from_str(raw.get()).ok() } else { Some(Value::String(shortened(raw.get()))) }
}

/// The known property that a name may be meant for.
fn meant(key: &str) -> Option<&'static str> {
    let key = plain(key);
    let other_word = OTHER_WORDS.iter().find(|(word, _)| *word == key);
    let beginning = BEGINNINGS.iter().find(|(beginning, _)| key.starts_with(beginning));
    if let Some((_, known)) = other_word.or(beginning) {
        return Some(known);
    }
    let stem = |known: &&&str| key.strip_prefix(**known).is_some_and(|rest| ENDINGS.contains(&rest));
    if let Some(known) = ["project", "site"].iter().find(|known| stem(known)) {
        return Some(known);
    }
    // A slip of the pen or two; of a word as short as `site` that would be half of it.
    let slips = |known: &&str| strsim::osa_distance(&key, &known.to_lowercase());
    KNOWN
        .into_iter()
        .filter(|known| known.len() > 4 && slips(known) <= 2.min(key.chars().count() / 3))
        .min_by_key(slips)
}

/// Letters and digits only, in lower case and their plainest form.
fn plain(key: &str) -> String {
    key.chars().take(200).nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// The coordinate system a `crs` member names (GeoJSON of 2008, section 3), unless it is WGS-84 or none.
fn other_than_wgs84(member: &Value) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(format!("EPSG:{number}")),
        _ => None,
    };
    let named = match member {
        Value::Null => return None,
        Value::Object(object) => {
            let property = |name: &str| object.get("properties").and_then(|properties| properties.get(name));
            let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
            match kind.to_lowercase().as_str() {
                "name" => property("name").and_then(text),
                "epsg" => property("code")
                    .and_then(|code| code.as_str().map(|code| format!("EPSG:{code}")).or_else(|| text(code))),
                "link" => property("href").and_then(text),
                _ => None,
            }
        }
        plain => text(plain),
    };
    match named {
        Some(name) if is_wgs84(&name) => None,
        Some(name) => Some(shortened(&name)),
        None => Some(shortened(&member.to_string())),
    }
}

/// Whether a name means longitude and latitude in WGS-84, as URN, URL, code or in words.
fn is_wgs84(name: &str) -> bool {
    let name = name.trim().to_uppercase();
    let words: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    if ["WGS84", "WGS1984", "GCSWGS1984", "EPSG4326"].contains(&words.as_str()) {
        return true;
    }
    let mut parts = name.split([':', '/', '#']).filter(|part| !part.is_empty()).rev();
    match parts.next() {
        Some("CRS84" | "CRS84H") => true,
        // The second is the same with heights, which are left out.
        Some("4326" | "4979") => parts.any(|part| part == "EPSG" || part == "EPSG.XML"),
        _ => false,
    }
}

fn other_crs(found: &str) -> SiteProblem {
    let told = SiteProblem::file(SiteProblemCode::UnsupportedCrs, message!(SitesOtherCrs { found }));
    SiteProblem { property: Some("crs"), ..told }
}

fn unknown(name: &str, meant: &'static str) -> SiteProblem {
    let told = SiteProblem::file(SiteProblemCode::UnknownProperty, message!(SitesUnknownProperty { name, meant }));
    SiteProblem { property: Some(meant), ..told }
}

fn misplaced(name: &str, meant: &'static str) -> SiteProblem {
    let told = SiteProblem::file(SiteProblemCode::UnknownProperty, message!(SitesMisplacedProperty { name, meant }));
    SiteProblem { property: Some(meant), ..told }
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TOLD).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
