//! Where the phones stand: points at a wanted distance from a site's edge.

use domain::projects::{
    boundary::SiteBoundary,
    datum::{Position, to_wgs84},
    geofence::signed_distance_m,
};
use entity::values::Datum;

use super::{CommandError, words};

/// Metres of one degree of latitude, about: good enough to walk by, for the way is measured afterwards.
const DEGREE_M: f64 = 111_320.0;

/// A project's site, as the API gives it.
#[derive(Clone, Debug)]
pub(super) struct Site {
    boundary: SiteBoundary,
    /// Tolerance outside the boundary, metres.
    pub(super) tolerance_m: f64,
}

impl Site {
    /// A site of which `geojson` is a MultiPolygon in WGS-84 degrees.
    pub(super) fn new(geojson: &str, tolerance_m: f64) -> Result<Self, CommandError> {
        Ok(Self { boundary: SiteBoundary::parse_geojson(geojson, Datum::Wgs84)?, tolerance_m })
    }

    /// Metres outside the boundary, negative inside.
    pub(super) fn distance_m(&self, position: Position) -> f64 {
        signed_distance_m(&self.boundary, position)
    }

    /// About the deepest point inside, found on a grid.
    pub(super) fn inside(&self) -> Result<Position, CommandError> {
        const STEPS: i32 = 12;
        let (centre, reach_m) = (self.boundary.centre(), self.reach_m());
        let along = |step: i32| f64::from(step) / f64::from(STEPS) * reach_m;
        let points = (-STEPS..=STEPS).flat_map(|east| (-STEPS..=STEPS).map(move |north| (east, north)));
        let positions: Result<Vec<_>, _> =
            points.map(|(east, north)| walked(centre, along(east), along(north))).collect();
        let deepest = positions?.into_iter().min_by(|a, b| self.distance_m(*a).total_cmp(&self.distance_m(*b)));
        deepest
            .filter(|position| self.distance_m(*position) < 0.0)
            .ok_or_else(|| CommandError(vec![words!(DemoSiteTooThin)]))
    }

    /// A point `distance_m` metres outside that stays outside, whatever the datum its coordinates are taken for.
    pub(super) fn outside(&self, distance_m: f64) -> Result<Position, CommandError> {
        for bearing in (0..360).step_by(15) {
            let position = self.towards(f64::from(bearing).to_radians(), distance_m)?;
            let nearest = [Datum::Gcj02, Datum::Bd09].map(|datum| self.distance_m(to_wgs84(position, datum)));
            if nearest.iter().all(|other| *other > distance_m / 2.0) {
                return Ok(position);
            }
        }
        Err(CommandError(vec![words!(DemoNoPointOutside { distance: distance_m })]))
    }

    /// A point just outside, `distance_m` metres from the edge.
    pub(super) fn beside(&self, distance_m: f64) -> Result<Position, CommandError> {
        self.towards(0.7, distance_m)
    }

    /// The point at the wanted distance on the way out from the inside, by bisection.
    fn towards(&self, bearing: f64, distance_m: f64) -> Result<Position, CommandError> {
        let start = self.inside()?;
        let at = |way: f64| walked(start, way * bearing.sin(), way * bearing.cos());
        let (mut near, mut far) = (0.0, 2.0 * self.reach_m() + 2.0 * distance_m);
        for _ in 0..50 {
            let middle = f64::midpoint(near, far);
            if self.distance_m(at(middle)?) < distance_m {
                near = middle;
            } else {
                far = middle;
            }
        }
        at(far)
    }

    /// A length the site's parts lie within, metres, if they are not strewn about.
    fn reach_m(&self) -> f64 {
        2.0 * self.boundary.area_m2().sqrt()
    }
}

fn walked(from: Position, east_m: f64, north_m: f64) -> Result<Position, CommandError> {
    let latitude = from.latitude() + north_m / DEGREE_M;
    let longitude = from.longitude() + east_m / (DEGREE_M * from.latitude().to_radians().cos());
    Ok(Position::parse(latitude, longitude)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RING: &str = r#"{"type": "Polygon", "coordinates": [
        [[122.0, 39.6], [122.004, 39.6], [122.004, 39.603], [122.0, 39.603], [122.0, 39.6]],
        [[122.001, 39.601], [122.003, 39.601], [122.003, 39.602], [122.001, 39.602], [122.001, 39.601]]]}"#;

    #[test]
    fn points_lie_where_they_are_wanted() {
        let site = Site::new(RING, 30.0).unwrap();
        assert!(site.distance_m(site.inside().unwrap()) < -30.0);
        for distance_m in [5.0, 800.0] {
            let outside = site.outside(distance_m).unwrap();
            assert!((site.distance_m(outside) - distance_m).abs() < 0.01);
            let beside = site.beside(distance_m).unwrap();
            assert!((site.distance_m(beside) - distance_m).abs() < 0.01);
        }
    }
}
