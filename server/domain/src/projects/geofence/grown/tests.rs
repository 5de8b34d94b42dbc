use std::time::Instant;

use geo::{LineString, Polygon};
use proptest::prelude::*;

use super::*;
use crate::projects::{
    boundary::{
        degrees,
        tests::{WAFANGDIAN, at, destination, site, star},
    },
    geofence::{View, signed_distance_m},
};

fn within(boundary: &SiteBoundary, tolerance_m: f64, here: Position, accuracy_m: f64) -> f64 {
    probability_within([(boundary, tolerance_m)], here, accuracy_m)
}

fn rectangle((west, east): (f64, f64), (south, north): (f64, f64)) -> Vec<Coord> {
    [(west, south), (east, south), (east, north), (west, north)].map(|(x, y)| Coord { x, y }).to_vec()
}

/// A site of polygons in metres around the usual place, shells with their holes.
fn drawn(polygons: &[Vec<Vec<Coord>>]) -> SiteBoundary {
    let plane = LocalPlane::at(at(WAFANGDIAN));
    let ring = |ring: &Vec<Coord>| {
        let ring = ring.iter().chain(ring.first()).map(|point| degrees(plane.position(*point)));
        ring.map(|degrees| vec![degrees.x, degrees.y]).collect::<Vec<_>>()
    };
    let coordinates: Vec<Vec<_>> = polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect();
    let text = serde_json::json!({ "type": "MultiPolygon", "coordinates": coordinates }).to_string();
    SiteBoundary::from_stored(&text).unwrap()
}

fn aside(x: f64, y: f64) -> Position {
    LocalPlane::at(at(WAFANGDIAN)).position(Coord { x, y })
}

