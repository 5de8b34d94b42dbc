//! A flat map of the ground around one position, on which the shortest lines on the ellipsoid are straight.

use geo::{Coord, LineString, MapCoords, MultiPolygon, coord};

use crate::projects::datum::Position;

/// WGS-84: semi-major axis in metres, and the square of the first eccentricity (NIMA TR8350.2).
const SEMI_MAJOR_M: f64 = 6_378_137.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_141_316;

/// A gnomonic map: metres east (x) and north (y) in the plane that touches the ellipsoid at the origin, seen from the
/// centre of curvature there, so that the line of sight of each point nearby is its own normal.
///
/// Geodesics are straight lines on it: an edge of 100 km strays from its line by 1 mm if it passes within 10 km, and by
/// 1 cm 100 km away. On the plain east-north-up map (orthographic) that would be 3 m. A point s metres away along the
/// ground is drawn at R·tan(s/R), whatever its direction, so nearest stays nearest. It goes through Earth-centred
/// coordinates, so neither the antimeridian nor a pole is special.
/// See C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87 (2013), section 8, on the exact ellipsoidal variant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalPlane {
    origin: Vector,
    east: Vector,
    north: Vector,
    up: Vector,
    radius_m: f64,
}

/// Earth-centred, Earth-fixed metres.
pub(super) type Vector = [f64; 3];

/// Where a point is seen from the middle of a map.
#[derive(Clone, Copy)]
pub(super) struct Sighting {
    /// Metres east of the origin's plumb line.
    pub(super) east: f64,
    /// Metres north of it.
    pub(super) north: f64,
    /// Metres along it, above the centre of curvature.
    pub(super) height: f64,
}

impl Sighting {
    /// Whether it is drawn north of the origin.
    pub(super) fn is_north(self) -> bool {
        self.north > 0.0
    }
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Earth-centred coordinates of a longitude (x) and latitude (y) in degrees.
pub(super) fn earth_centred(degrees: Coord) -> Vector {
    on_the_ellipsoid(degrees.y.to_radians().sin_cos(), degrees.x.to_radians().sin_cos())
}

/// The same by sine and cosine of the latitude, and of the longitude.
fn on_the_ellipsoid((sin_latitude, cos_latitude): (f64, f64), (sin_longitude, cos_longitude): (f64, f64)) -> Vector {
    let normal_m = SEMI_MAJOR_M / (1.0 - ECCENTRICITY_SQUARED * sin_latitude * sin_latitude).sqrt();
    [
        normal_m * cos_latitude * cos_longitude,
        normal_m * cos_latitude * sin_longitude,
        normal_m * (1.0 - ECCENTRICITY_SQUARED) * sin_latitude,
    ]
}

/// The position of a point on the ellipsoid.
pub(super) fn position_of([x, y, z]: Vector) -> Position {
    // With z stretched this much, the way from the centre is the normal.
    let stretch = 1.0 / (1.0 - ECCENTRICITY_SQUARED);
    Position::wrapped((z * stretch).atan2(x.hypot(y)).to_degrees(), y.atan2(x).to_degrees())
}

/// Longitude as x and latitude as y, in degrees, which is how `geo` and GeoJSON order them.
pub(crate) fn degrees(position: Position) -> Coord {
    coord! { x: position.longitude(), y: position.latitude() }
}

impl LocalPlane {
    /// The map whose origin is `position`.
    pub(crate) fn at(position: Position) -> Self {
        let (sin_latitude, cos_latitude) = position.latitude().to_radians().sin_cos();
        let (sin_longitude, cos_longitude) = position.longitude().to_radians().sin_cos();
        Self {
            origin: on_the_ellipsoid((sin_latitude, cos_latitude), (sin_longitude, cos_longitude)),
            east: [-sin_longitude, cos_longitude, 0.0],
            north: [-sin_latitude * cos_longitude, -sin_latitude * sin_longitude, cos_latitude],
            up: [cos_latitude * cos_longitude, cos_latitude * sin_longitude, sin_latitude],
            // The Gaussian radius, the geometric mean of the radii along the meridian and across it.
            radius_m: SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED).sqrt()
                / (1.0 - ECCENTRICITY_SQUARED * sin_latitude * sin_latitude),
        }
    }

    /// Metres east and north of a longitude and latitude in degrees, or nothing beyond 60° of arc (6,600 km), where
    /// the map grows out of proportion and ends soon after.
    pub(crate) fn project(&self, degrees: Coord) -> Option<Coord> {
        let sighting = self.sight(earth_centred(degrees));
        (sighting.height > self.horizon_m()).then(|| self.draw(sighting))
    }

    /// Where a point is seen.
    pub(super) fn sight(&self, point: Vector) -> Sighting {
        let offset = [point[0] - self.origin[0], point[1] - self.origin[1], point[2] - self.origin[2]];
        Sighting {
            east: dot(offset, self.east),
            north: dot(offset, self.north),
            height: dot(offset, self.up) + self.radius_m,
        }
    }

    /// Where it is drawn, if its height is above [`Self::horizon_m`].
    pub(super) fn draw(&self, seen: Sighting) -> Coord {
        let scale = self.radius_m / seen.height;
        coord! { x: seen.east * scale, y: seen.north * scale }
    }

    /// Metres along the ground from the origin to what is drawn `drawn_m` from it. In another direction than this mean
    /// one the curvature differs a little: by 0.1 mm after 5 km.
    pub(crate) fn along_the_ground_m(&self, drawn_m: f64) -> f64 {
        self.radius_m * (drawn_m / self.radius_m).atan()
    }

    /// The height above the centre of curvature at which the map ends.
    pub(super) const fn horizon_m(&self) -> f64 {
        0.5 * self.radius_m
    }

    /// The radius of curvature at the origin.
    pub(super) const fn radius_m(&self) -> f64 {
        self.radius_m
    }

    /// All of a boundary, or nothing if any of it lies beyond the map.
    pub(crate) fn project_all(&self, polygons: &MultiPolygon) -> Option<MultiPolygon> {
        polygons.try_map_coords(|degrees| self.project(degrees).ok_or(())).ok()
    }

    /// One ring, or nothing if any of it lies beyond the map.
    pub(super) fn project_ring(&self, ring: &LineString) -> Option<LineString> {
        ring.try_map_coords(|degrees| self.project(degrees).ok_or(())).ok()
    }

    /// The position drawn at `point`, in metres: where the line of sight to it meets the ellipsoid.
    pub(crate) fn position(&self, point: Coord) -> Position {
        let axis = |i: usize| {
            let centre = self.origin[i] - self.radius_m * self.up[i];
            let sight = self.east[i] * point.x + self.north[i] * point.y + self.radius_m * self.up[i];
            (centre, sight)
        };
        let [(x, to_x), (y, to_y), (z, to_z)] = [axis(0), axis(1), axis(2)];
        // With z stretched, the ellipsoid is a sphere: |centre + t·sight| = a, of which the positive root looks up.
        let stretch = 1.0 / (1.0 - ECCENTRICITY_SQUARED);
        let a = to_x * to_x + to_y * to_y + to_z * to_z * stretch;
        let b = x * to_x + y * to_y + z * to_z * stretch;
        let c = x * x + y * y + z * z * stretch - SEMI_MAJOR_M * SEMI_MAJOR_M;
        let t = ((b * b - a * c).sqrt() - b) / a;
        position_of([x + t * to_x, y + t * to_y, z + t * to_z])
    }
}
