//! What can be wrong with a site file.

use std::fmt;

use messages::{Language, Message};

/// What is wrong with a site file, and how to mend it.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteProblem {
    /// Which feature, from 1; `None` if the problem is the file's.
    pub feature: Option<usize>,
    /// The property, or `geometry`; `None` if the problem is the whole feature's or the file's.
    pub property: Option<&'static str>,
    /// The kind of problem.
    pub code: SiteProblemCode,
    /// What is wrong and how to mend it.
    pub message: Message,
}

impl SiteProblem {
    /// A problem of the whole file.
    pub(super) fn file(code: SiteProblemCode, message: Message) -> Self {
        Self { feature: None, property: None, code, message }
    }
}

/// The kinds of problem a site file can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SiteProblemCode {
    /// Not JSON in UTF-8.
    NotReadable,
    /// The file exceeds [`MAX_SITE_FILE_BYTES`](super::MAX_SITE_FILE_BYTES).
    TooLarge,
    /// JSON, but not a GeoJSON FeatureCollection, or a member of it is no Feature.
    NotGeoJson,
    /// The collection has no feature.
    Empty,
    /// The collection has more than [`MAX_SITE_FEATURES`](super::MAX_SITE_FEATURES).
    TooManyFeatures,
    /// A property that must be there is missing, empty or null.
    Missing,
    /// A value is of the wrong type, or the geometry's coordinates are malformed.
    WrongType,
    /// A number is outside its range, or a text too long.
    OutOfRange,
    /// The datum is none of `WGS84`, `GCJ02`, `BD09`.
    UnknownDatum,
    /// A `crs` member names another coordinate system than WGS-84.
    UnsupportedCrs,
    /// A property that is not known but may be meant for one that is, or a known one that stands in another place.
    UnknownProperty,
    /// The geometry is no Polygon, MultiPolygon, Point, LineString or MultiLineString.
    UnsupportedGeometry,
    /// A radius beside a geometry that isn't a Point.
    RadiusWithoutPoint,
    /// A width beside a geometry that isn't a LineString or MultiLineString.
    WidthWithoutLine,
    /// The project has another site of this name in the file.
    Duplicate,
}

/// Every problem of a site file; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteProblems(pub Vec<SiteProblem>);

impl fmt::Display for SiteProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            if let Some(feature) = problem.feature {
                write!(f, "feature {feature}: ")?;
            }
            if let Some(property) = problem.property {
                write!(f, "{property}: ")?;
            }
            f.write_str(&problem.message.said(Language::SOURCE))?;
        }
        Ok(())
    }
}

impl std::error::Error for SiteProblems {}
