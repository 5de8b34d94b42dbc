//! A site's boundary: parsed once, valid from then on.

use std::ops::RangeInclusive;

use entity::values::Datum;
use geo::{
    BoundingRect, Centroid, Coord, Destination, Geodesic, GeodesicArea, Intersects, LineString, MultiPolygon, Point,
    Polygon,
};
use geojson::{GeoJson, Geometry, GeometryValue};

use super::datum::{CoordinateError, Position, to_wgs84};
use adjoining::Joined;

mod adjoining;
mod corridor;
mod error;
mod outline;
mod plane;
#[cfg(test)]
pub(crate) mod tests;
mod validity;

pub use error::{BoundaryError, RingPath};
pub(crate) use outline::Outline;
pub(crate) use plane::{LocalPlane, degrees};

/// The most positions a boundary may have, all rings together.
pub const MOST_VERTICES: usize = 100_000;

/// The most rings a boundary may have, shells and holes together.
pub const MOST_RINGS: usize = 1_000;

/// The farthest any vertex may lie from the boundary's first one, in metres.
pub const REACH_M: f64 = 500_000.0;

/// The radii a circular boundary may have, in metres.
pub const RADIUS_M: RangeInclusive<f64> = 1.0..=50_000.0;

/// The widths a corridor may have, in metres.
pub const WIDTH_M: RangeInclusive<f64> = 1.0..=2_000.0;

/// The farthest a corridor's line may go from its middle, in metres: 100 km from end to end.
pub const CORRIDOR_REACH_M: f64 = 50_000.0;

/// The most positions a corridor's line may have: one every 50 m of 100 km. Each makes two edges and an arc, and those
/// of a wide corridor all cross each other, so the time grows with the square.
pub const MOST_LINE_POSITIONS: usize = 2_000;

/// One or more polygons with holes, in WGS-84, whose edges are geodesics (the shortest lines on the ellipsoid).
///
/// RFC 7946 has edges straight in longitude and latitude instead; at 40° N the two differ by 2 cm in the middle of an
/// edge of 1 km, and by 1.6 m in the middle of one of 10 km. No ring crosses or touches itself, rings touch each other
/// in points at most, holes lie inside their shells, shells run counter-clockwise and holes clockwise, and coordinates
/// are rounded to 8 decimals (1 mm), so that the stored text gives back the same boundary. An edge goes the short way
/// round: a ring across the antimeridian steps from 179.9 to −179.9 and is not cut there.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteBoundary {
    polygons: MultiPolygon,
    outline: Outline,
}

impl SiteBoundary {
    fn of_valid(polygons: MultiPolygon) -> Self {
        Self { outline: Outline::of(&polygons), polygons }
    }

    /// Reads a GeoJSON Polygon or MultiPolygon, or a Feature that holds one, whose coordinates are in `datum`.
    /// Heights are left out, repeated positions merged, windings put right.
    ///
    /// Parts that share edges become one part, such as adjoining plots, or a shape that is cut at the antimeridian as
    /// RFC 7946 asks (section 3.1.9). Rings may touch where one has a position and the other only an edge, straight in
    /// longitude and latitude as the RFC has it.
    pub fn parse_geojson(text: &str, datum: Datum) -> Result<Self, BoundaryError> {
        /// How near counts as touching, in metres: a hand's width, which is what coordinates of six decimals and two
        /// surveys of one fence differ by; and no more than rounding to eight decimals.
        const TOUCHING_M: [f64; 2] = [0.15, 0.002];
        let parts = read_parts(text)?;
        let settled = |parts: &Parts| {
            let mut polygons = placed(parts, |given| rounded(to_wgs84(given, datum)));
            polygons.iter_mut().for_each(merge_repeated);
            validity::validated(polygons)
        };
        let met = |parts: &Parts, near_m: f64, wanted: fn(&Joined) -> bool| {
            adjoining::joined(parts, near_m).filter(wanted).and_then(|joined| settled(&joined.parts).ok())
        };
        // A part that is wrong by itself is not put right by what adjoins it.
        let stands_alone = |part: &Vec<Vec<Position>>| {
            let alone = vec![part.clone()];
            settled(&alone).is_ok() || TOUCHING_M.into_iter().any(|near_m| met(&alone, near_m, |_| true).is_some())
        };
        let drawn = settled(&parts);
        let [wide, narrow] = TOUCHING_M;
        let (several, touching) = (parts.len() > 1, matches!(drawn, Err(BoundaryError::RingsCross { .. })));
        let joined = match (several, touching) {
            (false, true) => met(&parts, narrow, |_| true).or_else(|| met(&parts, wide, |_| true)),
            (true, true) if parts.iter().all(stands_alone) => {
                met(&parts, wide, |_| true).or_else(|| met(&parts, narrow, |_| true))
            }
            (true, false) if drawn.is_ok() => met(&parts, wide, |joined| joined.shared > 0),
            _ => None,
        };
        if let Some(joined) = joined {
            return Ok(Self::of_valid(joined));
        }
        drawn.map(Self::of_valid)
    }

