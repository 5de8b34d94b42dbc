//! A site's boundary: parsed once, valid from then on.

use std::ops::RangeInclusive;

use entity::values::Datum;
use geo::{Centroid, Coord, Destination, Geodesic, GeodesicArea, LineString, MultiPolygon, Point, Polygon};
use geojson::{GeoJson, Geometry, GeometryValue};

use super::datum::{CoordinateError, Position, to_wgs84};

mod corridor;
mod error;
mod outline;
mod plane;
#[cfg(test)]
pub(in crate::domain) mod tests;
mod validity;

pub use error::{BoundaryError, RingPath};
pub(in crate::domain) use outline::Outline;
pub(in crate::domain) use plane::{LocalPlane, degrees};

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
    pub fn parse_geojson(text: &str, datum: Datum) -> Result<Self, BoundaryError> {
        let mut polygons = read(text, |given| rounded(to_wgs84(given, datum)))?;
        polygons.iter_mut().for_each(merge_repeated);
        Ok(Self::of_valid(validity::validated(polygons)?))
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
        Ok(Self::of_valid(read(text, degrees)?))
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

    /// How many vertices it has, those that close its rings too.
    pub const fn vertices(&self) -> usize {
        self.outline.vertices()
    }

    /// Its edges, for questions about places.
    pub(in crate::domain) const fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Longitudes as x and latitudes as y, in degrees.
    #[cfg(test)]
    pub(in crate::domain) const fn polygons(&self) -> &MultiPolygon {
        &self.polygons
    }
}

/// Parses the text and its structure, and turns each position into degrees by `place`.
fn read(text: &str, place: impl Fn(Position) -> Coord) -> Result<MultiPolygon, BoundaryError> {
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
    let polygon = |(part, rings): (usize, &Vec<GeoJsonRing>)| {
        let mut rings = rings
            .iter()
            .enumerate()
            .map(|(ring, positions)| read_ring(RingPath { part: part + 1, ring: ring + 1 }, positions, &place));
        let shell = rings.next().ok_or(BoundaryError::Empty)??;
        Ok(Polygon::new(shell, rings.collect::<Result<_, _>>()?))
    };
    parts.iter().enumerate().map(polygon).collect()
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

fn read_ring(
    ring: RingPath,
    positions: &[geojson::Position],
    place: impl Fn(Position) -> Coord,
) -> Result<LineString, BoundaryError> {
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
    Ok(parsed.into_iter().map(place).collect())
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
