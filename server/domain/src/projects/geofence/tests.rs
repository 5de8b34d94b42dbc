use super::*;
use crate::projects::boundary::tests::{WAFANGDIAN, at, destination, site, star};
use geo::{Bearing, InterpolatePoint, LineString, LinesIter, Polygon};
use proptest::prelude::*;
use std::time::Instant;

/// Metres from `position` to the nearest of very many points on the geodesics that are the edges.
fn brute_force_m(boundary: &SiteBoundary, position: Position) -> f64 {
    let here = Point(degrees(position));
    let to_edge = |edge: Line| {
        let (start, end) = (Point(edge.start), Point(edge.end));
        let distance = |t: f64| Geodesic.distance(here, Geodesic.point_at_ratio_between(start, end, t));
        let coarse = (0..=32).map(|i| f64::from(i) / 32.0).min_by(|a, b| distance(*a).total_cmp(&distance(*b)));
        let (mut low, mut high) = (coarse.unwrap() - 1.0 / 32.0, coarse.unwrap() + 1.0 / 32.0);
        (low, high) = (low.max(0.0), high.min(1.0));
        while high - low > 1e-9 {
            let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
            (low, high) = if distance(a) < distance(b) { (low, b) } else { (a, high) };
        }
        distance(low).min(distance(0.0)).min(distance(1.0))
    };
    boundary.polygons().lines_iter().map(to_edge).fold(f64::INFINITY, f64::min)
}

/// Whether the directions to the vertices, seen from `position`, go round once.
fn brute_force_inside(boundary: &SiteBoundary, position: Position) -> bool {
    let here = Point(degrees(position));
    let turn = |edge: Line| {
        let turn = Geodesic.bearing(here, Point(edge.start)) - Geodesic.bearing(here, Point(edge.end));
        (turn + 540.0).rem_euclid(360.0) - 180.0
    };
    boundary.polygons().lines_iter().map(turn).sum::<f64>() > 180.0
}

fn signed_distance_m(boundary: &SiteBoundary, position: Position) -> f64 {
    View::of(boundary, position).signed_distance_m()
}

fn probability_inside(boundary: &SiteBoundary, position: Position, accuracy_m: f64) -> f64 {
    View::of(boundary, position).probability_inside(accuracy_m)
}

fn star_with_hole(centre: Position, radii_m: &[f64]) -> SiteBoundary {
    let hole: Vec<f64> = radii_m.iter().rev().map(|radius| 0.2 * radius).collect();
    let least = radii_m.iter().copied().fold(f64::INFINITY, f64::min);
    let hole: Vec<f64> = hole.into_iter().map(|radius| radius.min(0.5 * least)).collect();
    site(Polygon::new(star(centre, radii_m), vec![star(centre, &hole)]))
}

#[test]
fn measures_from_each_side_of_a_square_and_its_hole() {
    let plane = LocalPlane::at(at(WAFANGDIAN));
    let square = |half: f64| {
        let corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)];
        LineString(corners.map(|(x, y)| degrees(plane.position(Coord { x, y }))).to_vec())
    };
    let boundary = site(Polygon::new(square(100.0), vec![square(10.0)]));
    for (x, y, expected) in [
        (0.0, 0.0, 10.0),
        (0.0, 9.0, 1.0),
        (0.0, 11.0, -1.0),
        (55.0, 0.0, -45.0),
        (99.0, 50.0, -1.0),
        (110.0, 0.0, 10.0),
        (103.0, 104.0, 5.0),
        (-1_100.0, 0.0, 1_000.0),
    ] {
        let distance = signed_distance_m(&boundary, plane.position(Coord { x, y }));
        assert!((distance - expected).abs() < 2e-3, "{x}, {y}: {distance}");
    }
    let corner = boundary.polygons().0[0].exterior().0[0];
    assert_eq!(signed_distance_m(&boundary, Position::parse(corner.y, corner.x).unwrap()), 0.0);
}

