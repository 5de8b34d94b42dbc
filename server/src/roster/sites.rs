//! A GeoJSON FeatureCollection of construction sites → checked drafts, one a feature.

use std::collections::HashMap;

use entity::values::Datum;
use geojson::{Geometry, GeometryValue, Position};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::{
    site_problem::{SiteProblem, SiteProblemCode, SiteProblems},
    text::{joined, positive, tidy},
};

/// The largest site file, in bytes.
pub const MAX_SITE_FILE_BYTES: usize = 50 * 1024 * 1024;
/// The most features a site file may have.
pub const MAX_SITE_FEATURES: usize = 10_000;
const MAX_TEXT_CHARS: usize = 500;
const TOLERANCE_M: std::ops::RangeInclusive<f64> = 0.0..=500.0;
const RADIUS_M: std::ops::RangeInclusive<f64> = 1.0..=50_000.0;
const WIDTH_M: std::ops::RangeInclusive<f64> = 1.0..=2_000.0;
/// The name of a site that has none: the plan's word for a construction site.
const DEFAULT_NAME: &str = "施工现场";

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

// Raw values keep a geometry's text as it was drawn, and only one feature is taken apart at a time.
#[derive(Deserialize)]
struct Collection<'a> {
    r#type: String,
    #[serde(borrow)]
    features: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    r#type: String,
    #[serde(borrow, default)]
    geometry: Option<&'a RawValue>,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
}

/// Reads the sites of a GeoJSON FeatureCollection (RFC 7946) in UTF-8.
///
/// Properties: `project` (name or number), and optionally `site`, `datum`, `toleranceMeters`; a Point needs
/// `radiusMeters`, a LineString or MultiLineString `widthMeters`. Other properties are ignored; null counts as absent.
///
/// # Errors
/// Every problem found; see [`SiteProblemCode`].
pub fn parse_sites(bytes: &[u8]) -> Result<Vec<SiteDraft>, SiteProblems> {
    let features = read_collection(bytes).map_err(|problem| SiteProblems(vec![*problem]))?;
    let mut problems = Vec::new();
    let mut drafts = Vec::with_capacity(features.len());
    let mut names: HashMap<(ProjectRef, String), usize> = HashMap::new();
    for (at, raw) in features.into_iter().enumerate() {
        let mut reader = FeatureReader { feature: at + 1, problems: &mut problems };
        let Some(draft) = reader.draft(raw) else {
            continue;
        };
        let key = (draft.project.clone(), draft.name.clone());
        let first = *names.entry(key).or_insert(draft.feature);
        if first != draft.feature {
            reader.report(
                "site",
                SiteProblemCode::Duplicate,
                format!("与第{first}个要素是同一项目的同名现场，请写不同的名称。"),
                format!("Feature {first} is a site of the same name and project: give each its own name."),
            );
        }
        drafts.push(draft);
    }
    if problems.is_empty() { Ok(drafts) } else { Err(SiteProblems(problems)) }
}

fn read_collection(bytes: &[u8]) -> Result<Vec<&RawValue>, Box<SiteProblem>> {
    use SiteProblemCode::{Empty, NotGeoJson, NotReadable, TooLarge, TooManyFeatures};
    let refuse = |code, zh: String, en: String| {
        Box::new(SiteProblem { feature: None, property: None, code, message_zh: zh, message_en: en })
    };
    if bytes.len() > MAX_SITE_FILE_BYTES {
        let limit = MAX_SITE_FILE_BYTES / 1024 / 1024;
        let zh = format!("文件过大：最多{limit} MiB。");
        let en = format!("The file is too large: at most {limit} MiB.");
        return Err(refuse(TooLarge, zh, en));
    }
    let not_geojson = || {
        let zh = "文件不是 GeoJSON 的 FeatureCollection。".to_owned();
        let en = "The file is no GeoJSON FeatureCollection.".to_owned();
        refuse(NotGeoJson, zh, en)
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let collection: Collection<'_> = serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            return not_geojson();
        }
        let (line, column) = (error.line(), error.column());
        let zh = format!("文件不是 UTF-8 编码的 JSON：第{line}行第{column}列有误。");
        let en = format!("The file isn't JSON in UTF-8: see line {line}, column {column}.");
        refuse(NotReadable, zh, en)
    })?;
    if collection.r#type != "FeatureCollection" {
        return Err(not_geojson());
    }
    if collection.features.is_empty() {
        let en = "The file has no feature.".to_owned();
        return Err(refuse(Empty, "文件中没有要素。".to_owned(), en));
    }
    if collection.features.len() > MAX_SITE_FEATURES {
        let zh = format!("要素超过{MAX_SITE_FEATURES}个，请分成几个文件。");
        let en = format!("There are more than {MAX_SITE_FEATURES} features: split the file.");
        return Err(refuse(TooManyFeatures, zh, en));
    }
    Ok(collection.features)
}

struct FeatureReader<'a> {
    feature: usize,
    problems: &'a mut Vec<SiteProblem>,
}