    /// The circle of `radius_m` metres around `centre`, as a polygon of 64 vertices.
    ///
    /// The polygon is circumscribed: nobody within the radius is left out (save for rounding, a millimetre), and its
    /// corners reach 0.12 % beyond it. An inscribed one would lose that much: 1.2 m of 1 km.
    pub fn circle(centre: Position, radius_m: f64) -> Result<Self, BoundaryError> {
        const VERTICES: u32 = 64;
        if !RADIUS_M.contains(&radius_m) {
            return Err(BoundaryError::RadiusOutOfRange { radius_m });
        }
        let corner_m = radius_m / (std::f64::consts::PI / f64::from(VERTICES)).cos();
        let corners = (0..VERTICES).map(|k| {
            // Bearings run clockwise, shells counter-clockwise.
            let bearing = 360.0 - 360.0 * f64::from(k) / f64::from(VERTICES);
            let corner = Geodesic.destination(Point(degrees(centre)), bearing, corner_m);
            rounded(Position::wrapped(corner.y(), corner.x()))
        });
        let shell = LineString(corners.collect());
        Ok(Self::of_valid(MultiPolygon(vec![Polygon::new(shell, Vec::new())])))
    }

    /// Reads back what [`Self::to_geojson`] wrote. It trusts that text and checks no more than its structure, in time
    /// proportional to its length: anything else belongs to [`Self::parse_geojson`].
    pub fn from_stored(text: &str) -> Result<Self, BoundaryError> {
        Ok(Self::of_valid(placed(&read_parts(text)?, degrees)))
    }

    /// The boundary as a GeoJSON MultiPolygon in WGS-84: longitude, latitude, at most 8 decimals.
    pub fn to_geojson(&self) -> String {
        Geometry::new(GeometryValue::from(&self.polygons)).to_string()
    }

    /// Square metres on the ellipsoid (Karney 2013), holes left out; to about half a square metre.
    pub fn area_m2(&self) -> f64 {
        self.polygons.geodesic_area_unsigned()
    }

    /// The centre of gravity, where a map would put the pin. It may lie outside a bent site, or in a hole.
    pub fn centre(&self) -> Position {
        let first = self.polygons.0[0].exterior().0[0];
        let first = Position::wrapped(first.y, first.x);
        let plane = LocalPlane::at(first);
        let centroid = plane.project_all(&self.polygons).and_then(|flat| flat.centroid());
        centroid.map_or(first, |centroid| plane.position(centroid.0))
    }

    /// Whether all of it is so far from another boundary that not even the rectangles around them meet.
    pub fn lies_beside(&self, other: &Self) -> bool {
        let plane = LocalPlane::at(self.centre());
        let around = |boundary: &Self| plane.project_all(&boundary.polygons).and_then(|flat| flat.bounding_rect());
        match (around(self), around(other)) {
            (Some(own), Some(others)) => !own.intersects(&others),
            _ => true,
        }
    }

    /// How many vertices it has, those that close its rings too.
    pub const fn vertices(&self) -> usize {
        self.outline.vertices()
    }

    /// Its edges, for questions about places.
    pub(crate) const fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Longitudes as x and latitudes as y, in degrees.
    #[cfg(test)]
    pub(crate) const fn polygons(&self) -> &MultiPolygon {
        &self.polygons
    }
}

/// Rings of positions as they were given, closed: part by part, the shell first.
type Parts = Vec<Vec<Vec<Position>>>;