/// Near the edge distances are measured on the map, further off along geodesics: inside they are negative either way.
#[test]
fn whoever_is_far_inside_a_big_site_is_inside() {
    let plane = LocalPlane::at(at(WAFANGDIAN));
    let corners = [(-20e3, -20e3), (20e3, -20e3), (20e3, 20e3), (-20e3, 20e3), (-20e3, -20e3)];
    let ring = corners.map(|(x, y)| degrees(plane.position(Coord { x, y }))).to_vec();
    let boundary = site(Polygon::new(LineString(ring), vec![]));
    for inside in [10.0, 4_990.0, 5_010.0, 6_000.0, 12_000.0, 20_000.0] {
        let distance = signed_distance_m(&boundary, plane.position(Coord { x: 20e3 - inside, y: 0.0 }));
        assert!((distance + inside).abs() < 1.0, "{inside}: {distance}");
        let outside = signed_distance_m(&boundary, plane.position(Coord { x: 20e3 + inside, y: 0.0 }));
        assert!((outside - inside).abs() < 1.0, "{inside}: {outside}");
    }
}

/// The nearest of several parts counts, to less than a metre too.
#[test]
fn of_two_plots_within_a_pace_the_nearer_counts() {
    let plane = LocalPlane::at(at(WAFANGDIAN));
    let plot = |west: f64, east: f64| {
        let corners = [(west, -5.0), (east, -5.0), (east, 5.0), (west, 5.0), (west, -5.0)];
        let ring = corners.map(|(x, y)| degrees(plane.position(Coord { x, y })));
        serde_json::json!([ring.map(|corner| [corner.x, corner.y])])
    };
    for (west, east, expected) in [(-0.9, 0.3, 0.3), (-0.3, 0.9, 0.3), (-0.6, 0.7, 0.6)] {
        let plots = serde_json::json!({ "type": "MultiPolygon", "coordinates": [plot(-10.0, west), plot(east, 10.0)] });
        let boundary = SiteBoundary::from_stored(&plots.to_string()).unwrap();
        let distance = signed_distance_m(&boundary, at(WAFANGDIAN));
        assert!((distance - expected).abs() < 1e-3, "{west} {east}: {distance}");
    }
}

#[test]
fn a_site_across_the_antimeridian_or_around_a_pole_is_like_any_other() {
    let radii = [400.0, 700.0, 500.0, 650.0, 300.0, 800.0];
    for centre in [(0.0, 180.0), (66.0, -180.0), (66.0, 179.999), (90.0, 0.0), (-90.0, 77.0), (89.999, 10.0)].map(at) {
        let boundary = site(Polygon::new(star(centre, &radii), vec![]));
        assert!(signed_distance_m(&boundary, centre) < -200.0);
        assert!(probability_inside(&boundary, centre, 20.0) > 0.999_999);
        for bearing in [0.0, 90.0, 180.0, 270.0] {
            let outside = destination(centre, bearing, 1_500.0);
            let (distance, expected) = (signed_distance_m(&boundary, outside), brute_force_m(&boundary, outside));
            assert!(distance > 0.0 && (distance - expected).abs() < 0.01, "{distance} {expected}");
            assert!(probability_inside(&boundary, outside, 20.0) < 1e-6);
        }
    }
}

#[test]
fn the_other_side_of_the_earth_is_far_away() {
    let boundary = SiteBoundary::circle(at(WAFANGDIAN), 500.0).unwrap();
    let distance = signed_distance_m(&boundary, at((-39.63, -58.02)));
    assert!((distance - 20_003_000.0).abs() < 20_000.0, "{distance}");
    assert_eq!(probability_inside(&boundary, at((-39.63, -58.02)), 20.0), 0.0);
    // Near the antipode the nearest vertex by chord is not the nearest along the ground.
    let centre = at((-26.210_713, 0.0));
    let radii = [50.0, 50.0, 50.0, 50.0, 38_542.0, 50.0, 50.0, 34_055.0];
    let (boundary, antipode) =
        (site(Polygon::new(star(centre, &radii), vec![])), destination(centre, 0.0, 19_979_558.0));
    let (distance, expected) = (signed_distance_m(&boundary, antipode), brute_force_m(&boundary, antipode));
    assert!((distance - expected).abs() < 0.001 * expected, "{distance} {expected}");
}