impl FeatureReader<'_> {
    fn report(
        &mut self,
        property: impl Into<Option<&'static str>>,
        code: SiteProblemCode,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.problems.push(SiteProblem {
            feature: Some(self.feature),
            property: property.into(),
            code,
            message_zh: zh.into(),
            message_en: en.into(),
        });
    }

    fn draft(&mut self, raw: &RawValue) -> Option<SiteDraft> {
        let feature = serde_json::from_str::<Feature<'_>>(raw.get()).ok().filter(|feature| feature.r#type == "Feature");
        let Some(feature) = feature else {
            self.report(None, SiteProblemCode::NotGeoJson, "不是 GeoJSON 的 Feature。", "This is no GeoJSON Feature.");
            return None;
        };
        let mut properties = feature.properties.unwrap_or_default();
        properties.retain(|_, value| !value.is_null());
        let project = self.project(&properties);
        let name = self.text(&properties, "site");
        let datum = self.datum(&properties);
        let tolerance_m = self.metres(&properties, "toleranceMeters", &TOLERANCE_M);
        let radius_m = self.metres(&properties, "radiusMeters", &RADIUS_M);
        let width_m = self.metres(&properties, "widthMeters", &WIDTH_M);
        let shape = self.shape(feature.geometry, radius_m, width_m);
        Some(SiteDraft {
            feature: self.feature,
            project: project?,
            name: name?.unwrap_or_else(|| DEFAULT_NAME.to_owned()),
            datum: datum?,
            tolerance_m: tolerance_m?,
            shape: shape?,
        })
    }

    fn project(&mut self, properties: &Map<String, Value>) -> Option<ProjectRef> {
        if let Some(number) = properties.get("project").filter(|value| value.is_number()) {
            let number = number.as_i64().and_then(|number| i32::try_from(number).ok());
            let number = number.filter(|&number| number > 0);
            if number.is_none() {
                self.report(
                    "project",
                    SiteProblemCode::OutOfRange,
                    "项目序号应为正整数。",
                    "A project's number is a positive whole number.",
                );
            }
            return number.map(ProjectRef::Number);
        }
        let Some(name) = self.text(properties, "project")? else {
            self.report(
                "project",
                SiteProblemCode::Missing,
                "缺少项目名称或序号。",
                "The project's name or number is missing.",
            );
            return None;
        };
        Some(positive(&name).map_or(ProjectRef::Name(name), ProjectRef::Number))
    }

    /// A tidied text; `Some(None)` if it is absent or blank, `None` once a problem was reported.
    fn text(&mut self, properties: &Map<String, Value>, key: &'static str) -> Option<Option<String>> {
        match properties.get(key) {
            None => Some(None),
            Some(Value::String(text)) if text.chars().count() > MAX_TEXT_CHARS => {
                self.report(
                    key,
                    SiteProblemCode::OutOfRange,
                    format!("超过{MAX_TEXT_CHARS}个字符。"),
                    format!("This is longer than {MAX_TEXT_CHARS} characters."),
                );
                None
            }
            Some(Value::String(text)) => Some(Some(joined(&tidy(text))).filter(|text| !text.is_empty())),
            Some(_) => {
                self.report(key, SiteProblemCode::WrongType, "应为文字。", "This must be a text.");
                None
            }
        }
    }

    fn datum(&mut self, properties: &Map<String, Value>) -> Option<Datum> {
        let Some(text) = self.text(properties, "datum")? else {
            return Some(Datum::Wgs84);
        };
        let datum = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09].into_iter().find(|datum| datum.as_str() == text);
        if datum.is_none() {
            self.report(
                "datum",
                SiteProblemCode::UnknownDatum,
                "坐标系应为 WGS84、GCJ02 或 BD09。",
                "The datum must be WGS84, GCJ02 or BD09.",
            );
        }
        datum
    }

    /// A number of metres within `range`; `Some(None)` if it is absent, `None` once a problem was reported.
    fn metres(
        &mut self,
        properties: &Map<String, Value>,
        key: &'static str,
        range: &std::ops::RangeInclusive<f64>,
    ) -> Option<Option<f64>> {
        let Some(value) = properties.get(key) else {
            return Some(None);
        };
        let (least, most) = (range.start(), range.end());
        let (code, zh, en) = match value.as_f64() {
            Some(metres) if range.contains(&metres) => return Some(Some(metres)),
            Some(_) => (
                SiteProblemCode::OutOfRange,
                format!("应在{least}到{most}米之间。"),
                format!("This must be from {least} to {most} metres."),
            ),
            None => (
                SiteProblemCode::WrongType,
                "应为数字（米）。".to_owned(),
                "This must be a number of metres.".to_owned(),
            ),
        };
        self.report(key, code, zh, en);
        None
    }

    /// The shape of a geometry; `radius_m` and `width_m` as [`Self::metres`] gave them.
    fn shape(
        &mut self,
        raw: Option<&RawValue>,
        radius_m: Option<Option<f64>>,
        width_m: Option<Option<f64>>,
    ) -> Option<SiteShape> {
        let Some(raw) = raw else {
            self.report("geometry", SiteProblemCode::Missing, "缺少图形。", "The geometry is missing.");
            return None;
        };
        let geometry = serde_json::from_str(raw.get()).map(|geometry: Geometry| geometry.value);
        let is_line = matches!(geometry, Ok(GeometryValue::LineString { .. } | GeometryValue::MultiLineString { .. }));
        if width_m.flatten().is_some() && geometry.is_ok() && !is_line {
            self.report(
                "widthMeters",
                SiteProblemCode::WidthWithoutLine,
                "只有 LineString 或 MultiLineString 才写宽度。",
                "Only a LineString or a MultiLineString has a width.",
            );
            return None;
        }
        match geometry {
            Ok(GeometryValue::LineString { coordinates }) if flat(&coordinates) => {
                self.corridor(raw, radius_m, width_m)
            }
            Ok(GeometryValue::MultiLineString { coordinates }) if plane(&coordinates) => {
                self.corridor(raw, radius_m, width_m)
            }
            Ok(GeometryValue::Point { coordinates }) => self.disc(&coordinates, radius_m),
            Ok(GeometryValue::Polygon { coordinates }) if plane(&coordinates) => self.area(raw, radius_m),
            Ok(GeometryValue::MultiPolygon { coordinates }) if coordinates.iter().all(|polygon| plane(polygon)) => {
                self.area(raw, radius_m)
            }
            Ok(
                GeometryValue::Polygon { .. }
                | GeometryValue::MultiPolygon { .. }
                | GeometryValue::LineString { .. }
                | GeometryValue::MultiLineString { .. },
            )
            | Err(_) => {
                self.report(
                    "geometry",
                    SiteProblemCode::WrongType,
                    "图形不符合 GeoJSON 格式。",
                    "This is no well-formed GeoJSON geometry.",
                );
                None
            }
            Ok(_) => {
                self.report(
                    "geometry",
                    SiteProblemCode::UnsupportedGeometry,
                    "图形应为 Polygon、MultiPolygon、Point、LineString 或 MultiLineString。",
                    "The geometry must be a Polygon, a MultiPolygon, a Point, a LineString or a MultiLineString.",
                );
                None
            }
        }
    }

    fn area(&mut self, raw: &RawValue, radius_m: Option<Option<f64>>) -> Option<SiteShape> {
        self.no_radius(radius_m)?;
        Some(SiteShape::Area(raw.get().to_owned()))
    }

    fn no_radius(&mut self, radius_m: Option<Option<f64>>) -> Option<()> {
        if radius_m?.is_some() {
            self.report(
                "radiusMeters",
                SiteProblemCode::RadiusWithoutPoint,
                "只有 Point 才写半径；面的外扩请用 toleranceMeters。",
                "Only a Point has a radius; to widen an area, use toleranceMeters.",
            );
            return None;
        }
        Some(())
    }

    fn corridor(
        &mut self,
        raw: &RawValue,
        radius_m: Option<Option<f64>>,
        width_m: Option<Option<f64>>,
    ) -> Option<SiteShape> {
        self.no_radius(radius_m)?;
        let width_m = width_m?;
        if width_m.is_none() {
            self.report(
                "widthMeters",
                SiteProblemCode::Missing,
                "LineString 和 MultiLineString 须有宽度（米）。",
                "A LineString or a MultiLineString needs a width in metres.",
            );
        }
        Some(SiteShape::Corridor { line: raw.get().to_owned(), width_m: width_m? })
    }

    fn disc(&mut self, centre: &Position, radius_m: Option<Option<f64>>) -> Option<SiteShape> {
        let centre = match *centre.as_slice() {
            [longitude, latitude, ..] if longitude.abs() <= 180.0 && latitude.abs() <= 90.0 => {
                Some((longitude, latitude))
            }
            _ => None,
        };
        if centre.is_none() {
            self.report(
                "geometry",
                SiteProblemCode::OutOfRange,
                "坐标应为［经度, 纬度］，单位为度。",
                "The coordinates must be [longitude, latitude] in degrees.",
            );
        }
        let radius_m = radius_m?;
        if radius_m.is_none() {
            self.report(
                "radiusMeters",
                SiteProblemCode::Missing,
                "Point 须有半径（米）。",
                "A Point needs a radius in metres.",
            );
        }
        let ((longitude, latitude), radius_m) = centre.zip(radius_m)?;
        Some(SiteShape::Disc { latitude, longitude, radius_m })
    }
}

/// Whether each position has a longitude and a latitude, which the type alone doesn't promise.
fn plane(rings: &[Vec<Position>]) -> bool {
    rings.iter().all(|ring| flat(ring))
}

fn flat(line: &[Position]) -> bool {
    line.iter().all(|position| position.len() >= 2)
}