/// Parses the text and its structure.
fn read_parts(text: &str) -> Result<Parts, BoundaryError> {
    let parts = parts_of(text)?;
    if parts.is_empty() || parts.iter().any(Vec::is_empty) {
        return Err(BoundaryError::Empty);
    }
    let rings: usize = parts.iter().map(Vec::len).sum();
    if rings > MOST_RINGS {
        return Err(BoundaryError::TooManyRings { count: rings });
    }
    let vertices: usize = parts.iter().flatten().map(Vec::len).sum();
    if vertices > MOST_VERTICES {
        return Err(BoundaryError::TooManyVertices { count: vertices });
    }
    let read = |(part, rings): (usize, &Vec<GeoJsonRing>)| {
        let ring = |(ring, positions): (usize, &GeoJsonRing)| {
            read_ring(RingPath { part: part + 1, ring: ring + 1 }, positions)
        };
        rings.iter().enumerate().map(ring).collect()
    };
    parts.iter().enumerate().map(read).collect()
}

/// The parts with each position turned into degrees by `place`.
fn placed(parts: &Parts, place: impl Fn(Position) -> Coord) -> MultiPolygon {
    let line = |ring: &Vec<Position>| -> LineString { ring.iter().map(|position| place(*position)).collect() };
    let polygon = |rings: &Vec<Vec<Position>>| {
        let mut lines = rings.iter().map(line);
        lines.next().map(|shell| Polygon::new(shell, lines.collect()))
    };
    parts.iter().filter_map(polygon).collect()
}

type GeoJsonRing = Vec<geojson::Position>;

fn parts_of(text: &str) -> Result<Vec<Vec<GeoJsonRing>>, BoundaryError> {
    let not_a_polygon = |found: &str| BoundaryError::NotAPolygon { found: found.to_owned() };
    match geometry_of(text, not_a_polygon)? {
        GeometryValue::Polygon { coordinates } => Ok(vec![coordinates]),
        GeometryValue::MultiPolygon { coordinates } => Ok(coordinates),
        other => Err(not_a_polygon(other.type_name())),
    }
}

/// The one geometry of a text; `wrong` tells that it has none, or several.
fn geometry_of(text: &str, wrong: impl Fn(&str) -> BoundaryError) -> Result<GeometryValue, BoundaryError> {
    let geojson =
        text.parse().map_err(|error: geojson::Error| BoundaryError::NotGeoJson { detail: error.to_string() })?;
    match geojson {
        GeoJson::Geometry(geometry) => Ok(geometry.value),
        GeoJson::Feature(feature) => {
            feature.geometry.map(|geometry| geometry.value).ok_or_else(|| wrong("Feature without a geometry"))
        }
        GeoJson::FeatureCollection(_) => Err(wrong("FeatureCollection")),
    }
}

fn read_ring(ring: RingPath, positions: &[geojson::Position]) -> Result<Vec<Position>, BoundaryError> {
    let parsed = positions
        .iter()
        .enumerate()
        .map(|(i, position)| {
            read_position(position).map_err(|error| BoundaryError::Coordinate { ring, position: i + 1, error })
        })
        .collect::<Result<Vec<_>, _>>()?;
    if parsed.len() < 4 {
        return Err(BoundaryError::TooFewPositions { ring, count: parsed.len() });
    }
    if parsed.first() != parsed.last() {
        return Err(BoundaryError::NotClosed { ring });
    }
    Ok(parsed)
}

fn read_position(position: &geojson::Position) -> Result<Position, CoordinateError> {
    let at = |i: usize| position.as_slice().get(i).copied().unwrap_or(f64::NAN);
    Position::parse(at(1), at(0))
}

/// Degrees with 8 decimals, of which equal places have equal ones: one longitude for the antimeridian, and for a pole.
fn rounded(position: Position) -> Coord {
    // Adding zero makes a negative zero positive.
    let round = |degrees: f64| (degrees * 1e8).round() / 1e8 + 0.0;
    let (longitude, latitude) = (round(position.longitude()), round(position.latitude()));
    match (longitude, latitude) {
        (_, 90.0 | -90.0) => Coord { x: 0.0, y: latitude },
        (-180.0, _) => Coord { x: 180.0, y: latitude },
        (x, y) => Coord { x, y },
    }
}

fn merge_repeated(polygon: &mut Polygon) {
    polygon.exterior_mut(|ring| ring.0.dedup());
    polygon.interiors_mut(|rings| rings.iter_mut().for_each(|ring| ring.0.dedup()));
}