fn anywhere() -> impl Strategy<Value = Position> {
    (-90.0..=90.0, -180.0..=180.0).prop_map(at)
}

fn radii(metres: std::ops::Range<f64>) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(metres, 8..20)
}

proptest! {
    /// The geodesic from the map, where that stands in for Karney's.
    #[test]
    fn measures_on_the_map_to_a_tenth_of_a_millimetre(centre in anywhere(), bearing in 0.0..360.0, metres in 0.0..5_000.0) {
        let plane = LocalPlane::at(centre);
        let there = plane.project(degrees(destination(centre, bearing, metres))).unwrap();
        prop_assert!((plane.along_the_ground_m(length(there)) - metres).abs() < 1e-4);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_brute_force_to_a_centimetre_nearby(
        centre in anywhere(), radii in radii(50.0..900.0), bearing in 0.0..360.0, metres in 0.0..1_500.0,
    ) {
        let boundary = star_with_hole(centre, &radii);
        let position = destination(centre, bearing, metres);
        let (distance, expected) = (signed_distance_m(&boundary, position), brute_force_m(&boundary, position));
        prop_assert!((distance.abs() - expected).abs() < 0.01, "{} {}", distance, expected);
        prop_assert!(expected < 0.01 || (distance < 0.0) == brute_force_inside(&boundary, position));
    }

    #[test]
    fn agrees_with_brute_force_on_edges_of_many_kilometres(
        centre in anywhere(), radii in radii(20_000.0..100_000.0), bearing in 0.0..360.0, metres in 0.0..120_000.0,
    ) {
        let boundary = star_with_hole(centre, &radii);
        let position = destination(centre, bearing, metres);
        let (distance, expected) = (signed_distance_m(&boundary, position), brute_force_m(&boundary, position));
        let tolerance = if expected < 1_000.0 { 0.01 } else { 0.001 * expected };
        prop_assert!((distance.abs() - expected).abs() < tolerance, "{} {}", distance, expected);
    }

    #[test]
    fn agrees_with_brute_force_to_a_thousandth_far_away(
        centre in anywhere(), radii in radii(50.0..50_000.0), bearing in 0.0..360.0, metres in 1e5..2e7,
    ) {
        let boundary = site(Polygon::new(star(centre, &radii), vec![]));
        let position = destination(centre, bearing, metres);
        let (distance, expected) = (signed_distance_m(&boundary, position), brute_force_m(&boundary, position));
        prop_assert!((distance - expected).abs() < 0.001 * expected, "{} {}", distance, expected);
    }
}

fn ring(vertices: &[(f64, f64)]) -> LineString {
    let mut ring = LineString::from(vertices.to_vec());
    ring.close();
    ring
}

fn mass(ring: &LineString, sigma_m: f64) -> f64 {
    gaussian_mass(ring.lines(), sigma_m)
}

fn gaussian_mass(edges: impl Iterator<Item = Line>, sigma_m: f64) -> f64 {
    edges.map(|edge| swept_mass(edge, sigma_m)).sum::<f64>().clamp(0.0, 1.0)
}

fn rectangle(x: (f64, f64), y: (f64, f64)) -> LineString {
    ring(&[(x.0, y.0), (x.1, y.0), (x.1, y.1), (x.0, y.1)])
}

/// The normal distribution between `a` and `b` by Simpson's rule.
fn normal(a: f64, b: f64) -> f64 {
    const STEPS: u32 = 20_000;
    let (a, b) = (a.clamp(-12.0, 12.0), b.clamp(-12.0, 12.0));
    let step = (b - a) / f64::from(STEPS);
    let density = |i: u32| (-0.5 * (a + f64::from(i) * step).powi(2)).exp() / TAU.sqrt();
    let inner: f64 = (1..STEPS).map(|i| density(i) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
    (density(0) + inner + density(STEPS)) * step / 3.0
}

#[test]
fn a_half_plane_holds_what_the_normal_distribution_says() {
    for edge in [-3.0, -1.0, -1e-3, -1e-9, 0.0, 1e-12, 1e-6, 0.5, 2.0, 4.0] {
        for width in [50.0, 1e4, 1e9] {
            let half_plane = rectangle((-width, edge), (-width, width));
            let expected = normal(-f64::INFINITY, edge);
            assert!((mass(&half_plane, 1.0) - expected).abs() < 1e-11, "{edge} {width}");
        }
    }
}

#[test]
fn rectangles_hold_the_product_of_two_normal_distributions() {
    for half in [0.01, 0.3, 1.0, 2.5, 7.0] {
        let expected = normal(-half, half).powi(2);
        assert!((mass(&rectangle((-half, half), (-half, half)), 1.0) - expected).abs() < 1e-8);
    }
    for (x, y) in
        [((0.5, 3.0), (-2.0, 1.0)), ((-4.0, -1.0), (2.0, 9.0)), ((-30.0, 0.1), (1e-4, 0.2)), ((6.0, 7.0), (0.0, 1.0))]
    {
        let expected = normal(x.0, x.1) * normal(y.0, y.1);
        assert!((mass(&rectangle(x, y), 1.0) - expected).abs() < 1e-8, "{x:?} {y:?}");
        let (x, y) = ((20.0 * x.0, 20.0 * x.1), (20.0 * y.0, 20.0 * y.1));
        assert!((mass(&rectangle(x, y), 20.0) - expected).abs() < 1e-8);
    }
}

#[test]
fn discs_hold_what_the_rayleigh_distribution_says_and_the_accuracy_is_68_per_cent() {
    let disc = |radius: f64| {
        let corner = |i: u32| (TAU * f64::from(i) / 20_000.0).sin_cos();
        ring(&(0..20_000).rev().map(|i| (radius * corner(i).0, radius * corner(i).1)).collect::<Vec<_>>())
    };
    for radius in [0.1, 1.0, 2.0, 5.0] {
        let expected = 1.0 - (-0.5_f64 * radius * radius).exp();
        assert!((mass(&disc(radius), 1.0) - expected).abs() < 1e-7);
    }
    assert!((mass(&disc(30.0), sigma_m(30.0)) - 0.68).abs() < 1e-7);
    let circle = SiteBoundary::circle(at(WAFANGDIAN), 30.0).unwrap();
    assert!((probability_inside(&circle, at(WAFANGDIAN), 30.0) - 0.68).abs() < 1e-3);
}

#[test]
fn no_error_is_all_or_nothing_and_boundless_error_is_nothing() {
    let circle = SiteBoundary::circle(at(WAFANGDIAN), 30.0).unwrap();
    let outside = destination(at(WAFANGDIAN), 90.0, 31.0);
    for accuracy_m in [0.0, -5.0, f64::NAN, f64::MIN_POSITIVE, 1e-5] {
        assert!(probability_inside(&circle, at(WAFANGDIAN), accuracy_m) > 1.0 - 1e-12);
        assert!(probability_inside(&circle, outside, accuracy_m) < 1e-12);
    }
    assert_eq!(probability_inside(&circle, at(WAFANGDIAN), f64::INFINITY), 0.0);
    assert!(probability_inside(&circle, at(WAFANGDIAN), 1e300) < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Splitting an edge moves every node of the quadrature, so agreement bounds its error.
    #[test]
    fn an_edge_weighs_as_much_as_its_parts(
        log_h in -12.0..1.0, from in -20.0..20.0, length in 0.0..30.0, split in 0.0..1.0,
    ) {
        let h = 10.0_f64.powf(log_h);
        let (middle, to) = (from + split * length, from + length);
        let parts = missed_angle(h, from, middle) + missed_angle(h, middle, to);
        prop_assert!((missed_angle(h, from, to) - parts).abs() < 1e-8);
    }
}

proptest! {
    #[test]
    fn a_hole_takes_its_own_mass_away(
        radii in radii(10.0..100.0), east in -150.0..150.0, north in -150.0..150.0, accuracy_m in 0.1..500.0,
    ) {
        let polar = |(i, radius): (usize, f64)| {
            let (sin, cos) = (TAU * i as f64 / radii.len() as f64).sin_cos();
            (east + radius * cos, north + radius * sin)
        };
        let shell = ring(&radii.iter().copied().enumerate().map(polar).collect::<Vec<_>>());
        let mut hole = ring(&radii.iter().map(|radius| 0.5 * radius).enumerate().map(polar).collect::<Vec<_>>());
        let sigma = sigma_m(accuracy_m);
        let (whole, part) = (mass(&shell, sigma), mass(&hole, sigma));
        prop_assert!((0.0..=1.0).contains(&part) && part <= whole + 1e-12 && whole <= 1.0);
        hole.0.reverse();
        let both = gaussian_mass(shell.lines().chain(hole.lines()), sigma);
        prop_assert!((both - (whole - part)).abs() < 1e-12);
    }

    #[test]
    fn is_a_probability_and_falls_as_one_walks_away_from_a_disc(
        centre in anywhere(), bearing in 0.0..360.0, radius_m in 1.0..5_000.0,
        near in 0.0..3.0, further in 0.1..3.0, accuracy_m in 0.1..1_000.0,
    ) {
        let circle = SiteBoundary::circle(centre, radius_m).unwrap();
        let at_distance = |metres| probability_inside(&circle, destination(centre, bearing, metres), accuracy_m);
        let scale = radius_m + accuracy_m;
        let (first, second) = (at_distance(near * scale), at_distance((near + further) * scale));
        prop_assert!((0.0..=1.0).contains(&first) && (0.0..=1.0).contains(&second));
        prop_assert!(second <= first + 1e-6, "{} {}", first, second);
    }

    #[test]
    fn a_small_error_agrees_with_the_distance(
        centre in anywhere(), radii in radii(50.0..900.0), bearing in 0.0..360.0, metres in 0.0..1_500.0,
    ) {
        let boundary = star_with_hole(centre, &radii);
        let position = destination(centre, bearing, metres);
        let distance = signed_distance_m(&boundary, position);
        let probability = probability_inside(&boundary, position, distance.abs() / 5.0);
        let wrong = if distance < 0.0 { 1.0 - probability } else { probability };
        prop_assert!(wrong < 1e-5);
    }

    #[test]
    fn survives_stored_rings_that_nobody_checked(
        ring in prop::collection::vec((-90.0..=90.0, -180.0..=180.0), 3..9),
        position in anywhere(), accuracy_m in prop::num::f64::ANY,
    ) {
        let mut ring: Vec<[f64; 2]> = ring.into_iter().map(|(y, x): (f64, f64)| [x, y]).collect();
        ring.push(ring[0]);
        let text = geojson::GeometryValue::new_polygon([ring]).to_string();
        let boundary = SiteBoundary::from_stored(&text).unwrap();
        prop_assert!(signed_distance_m(&boundary, position).is_finite());
        prop_assert!((0.0..=1.0).contains(&probability_inside(&boundary, position, accuracy_m)));
    }
}

/// Four radii contradict, of 5 m at least.
fn judged(distance_m: f64, accuracy_m: f64, tolerance_m: f64) -> FindingOutcome {
    judge(distance_m, accuracy_m, Allowance { tolerance_m, radii: 4.0, least_radius_m: 5.0 })
}

#[test]
fn judges_by_the_whole_error_disc_and_contradicts_at_four_radii() {
    use FindingOutcome::{Fail, Pass, Review, Unknown};
    for (distance_m, accuracy_m, tolerance_m, outcome) in [
        (-100.0, 20.0, 50.0, Pass),
        (30.0, 20.0, 50.0, Pass),
        (30.000_001, 20.0, 50.0, Review),
        (50.0, 5.0, 50.0, Review),
        (70.000_001, 20.0, 50.0, Review),
        (130.0, 20.0, 50.0, Review),
        (130.000_001, 20.0, 50.0, Fail),
        (5_000.0, 20.0, 50.0, Fail),
        (3_000.0, 100.0, 30.0, Fail),
        (300.0, 100.0, 30.0, Review),
        (-10.0, 10.0, 0.0, Pass),
        (-9.0, 10.0, 0.0, Review),
        (40.0, 10.0, 0.0, Review),
        (41.0, 10.0, 0.0, Fail),
        // No phone is as good as that.
        (20.0, 0.01, 0.0, Review),
        (20.01, 0.01, 0.0, Fail),
        (-40.0, 10.0, -30.0, Pass),
        (5_000.0, f64::INFINITY, 50.0, Review),
        (f64::INFINITY, 20.0, 50.0, Fail),
        (0.0, 0.0, 50.0, Unknown),
        (-100.0, -5.0, 50.0, Unknown),
        (-100.0, f64::NAN, 50.0, Unknown),
        (f64::NAN, 20.0, 50.0, Unknown),
        (-100.0, 20.0, f64::NAN, Unknown),
    ] {
        assert_eq!(judged(distance_m, accuracy_m, tolerance_m), outcome, "{distance_m} {accuracy_m} {tolerance_m}");
    }
}

/// Pass, review, fail: the larger the worse.
fn severity(outcome: FindingOutcome) -> u8 {
    match outcome {
        FindingOutcome::Pass => 0,
        FindingOutcome::Review => 1,
        FindingOutcome::Fail => 2,
        FindingOutcome::Unknown => unreachable!(),
    }
}

proptest! {
    #[test]
    fn coming_closer_or_more_tolerance_never_makes_it_worse(
        distance in -500.0..500.0, accuracy in 0.1..100.0, tolerance in 0.0..200.0, by in 0.0..300.0,
    ) {
        let before = severity(judged(distance, accuracy, tolerance));
        prop_assert!(severity(judged(distance - by, accuracy, tolerance)) <= before);
        prop_assert!(severity(judged(distance, accuracy, tolerance + by)) <= before);
    }

    /// A worse fix only takes certainty away: it may turn pass or fail into review, and nothing else.
    #[test]
    fn a_larger_error_only_ever_leads_to_review(
        distance in -500.0..500.0, accuracy in 0.1..100.0, tolerance in 0.0..200.0, by in 0.0..100.0,
    ) {
        let (before, after) = (judged(distance, accuracy, tolerance), judged(distance, accuracy + by, tolerance));
        prop_assert!(after == before || after == FindingOutcome::Review);
    }
}

/// The figures are for a look; the bounds only catch work that grows with the square.
#[test]
fn judges_many_vertices_in_time() {
    for count in [100, 10_000] {
        let radii: Vec<_> = (0..count).map(|i| 500.0 + 5.0 * f64::from(i % 7)).collect();
        let boundary = site(Polygon::new(star(at(WAFANGDIAN), &radii), vec![]));
        let position = destination(at(WAFANGDIAN), 45.0, 480.0);
        let start = Instant::now();
        let distance = signed_distance_m(&boundary, position);
        let measuring = start.elapsed();
        let start = Instant::now();
        let probability = probability_inside(&boundary, position, 60.0);
        let integrating = start.elapsed();
        println!(
            "{count} vertices: distance {distance:.3} m in {measuring:?}, p = {probability:.4} in {integrating:?}"
        );
        assert!(measuring.as_secs() < 2 && integrating.as_secs() < 2);
    }
}
