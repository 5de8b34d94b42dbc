//! A GeoJSON FeatureCollection of construction sites → checked drafts, one a feature.

use std::collections::{BTreeMap, HashMap};

use entity::values::Datum;
use messages::message;
use serde_json::value::RawValue;

use super::{
    site_feature::FeatureReader,
    site_members::{self, Place},
    site_problem::{SiteProblem, SiteProblemCode, SiteProblems},
    text::folded,
};

/// The largest site file, in bytes.
pub const MAX_SITE_FILE_BYTES: usize = 50 * 1024 * 1024;
/// The most features a site file may have.
pub const MAX_SITE_FEATURES: usize = 10_000;
/// The most names of members and properties that are told as not read.
const MAX_IGNORED: usize = 50;

/// What a site file says.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteFile {
    /// One site a feature, in the file's order.
    pub drafts: Vec<SiteDraft>,
    /// Names of members and properties that are not read, and how often each stands in the file.
    pub ignored: BTreeMap<String, usize>,
}

/// One site as the file draws it; whether its boundary is a sound polygon is not judged yet.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteDraft {
    /// Which feature of the file it is, from 1.
    pub feature: usize,
    /// The project the site belongs to (`project`).
    pub project: ProjectRef,
    /// The site's name (`site`), `施工现场` if the file has none; unique within the project.
    pub name: String,
    /// The datum the coordinates are in (`datum`), WGS-84 if the file has none.
    pub datum: Datum,
    /// The site's tolerance in metres (`toleranceMeters`), 0 to 500.
    pub tolerance_m: Option<f64>,
    /// Where the site is.
    pub shape: SiteShape,
}

/// How a site file names a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProjectRef {
    /// By 项目名称.
    Name(String),
    /// By 序号: a number, or a text of digits only.
    Number(i32),
}

/// A site's ground in the draft's datum.
#[derive(Clone, Debug, PartialEq)]
pub enum SiteShape {
    /// A Polygon or MultiPolygon: the geometry's GeoJSON text exactly as the file has it.
    Area(String),
    /// A Point with `radiusMeters`.
    Disc {
        /// Degrees, −90 to 90.
        latitude: f64,
        /// Degrees, −180 to 180.
        longitude: f64,
        /// Metres, 1 to 50,000.
        radius_m: f64,
    },
    /// A LineString or MultiLineString with `widthMeters`: a road or a pipeline.
    Corridor {
        /// The geometry's GeoJSON text exactly as the file has it.
        line: String,
        /// Metres from side to side, 1 to 2,000.
        width_m: f64,
    },
}

/// The sites of [`read_sites`], whatever else the file says.
///
/// # Errors
/// As there.
pub fn parse_sites(bytes: &[u8]) -> Result<Vec<SiteDraft>, SiteProblems> {
    read_sites(bytes).map(|file| file.drafts)
}

/// Reads the sites of a GeoJSON FeatureCollection (RFC 7946) in UTF-8.
///
/// Properties: `project` (name or number), and optionally `site`, `datum`, `toleranceMeters`; a Point needs
/// `radiusMeters`, a LineString or MultiLineString `widthMeters`; null counts as absent. Other properties are not read,
/// and told in [`SiteFile::ignored`]; one that may be meant for a known one is a problem, and so is a `crs` that is not
/// WGS-84.
///
/// # Errors
/// Every problem found; see [`SiteProblemCode`].
pub fn read_sites(bytes: &[u8]) -> Result<SiteFile, SiteProblems> {
    let mut ignored = Vec::new();
    let features = read_collection(bytes, &mut ignored).map_err(SiteProblems)?;
    let mut problems = Vec::new();
    let mut drafts = Vec::with_capacity(features.len());
    let mut names: HashMap<(ProjectRef, String), usize> = HashMap::new();
    for (at, raw) in features.into_iter().enumerate() {
        let mut reader = FeatureReader { feature: at + 1, problems: &mut problems, ignored: &mut ignored };
        let Some(draft) = reader.draft(raw) else {
            continue;
        };
        let project = match &draft.project {
            ProjectRef::Name(name) => ProjectRef::Name(folded(name)),
            number @ ProjectRef::Number(_) => number.clone(),
        };
        let first = *names.entry((project, folded(&draft.name))).or_insert(draft.feature);
        if first != draft.feature {
            reader.report("site", SiteProblemCode::Duplicate, message!(SiteRepeated { first }));
        }
        drafts.push(draft);
    }
    if problems.is_empty() { Ok(SiteFile { drafts, ignored: counted(ignored) }) } else { Err(SiteProblems(problems)) }
}

fn counted(names: Vec<String>) -> BTreeMap<String, usize> {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        if counted.contains_key(&name) || counted.len() < MAX_IGNORED {
            *counted.entry(name).or_default() += 1;
        }
    }
    counted
}

// Raw values keep a geometry's text as it was drawn, and only one feature is taken apart at a time.
fn read_collection<'a>(bytes: &'a [u8], ignored: &mut Vec<String>) -> Result<Vec<&'a RawValue>, Vec<SiteProblem>> {
    use SiteProblemCode::{Empty, NotGeoJson, NotReadable, TooLarge, TooManyFeatures};
    let refuse = |code, message| vec![SiteProblem::file(code, message)];
    if bytes.len() > MAX_SITE_FILE_BYTES {
        let limit = MAX_SITE_FILE_BYTES / 1024 / 1024;
        return Err(refuse(TooLarge, message!(SitesTooLarge { limit })));
    }
    let not_geojson = || refuse(NotGeoJson, message!(SitesNotGeojson));
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            return not_geojson();
        }
        let (line, column) = (error.line(), error.column());
        refuse(NotReadable, message!(SitesNotReadable { line, column }))
    })?;
    let is_collection = members.get("type").is_some_and(|raw| site_members::is_text(raw, "FeatureCollection"));
    let features = members.get("features").and_then(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok());
    let Some(features) = features.filter(|_| is_collection) else {
        return Err(not_geojson());
    };
    if features.is_empty() {
        return Err(refuse(Empty, message!(SitesEmpty)));
    }
    if features.len() > MAX_SITE_FEATURES {
        return Err(refuse(TooManyFeatures, message!(SitesTooMany { most: MAX_SITE_FEATURES })));
    }
    let given = members.iter().map(|(key, raw)| (key.as_str(), site_members::value(raw)));
    let seen = site_members::look(Place::Collection, given);
    ignored.extend(seen.ignored);
    if seen.problems.is_empty() { Ok(features) } else { Err(seen.problems) }
}
