//! One feature of a site file → a checked draft.

use std::collections::BTreeMap;

use entity::values::Datum;
use geojson::{Geometry, GeometryValue, Position};
use messages::{Message, message};
use serde_json::{Map, Value, value::RawValue};

use super::{
    site_members::{self, Place},
    site_problem::{SiteProblem, SiteProblemCode},
    sites::{ProjectRef, SiteDraft, SiteShape},
    text::{joined, positive, tidy},
};

const MAX_TEXT_CHARS: usize = 500;
const TOLERANCE_M: std::ops::RangeInclusive<f64> = 0.0..=500.0;
const RADIUS_M: std::ops::RangeInclusive<f64> = 1.0..=50_000.0;
const WIDTH_M: std::ops::RangeInclusive<f64> = 1.0..=2_000.0;
/// The name of a site that has none: the plan's word for a construction site.
const DEFAULT_NAME: &str = "施工现场";

/// Reads one feature, and notes what is wrong with it and what of it is not read.
pub(super) struct FeatureReader<'a> {
    /// Which feature of the file, from 1.
    pub(super) feature: usize,
    pub(super) problems: &'a mut Vec<SiteProblem>,
    /// Members and properties that mean nothing here.
    pub(super) ignored: &'a mut Vec<String>,
}

impl FeatureReader<'_> {
    pub(super) fn report(
        &mut self,
        property: impl Into<Option<&'static str>>,
        code: SiteProblemCode,
        message: Message,
    ) {
        self.problems.push(SiteProblem { feature: Some(self.feature), property: property.into(), code, message });
    }

    pub(super) fn draft(&mut self, raw: &RawValue) -> Option<SiteDraft> {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
        let properties: Result<Option<Map<String, Value>>, _> =
            members.get("properties").map_or(Ok(None), |raw| serde_json::from_str(raw.get()));
        let is_feature = members.get("type").is_some_and(|raw| site_members::is_text(raw, "Feature"));
        if !is_feature {
            self.report(None, SiteProblemCode::NotGeoJson, message!(SiteNotAFeature));
            return None;
        }
        let mut properties: Map<String, Value> = match properties {
            Ok(properties) => properties.unwrap_or_default(),
            Err(error) => {
                let detail = error.to_string();
                self.report("properties", SiteProblemCode::WrongType, message!(SitePropertiesMalformed { detail }));
                return None;
            }
        };
        properties.retain(|_, value| !value.is_null());
        let geometry = members.get("geometry").filter(|raw| raw.get() != "null").copied();
        self.look_around(&members, &properties, geometry);
        let project = self.project(&properties);
        let name = self.text(&properties, "site");
        let datum = self.datum(&properties);
        let tolerance_m = self.metres(&properties, "toleranceMeters", &TOLERANCE_M);
        let radius_m = self.metres(&properties, "radiusMeters", &RADIUS_M);
        let width_m = self.metres(&properties, "widthMeters", &WIDTH_M);
        let shape = self.shape(geometry, radius_m, width_m);
        Some(SiteDraft {
            feature: self.feature,
            project: project?,
            name: name?.unwrap_or_else(|| DEFAULT_NAME.to_owned()),
            datum: datum?,
            tolerance_m: tolerance_m?,
            shape: shape?,
        })
    }

    /// Looks at what is neither a property nor a shape: members that say another coordinate system, and such as may
    /// be meant for a known one.
    fn look_around(
        &mut self,
        members: &BTreeMap<String, &RawValue>,
        properties: &Map<String, Value>,
        geometry: Option<&RawValue>,
    ) {
        let of_geometry: BTreeMap<String, &RawValue> =
            geometry.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let of = |place, members: &BTreeMap<String, &RawValue>| {
            let given = members.iter().map(|(key, raw)| (key.as_str(), site_members::value(raw)));
            site_members::look(place, given)
        };
        let own = properties.iter().map(|(key, value)| (key.as_str(), Some(value.clone())));
        for seen in
            [of(Place::Feature, members), of(Place::Geometry, &of_geometry), site_members::look(Place::Properties, own)]
        {
            self.ignored.extend(seen.ignored);
            let at = |problem: SiteProblem| SiteProblem { feature: Some(self.feature), ..problem };
            self.problems.extend(seen.problems.into_iter().map(at));
        }
    }

    fn project(&mut self, properties: &Map<String, Value>) -> Option<ProjectRef> {
        if let Some(number) = properties.get("project").filter(|value| value.is_number()) {
            let positive = whole(number).filter(|&number| number > 0);
            if positive.is_none() {
                self.report(
                    "project",
                    SiteProblemCode::OutOfRange,
                    message!(SiteProjectNumber { number: number.to_string() }),
                );
            }
            return positive.map(ProjectRef::Number);
        }
        let Some(name) = self.text(properties, "project")? else {
            self.report("project", SiteProblemCode::Missing, message!(SiteProjectMissing));
            return None;
        };
        Some(positive(&name).map_or(ProjectRef::Name(name), ProjectRef::Number))
    }

    /// A tidied text; `Some(None)` if it is absent or blank, `None` once a problem was reported.
    fn text(&mut self, properties: &Map<String, Value>, key: &'static str) -> Option<Option<String>> {
        match properties.get(key) {
            None => Some(None),
            Some(Value::String(text)) if text.chars().count() > MAX_TEXT_CHARS => {
                self.report(key, SiteProblemCode::OutOfRange, message!(SiteTextTooLong { most: MAX_TEXT_CHARS }));
                None
            }
            Some(Value::String(text)) => Some(Some(joined(&tidy(text))).filter(|text| !text.is_empty())),
            Some(_) => {
                self.report(key, SiteProblemCode::WrongType, message!(SiteNotAText));
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
            self.report("datum", SiteProblemCode::UnknownDatum, message!(SiteDatumUnknown));
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
        let (least, most) = (*range.start(), *range.end());
        let (code, message) = match value.as_f64() {
            Some(metres) if range.contains(&metres) => return Some(Some(metres)),
            Some(_) => (SiteProblemCode::OutOfRange, message!(SiteMetresOutOfRange { least, most })),
            None => (SiteProblemCode::WrongType, message!(SiteMetresNoNumber)),
        };
        self.report(key, code, message);
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
            self.report("geometry", SiteProblemCode::Missing, message!(SiteGeometryMissing));
            return None;
        };
        let geometry = serde_json::from_str(raw.get()).map(|geometry: Geometry| geometry.value);
        let is_line = matches!(geometry, Ok(GeometryValue::LineString { .. } | GeometryValue::MultiLineString { .. }));
        if width_m.flatten().is_some() && geometry.is_ok() && !is_line {
            self.report("widthMeters", SiteProblemCode::WidthWithoutLine, message!(SiteWidthWithoutLine));
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
                self.report("geometry", SiteProblemCode::WrongType, message!(SiteGeometryMalformed));
                None
            }
            Ok(_) => {
                self.report("geometry", SiteProblemCode::UnsupportedGeometry, message!(SiteGeometryUnsupported));
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
            self.report("radiusMeters", SiteProblemCode::RadiusWithoutPoint, message!(SiteRadiusWithoutPoint));
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
            self.report("widthMeters", SiteProblemCode::Missing, message!(SiteLineWithoutWidth));
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
            self.report("geometry", SiteProblemCode::OutOfRange, message!(SiteCoordinatesMalformed));
        }
        let radius_m = radius_m?;
        if radius_m.is_none() {
            self.report("radiusMeters", SiteProblemCode::Missing, message!(SitePointWithoutRadius));
        }
        let ((longitude, latitude), radius_m) = centre.zip(radius_m)?;
        Some(SiteShape::Disc { latitude, longitude, radius_m })
    }
}

/// A number without a fraction, however it is written: `1`, `1.0`, `1e0`.
fn whole(number: &Value) -> Option<i32> {
    let exact = number.as_i64().and_then(|number| i32::try_from(number).ok());
    exact.or_else(|| {
        let number = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX))?;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within the range")]
        Some(number as i32)
    })
}

/// Whether each position has a longitude and a latitude, which the type alone doesn't promise.
fn plane(rings: &[Vec<Position>]) -> bool {
    rings.iter().all(|ring| flat(ring))
}

fn flat(line: &[Position]) -> bool {
    line.iter().all(|position| position.len() >= 2)
}