/// The normal distribution up to `x`, by Simpson's rule.
fn normal(x: f64) -> f64 {
    const STEPS: u32 = 2_000;
    let (low, high) = (-12.0, x.clamp(-12.0, 12.0));
    let step = (high - low) / f64::from(STEPS);
    let density = |i: u32| (-0.5 * (low + f64::from(i) * step).powi(2)).exp() / TAU.sqrt();
    let inner: f64 = (1..STEPS).map(|i| density(i) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
    (density(0) + inner + density(STEPS)) * step / 3.0
}

/// Numbers between 0 and 1 that fill the square evenly (Roberts' R2 sequence), and the error they make a Gaussian's.
fn errors(count: u32, sigma: f64) -> impl Iterator<Item = Coord> {
    const PLASTIC: f64 = 1.324_717_957_244_746;
    (1..=count).map(move |i| {
        let [u, v] = [1.0, 2.0].map(|power| (0.5 + f64::from(i) / PLASTIC.powf(power)).fract());
        let (sin, cos) = (TAU * v).sin_cos();
        let radius = sigma * (-2.0 * (1.0 - u).ln()).sqrt();
        Coord { x: radius * cos, y: radius * sin }
    })
}

/// The share of very many errors that leave the person within the tolerance of one of the sites.
fn monte_carlo(sites: &[(&SiteBoundary, f64)], here: Position, accuracy_m: f64) -> f64 {
    const COUNT: u32 = 20_000;
    let plane = LocalPlane::at(here);
    let allowed = |there: &Position| sites.iter().any(|(site, metres)| signed_distance_m(site, *there) <= *metres);
    let there = errors(COUNT, sigma_m(accuracy_m)).map(|error| plane.position(error));
    there.filter(allowed).count() as f64 / f64::from(COUNT)
}

/// A corner on a ray is passed once where the outline goes on to the other side, and twice or not at all where it turns
/// back.
#[test]
fn a_ray_through_a_corner_crosses_the_outline_there_once() {
    let east = Coord { x: 1.0, y: 0.0 };
    for (corners, times) in [
        ([(2.0, -1.0), (2.0, 0.0), (3.0, 1.0)], 1),
        ([(3.0, 1.0), (2.0, 0.0), (2.0, -1.0)], 1),
        ([(1.0, 1.0), (2.0, 0.0), (3.0, 1.0)], 0),
        ([(1.0, -1.0), (2.0, 0.0), (3.0, -1.0)], 0),
        ([(-2.0, -1.0), (-2.0, 0.0), (-3.0, 1.0)], 0),
    ] {
        let line = LineString::from(corners.to_vec());
        let crossed: Vec<f64> = line.lines().filter_map(|edge| crossing(edge, east)).collect();
        assert!(crossed.iter().all(|at| *at == 2.0), "{corners:?}: {crossed:?}");
        assert_eq!(if times == 1 { crossed.len() } else { crossed.len() % 2 }, times, "{corners:?}: {crossed:?}");
    }
}

#[test]
fn a_half_plane_grows_by_its_tolerance() {
    let half_plane = drawn(&[vec![rectangle((-20_000.0, 20_000.0), (-20_000.0, 0.0))]]);
    for (north, tolerance, accuracy) in
        [(0.0, 0.0, 8.0), (26.0, 30.0, 8.0), (36.0, 30.0, 8.0), (-4.0, 10.0, 90.0), (180.0, 100.0, 60.0)]
    {
        let expected = normal((tolerance - north) / sigma_m(accuracy));
        let found = within(&half_plane, tolerance, aside(3.0, north), accuracy);
        assert!((found - expected).abs() < 1e-4, "{north} {tolerance} {accuracy}: {found} {expected}");
    }
}

#[test]
fn a_disc_grows_to_a_larger_disc() {
    let disc = SiteBoundary::circle(at(WAFANGDIAN), 100.0).unwrap();
    for (metres, tolerance, accuracy) in [
        (0.0, 30.0, 90.0),
        (110.0, 30.0, 8.0),
        (130.0, 30.0, 8.0),
        (150.0, 50.0, 60.0),
        (300.0, 100.0, 100.0),
        (90.0, 0.0, 40.0),
    ] {
        let (here, larger) =
            (destination(at(WAFANGDIAN), 77.0, metres), SiteBoundary::circle(at(WAFANGDIAN), 100.0 + tolerance));
        let expected = View::of(&larger.unwrap(), here).probability_inside(accuracy);
        let found = within(&disc, tolerance, here, accuracy);
        assert!((found - expected).abs() < 5e-3, "{metres} {tolerance} {accuracy}: {found} {expected}");
    }
}

#[test]
fn a_hole_that_the_tolerance_fills_is_none() {
    let rings = vec![rectangle((-500.0, 500.0), (-500.0, 500.0)), rectangle((-20.0, 20.0), (-20.0, 20.0))];
    let site = drawn(&[rings]);
    assert!(within(&site, 20.1, at(WAFANGDIAN), 30.0) > 0.999_9);
    // A square of 20 m is left of it.
    let left = 2.0 * normal(10.0 / sigma_m(30.0)) - 1.0;
    assert!((within(&site, 10.0, at(WAFANGDIAN), 30.0) - (1.0 - left * left)).abs() < 1e-4);
}

#[test]
fn several_sites_are_one_place_to_be() {
    let [west, east] = [(-300.0, 0.0), (0.0, 300.0)].map(|x| drawn(&[vec![rectangle(x, (-300.0, 300.0))]]));
    let seam = at(WAFANGDIAN);
    for side in [&west, &east] {
        assert!((within(side, 0.0, seam, 20.0) - 0.5).abs() < 1e-3);
    }
    assert!(probability_within([(&west, 0.0), (&east, 0.0)], seam, 20.0) > 0.999);
    assert_eq!(probability_within([], seam, 20.0), 0.0);
}

#[test]
fn no_error_is_all_or_nothing_and_boundless_error_is_nothing() {
    let disc = SiteBoundary::circle(at(WAFANGDIAN), 30.0).unwrap();
    for accuracy_m in [0.0, -5.0, f64::NAN, f64::MIN_POSITIVE, 1e-5] {
        assert!(within(&disc, 10.0, destination(at(WAFANGDIAN), 90.0, 39.9), accuracy_m) > 1.0 - 1e-6);
        assert!(within(&disc, 10.0, destination(at(WAFANGDIAN), 90.0, 41.0), accuracy_m) < 1e-6);
    }
    for accuracy_m in [1e5, 1e300, f64::INFINITY] {
        assert_eq!(within(&disc, 10.0, at(WAFANGDIAN), accuracy_m), 0.0);
    }
    assert_eq!(within(&disc, 10.0, at((-39.62, -58.0)), 20.0), 0.0);
}

fn around() -> impl Strategy<Value = (f64, f64)> {
    (0.0..360.0, 0.0..400.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Stars with a hole, beside a second plot and another site, from anywhere near.
    #[test]
    fn agrees_with_monte_carlo(
        radii in prop::collection::vec(40.0..250.0, 5..14), (bearing, metres) in around(),
        tolerance in 0.0..80.0, other_tolerance in 0.0..50.0, accuracy_m in 4.0..120.0, (turn, off) in around(),
    ) {
        let centre = at(WAFANGDIAN);
        let hole: Vec<f64> = radii.iter().map(|_| 18.0).collect();
        let plot = star(destination(centre, 90.0, 600.0), &[60.0, 90.0, 70.0, 50.0]);
        let polygons = [Polygon::new(star(centre, &radii), vec![star(centre, &hole)]), Polygon::new(plot, vec![])];
        let ring = |ring: &LineString| ring.0.iter().map(|at| vec![at.x, at.y]).collect::<Vec<_>>();
        let polygon = |polygon: &Polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect::<Vec<_>>();
        let coordinates: Vec<_> = polygons.iter().map(polygon).collect();
        let text = serde_json::json!({ "type": "MultiPolygon", "coordinates": coordinates }).to_string();
        let first = SiteBoundary::from_stored(&text).unwrap();
        let second = site(Polygon::new(star(destination(centre, turn, off), &[30.0, 80.0, 40.0, 60.0, 20.0]), vec![]));
        let sites = [(&first, tolerance), (&second, other_tolerance)];
        let here = destination(centre, bearing, metres);
        let (found, expected) = (probability_within(sites, here, accuracy_m), monte_carlo(&sites, here, accuracy_m));
        prop_assert!((found - expected).abs() < 0.01, "{} {}", found, expected);
    }

    #[test]
    fn without_tolerance_it_is_that_of_having_been_inside(
        radii in prop::collection::vec(20.0..400.0, 5..20), (bearing, metres) in around(), accuracy_m in 1.0..100.0,
    ) {
        let boundary = site(Polygon::new(star(at(WAFANGDIAN), &radii), vec![]));
        let here = destination(at(WAFANGDIAN), bearing, metres);
        let expected = View::of(&boundary, here).probability_inside(accuracy_m);
        let found = within(&boundary, 0.0, here, accuracy_m);
        prop_assert!((found - expected).abs() < 5e-4, "{} {}", found, expected);
    }

    #[test]
    fn more_tolerance_never_makes_it_less_probable(
        radii in prop::collection::vec(20.0..400.0, 5..20), (bearing, metres) in around(),
        tolerance in 0.0..100.0, more in 0.0..100.0, accuracy_m in 0.5..100.0,
    ) {
        let boundary = site(Polygon::new(star(at(WAFANGDIAN), &radii), vec![]));
        let here = destination(at(WAFANGDIAN), bearing, metres);
        let (less, greater) = (within(&boundary, tolerance, here, accuracy_m), within(&boundary, tolerance + more, here, accuracy_m));
        prop_assert!((0.0..=1.0).contains(&less) && (0.0..=1.0).contains(&greater));
        prop_assert!(less <= greater + 1e-4, "{} {}", less, greater);
    }

    #[test]
    fn survives_stored_rings_that_nobody_checked(
        ring in prop::collection::vec((-0.01..0.01, -0.01..0.01), 3..9), accuracy_m in prop::num::f64::ANY,
        tolerance in prop_oneof![Just(0.0), 0.0..500.0],
    ) {
        let mut ring: Vec<[f64; 2]> = ring.into_iter().map(|(y, x): (f64, f64)| [121.98 + x, 39.62 + y]).collect();
        ring.push(ring[0]);
        let text = serde_json::json!({ "type": "Polygon", "coordinates": [ring] }).to_string();
        let boundary = SiteBoundary::from_stored(&text).unwrap();
        for here in [at(WAFANGDIAN), Position::parse(ring[0][1], ring[0][0]).unwrap()] {
            prop_assert!((0.0..=1.0).contains(&within(&boundary, tolerance, here, accuracy_m)));
        }
    }
}

/// The figures are for a look; the bounds only catch work that grows with the square.
#[test]
fn integrates_over_many_vertices_in_time() {
    for count in [64, 10_000] {
        let radii: Vec<_> = (0..count).map(|i| 500.0 + 5.0 * f64::from(i % 7)).collect();
        let boundary = site(Polygon::new(star(at(WAFANGDIAN), &radii), vec![]));
        let start = Instant::now();
        let probability = within(&boundary, 30.0, destination(at(WAFANGDIAN), 45.0, 540.0), 60.0);
        let took = start.elapsed();
        println!("{count} vertices: p = {probability:.4} in {took:?}");
        assert!(took.as_secs() < 20);
    }
}
