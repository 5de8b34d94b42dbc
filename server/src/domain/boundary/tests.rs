use super::*;
use crate::domain::{
    datum::{CoordinateField, from_wgs84},
    geofence::View,
};
use geo::{Bearing, Distance, InterpolatePoint, Validation};
use proptest::prelude::*;
use rstest::rstest;
use std::time::Instant;

/// A place in Wafangdian.
pub(in crate::domain) const WAFANGDIAN: (f64, f64) = (39.63, 121.98);

pub(in crate::domain) fn at((latitude, longitude): (f64, f64)) -> Position {
    Position::parse(latitude, longitude).unwrap()
}

/// The position `bearing` degrees and `metres` from `centre`.
pub(in crate::domain) fn destination(centre: Position, bearing: f64, metres: f64) -> Position {
    let point = Geodesic.destination(Point(degrees(centre)), bearing, metres);
    Position::wrapped(point.y(), point.x())
}

/// A ring that sees all of itself from `centre`: vertices at even bearings, at the given distances in metres.
pub(in crate::domain) fn star(centre: Position, radii_m: &[f64]) -> LineString {
    let step = 360.0 / radii_m.len() as f64;
    let vertices = radii_m.iter().enumerate().map(|(i, radius)| {
        let bearing = 360.0 - step * i as f64;
        degrees(destination(centre, bearing, *radius))
    });
    let mut ring = LineString(vertices.collect());
    ring.close();
    ring
}

pub(in crate::domain) fn site(polygon: Polygon) -> SiteBoundary {
    parsed(&MultiPolygon(vec![polygon])).unwrap()
}

fn parsed(polygons: &MultiPolygon) -> Result<SiteBoundary, BoundaryError> {
    SiteBoundary::parse_geojson(&GeometryValue::from(polygons).to_string(), Datum::Wgs84)
}

/// A GeoJSON polygon near Wafangdian of rings of (x, y) in thousandths of a degree.
fn polygon(rings: &[&[(f64, f64)]]) -> String {
    format!(r#"{{"type":"Polygon","coordinates":{}}}"#, coordinates(rings))
}

fn coordinates(rings: &[&[(f64, f64)]]) -> String {
    let ring = |ring: &&[(f64, f64)]| {
        let positions = ring.iter().map(|(x, y)| format!("[{},{}]", 121.98 + x / 1e3, 39.63 + y / 1e3));
        format!("[{}]", positions.collect::<Vec<_>>().join(","))
    };
    format!("[{}]", rings.iter().map(ring).collect::<Vec<_>>().join(","))
}

fn parse(text: &str) -> Result<SiteBoundary, BoundaryError> {
    SiteBoundary::parse_geojson(text, Datum::Wgs84)
}

const SQUARE: &[(f64, f64)] = &[(0., 0.), (10., 0.), (10., 10.), (0., 10.), (0., 0.)];
const HOLE: &[(f64, f64)] = &[(2., 2.), (2., 4.), (4., 4.), (4., 2.), (2., 2.)];

#[test]
fn reads_polygons_multipolygons_and_features() {
    let text = polygon(&[SQUARE, HOLE]);
    let boundary = parse(&text).unwrap();
    let multi = format!(r#"{{"type":"MultiPolygon","coordinates":[{}]}}"#, coordinates(&[SQUARE, HOLE]));
    let feature = format!(r#"{{"type":"Feature","properties":{{"name":"厂区"}},"geometry":{text}}}"#);
    assert_eq!(parse(&multi), Ok(boundary.clone()));
    assert_eq!(parse(&feature), Ok(boundary));
}

#[test]
fn turns_windings_and_merges_repeated_positions() {
    let mut clockwise: Vec<_> = SQUARE.to_vec();
    clockwise.reverse();
    clockwise.insert(2, clockwise[1]);
    let mut hole: Vec<_> = HOLE.to_vec();
    hole.reverse();
    let turned = parse(&polygon(&[&clockwise, &hole])).unwrap();
    let straight = parse(&polygon(&[SQUARE, HOLE])).unwrap();
    assert_eq!(turned.polygons.0[0].exterior().0.len(), 5);
    assert!((turned.area_m2() - straight.area_m2()).abs() < 1e-6);
    assert_eq!(turned, straight);
}

#[test]
fn converts_from_the_datum_it_was_drawn_in() {
    let wgs84 = parse(&polygon(&[SQUARE])).unwrap();
    for datum in [Datum::Gcj02, Datum::Bd09] {
        let mut drawn = wgs84.polygons.clone();
        geo::MapCoordsInPlace::map_coords_in_place(&mut drawn, |wgs84| {
            degrees(from_wgs84(Position::wrapped(wgs84.y, wgs84.x), datum))
        });
        let text = GeometryValue::from(&drawn).to_string();
        assert_eq!(SiteBoundary::parse_geojson(&text, datum), Ok(wgs84.clone()));
        assert_ne!(parse(&text), Ok(wgs84.clone()));
    }
}

#[test]
fn accepts_rings_that_touch_in_a_point() {
    let corner: &[(f64, f64)] = &[(10., 10.), (20., 10.), (20., 20.), (10., 20.), (10., 10.)];
    let parts = format!("[{},{}]", coordinates(&[SQUARE]), coordinates(&[corner]));
    assert!(parse(&format!(r#"{{"type":"MultiPolygon","coordinates":{parts}}}"#)).is_ok());
    let hole_at_corner: &[(f64, f64)] = &[(0., 0.), (2., 5.), (5., 2.), (0., 0.)];
    assert!(parse(&polygon(&[SQUARE, hole_at_corner])).is_ok());
    let island: &[(f64, f64)] = &[(2.5, 2.5), (3.5, 2.5), (3.5, 3.5), (2.5, 2.5)];
    let parts = format!("[{},{}]", coordinates(&[SQUARE, HOLE]), coordinates(&[island]));
    assert!(parse(&format!(r#"{{"type":"MultiPolygon","coordinates":{parts}}}"#)).is_ok());
}

fn multi(parts: &[&[&[(f64, f64)]]]) -> String {
    let parts: Vec<_> = parts.iter().map(|rings| coordinates(rings)).collect();
    format!(r#"{{"type":"MultiPolygon","coordinates":[{}]}}"#, parts.join(","))
}

#[test]
fn says_what_is_wrong() {
    let path = |part, ring| RingPath { part, ring };
    let shifted = |by: f64| SQUARE.iter().map(|(x, y)| (x + by, *y)).collect::<Vec<_>>();
    let bow: &[(f64, f64)] = &[(0., 0.), (10., 10.), (10., 0.), (0., 6.), (0., 0.)];
    let spike: &[(f64, f64)] = &[(0., 0.), (10., 0.), (10., 10.), (15., 15.), (10., 10.), (0., 10.), (0., 0.)];
    let line: &[(f64, f64)] = &[(0., 0.), (5., 5.), (10., 10.), (0., 0.)];
    let tiny: &[(f64, f64)] = &[(2.5, 2.5), (2.5, 3.5), (3.5, 3.5), (2.5, 2.5)];
    let through_corner: &[(f64, f64)] = &[(10., 10.), (12., 8.), (8., 8.), (8., 12.), (10., 10.)];
    type Is = fn(&BoundaryError, RingPath) -> bool;
    let cases: Vec<(String, RingPath, Is)> = vec![
        ("Wafangdian".into(), path(0, 0), |e, _| matches!(e, BoundaryError::NotGeoJson { .. })),
        (
            r#"{"type":"Point","coordinates":[1,2]}"#.into(),
            path(0, 0),
            |e, _| matches!(e, BoundaryError::NotAPolygon { found } if found == "Point"),
        ),
        (r#"{"type":"FeatureCollection","features":[]}"#.into(), path(0, 0), |e, _| {
            matches!(e, BoundaryError::NotAPolygon { .. })
        }),
        (r#"{"type":"Feature","properties":null,"geometry":null}"#.into(), path(0, 0), |e, _| {
            matches!(e, BoundaryError::NotAPolygon { .. })
        }),
        (multi(&[]), path(0, 0), |e, _| *e == BoundaryError::Empty),
        (multi(&[&[SQUARE], &[]]), path(0, 0), |e, _| *e == BoundaryError::Empty),
        (polygon(&vec![SQUARE; MOST_RINGS + 1]), path(0, 0), |e, _| {
            matches!(e, BoundaryError::TooManyRings { count: 1_001 })
        }),
        (polygon(&[&vec![(0., 0.); MOST_VERTICES + 1]]), path(0, 0), |e, _| {
            matches!(e, BoundaryError::TooManyVertices { count: 100_001 })
        }),
        (
            polygon(&[&SQUARE[..3]]),
            path(1, 1),
            |e, p| matches!(e, BoundaryError::TooFewPositions { ring, count: 3 } if *ring == p),
        ),
        (
            polygon(&[&[(0., 0.); 9]]),
            path(1, 1),
            |e, p| matches!(e, BoundaryError::TooFewPositions { ring, .. } if *ring == p),
        ),
        (polygon(&[&SQUARE[..4]]), path(1, 1), |e, p| *e == BoundaryError::NotClosed { ring: p }),
        (
            r#"{"type":"Polygon","coordinates":[[[39.6,121.9],[39.7,121.9],[39.6,121.8],[39.6,121.9]]]}"#.into(),
            path(1, 1),
            |e, p| {
                matches!(e, BoundaryError::Coordinate { ring, position: 1, error }
                if *ring == p && error.field == CoordinateField::Latitude)
            },
        ),
        (polygon(&[SQUARE, &[(0., 0.), (0., 1.), (9000., 0.), (0., 0.)]]), path(1, 2), |e, p| {
            *e == BoundaryError::TooLarge { ring: p }
        }),
        (polygon(&[line]), path(1, 1), |e, p| *e == BoundaryError::NoArea { ring: p }),
        (polygon(&[bow]), path(1, 1), |e, p| matches!(e, BoundaryError::SelfCrossing { ring, .. } if *ring == p)),
        (polygon(&[spike]), path(1, 1), |e, p| matches!(e, BoundaryError::SelfCrossing { ring, .. } if *ring == p)),
        (
            multi(&[&[SQUARE], &[&shifted(5.)]]),
            path(2, 1),
            |e, p| matches!(e, BoundaryError::RingsCross { first, second, .. } if *first == p || *second == p),
        ),
        (
            multi(&[&[SQUARE], &[through_corner]]),
            path(2, 1),
            |e, p| matches!(e, BoundaryError::RingsCross { first, second, .. } if *first == p || *second == p),
        ),
        (
            multi(&[&[SQUARE], &[SQUARE]]),
            path(2, 1),
            |e, p| matches!(e, BoundaryError::RingsCross { first, second, .. } if *first == p || *second == p),
        ),
        (polygon(&[SQUARE, &shifted(20.)]), path(1, 2), |e, p| *e == BoundaryError::HoleOutsideShell { ring: p }),
        (polygon(&[SQUARE, HOLE, tiny]), path(1, 3), |e, p| *e == BoundaryError::Nested { ring: p }),
        (multi(&[&[SQUARE], &[HOLE]]), path(2, 1), |e, p| *e == BoundaryError::Nested { ring: p }),
    ];
    for (text, path, is) in cases {
        let error = parse(&text).unwrap_err();
        assert!(is(&error, path), "{error:?} of {}", &text[..text.len().min(200)]);
        assert!(!error.to_string().contains("RingPath"));
        assert!(error.zh().chars().any(|c| ('一'..='龥').contains(&c)), "{}", error.zh());
    }
}

/// A quadrangle of 1 km about a place, turned by so many degrees, with a position in the middle of its first edge where
/// another ring touches it: straight in longitude and latitude, as RFC 7946 has edges.
fn touched(centre: (f64, f64), turned: f64, reach: f64) -> [Vec<(f64, f64)>; 2] {
    let corner = |bearing: f64, reach: f64| {
        let (sin, cos) = (bearing + turned).to_radians().sin_cos();
        (centre.1 + reach * sin / centre.0.to_radians().cos(), centre.0 + reach * cos)
    };
    let middle = |a: (f64, f64), b: (f64, f64)| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
    let corners = [45.0, 135.0, 225.0, 315.0].map(|bearing| corner(bearing, reach));
    let touch = middle(corners[0], corners[1]);
    let inner = [touch, corner(170.0, 0.3 * reach), corner(10.0, 0.3 * reach)];
    let closed = |ring: &[(f64, f64)]| ring.iter().chain(ring.first()).copied().collect();
    [closed(&corners), closed(&inner)]
}

fn rings(rings: &[&Vec<(f64, f64)>], decimals: usize) -> String {
    let ring = |ring: &&Vec<(f64, f64)>| {
        let positions = ring.iter().map(|(x, y)| format!("[{x:.decimals$},{y:.decimals$}]"));
        format!("[{}]", positions.collect::<Vec<_>>().join(","))
    };
    format!("[{}]", rings.iter().map(ring).collect::<Vec<_>>().join(","))
}

#[rstest]
fn a_hole_may_touch_an_edge_whichever_way_it_runs(
    #[values(0.0, 10.0, 30.0, 45.0, 60.0, 90.0, 135.0, 180.0, 225.0, 270.0, 300.0)] turned: f64,
    #[values((39.63, 121.98), (-33.9, 18.4), (65.0, -20.0), (0.0, 0.0), (10.0, 180.0))] centre: (f64, f64),
    #[values(0.0005, 0.005, 0.05)] reach: f64,
    #[values(6, 7, 8, 15)] decimals: usize,
) {
    let [shell, hole] = touched(centre, turned, reach);
    let wrap =
        |ring: Vec<(f64, f64)>| ring.into_iter().map(|(x, y)| ((x + 540.0).rem_euclid(360.0) - 180.0, y)).collect();
    let [shell, hole]: [Vec<_>; 2] = [wrap(shell), wrap(hole)];
    let text = format!(r#"{{"type":"Polygon","coordinates":{}}}"#, rings(&[&shell, &hole], decimals));
    let boundary = parse(&text).unwrap();
    let whole = parse(&format!(r#"{{"type":"Polygon","coordinates":{}}}"#, rings(&[&shell], decimals))).unwrap();
    let cut = parse(&format!(r#"{{"type":"Polygon","coordinates":{}}}"#, rings(&[&hole], decimals))).unwrap();
    let area = whole.area_m2() - cut.area_m2();
    assert!(
        (boundary.area_m2() - area).abs() < 0.3 * 2.0 * reach * 111_320.0 + 2e-4 * area + 1.0,
        "{} {area}",
        boundary.area_m2()
    );
    assert_eq!(SiteBoundary::from_stored(&boundary.to_geojson()), Ok(boundary));
}

const TRIANGLE: &[(f64, f64)] = &[(0., 0.), (10., 0.), (4., 10.), (0., 0.)];

#[rstest]
#[case::same_corners(&[SQUARE, &[(10., 0.), (20., 0.), (20., 10.), (10., 10.), (10., 0.)]], 1)]
#[case::part_of_an_edge(&[SQUARE, &[(10., 2.), (20., 2.), (20., 7.), (10., 7.), (10., 2.)]], 1)]
#[case::above(&[SQUARE, &[(3., 10.), (8., 10.), (8., 20.), (3., 20.), (3., 10.)]], 1)]
#[case::same_direction(&[SQUARE, &[(10., 0.), (10., 10.), (20., 10.), (20., 0.), (10., 0.)]], 1)]
#[case::overhanging(&[SQUARE, &[(10., -5.), (20., -5.), (20., 15.), (10., 15.), (10., -5.)]], 1)]
#[case::slanting(&[TRIANGLE, &[(10., 0.), (14., 10.), (4., 10.), (10., 0.)]], 1)]
#[case::four_around_a_corner(&[
    SQUARE,
    &[(10., 0.), (20., 0.), (20., 10.), (10., 10.), (10., 0.)],
    &[(0., 10.), (10., 10.), (10., 20.), (0., 20.), (0., 10.)],
    &[(10., 10.), (20., 10.), (20., 20.), (10., 20.), (10., 10.)],
], 1)]
#[case::two_and_one_apart(&[
    SQUARE,
    &[(10., 0.), (20., 0.), (20., 10.), (10., 10.), (10., 0.)],
    &[(30., 0.), (40., 0.), (40., 10.), (30., 10.), (30., 0.)],
], 2)]
#[case::a_gap_of_a_hand(&[SQUARE, &[(10.000_5, 0.), (20., 0.), (20., 10.), (10.000_5, 10.), (10.000_5, 0.)]], 1)]
#[case::over_by_a_hand(&[SQUARE, &[(9.999_5, 0.), (20., 0.), (20., 10.), (9.999_5, 10.), (9.999_5, 0.)]], 1)]
#[case::a_corner_met(&[SQUARE, &[(10., 0.), (15., -5.), (15., 5.), (10., 0.)]], 2)]
fn adjoining_plots_are_one(#[case] plots: &[&[(f64, f64)]], #[case] parts: usize) {
    let alone: f64 = plots.iter().map(|plot| parse(&polygon(&[plot])).unwrap().area_m2()).sum();
    let plots: Vec<&[&[(f64, f64)]]> = plots.iter().map(std::slice::from_ref).collect();
    let boundary = parse(&multi(&plots)).unwrap();
    assert_eq!(boundary.polygons.0.len(), parts, "{}", boundary.to_geojson());
    assert!((boundary.area_m2() - alone).abs() < 100.0, "{} m² of {alone}", boundary.area_m2());
    assert_eq!(parse(&boundary.to_geojson()).map(|again| again.polygons.0.len()), Ok(parts));
}

#[test]
fn plots_around_a_yard_leave_it_open_and_one_within_closes_it() {
    let around: &[&[&[(f64, f64)]]] = &[
        &[&[(0., 0.), (10., 0.), (7., 3.), (3., 3.), (0., 0.)]],
        &[&[(10., 0.), (10., 10.), (7., 7.), (7., 3.), (10., 0.)]],
        &[&[(10., 10.), (0., 10.), (3., 7.), (7., 7.), (10., 10.)]],
        &[&[(0., 10.), (0., 0.), (3., 3.), (3., 7.), (0., 10.)]],
    ];
    let ring = parse(&multi(around)).unwrap();
    assert_eq!((ring.polygons.0.len(), ring.polygons.0[0].interiors().len()), (1, 1));
    let yard: &[(f64, f64)] = &[(3., 3.), (7., 3.), (7., 7.), (3., 7.), (3., 3.)];
    let filled = parse(&multi(&[around, &[&[yard]]].concat())).unwrap();
    assert_eq!((filled.polygons.0.len(), filled.polygons.0[0].interiors().len()), (1, 0));
    let square = parse(&polygon(&[SQUARE])).unwrap();
    assert!((filled.area_m2() - square.area_m2()).abs() < 10.0);
    // A shape that crosses itself where another part's edge would take the crossing away.
    let crossing: &[&[&[(f64, f64)]]] =
        &[&[&[(2., 3.), (1., 1.), (3., 3.), (4., 2.), (2., 3.)]], &[&[(0., 4.), (4., 2.), (5., 3.), (0., 4.)]]];
    assert!(parse(&multi(crossing)).is_err());
    // The yard stays with the plots around it, whatever smaller plot lies apart.
    let apart: &[(f64, f64)] = &[(20., 0.), (25., 0.), (25., 5.), (20., 5.), (20., 0.)];
    let both = parse(&multi(&[around, &[&[apart]]].concat())).unwrap();
    let holes: Vec<usize> = both.polygons.0.iter().map(|part| part.interiors().len()).collect();
    assert_eq!(holes.iter().sum::<usize>(), 1, "{}", both.to_geojson());
    assert!((both.area_m2() - ring.area_m2() - parse(&polygon(&[apart])).unwrap().area_m2()).abs() < 10.0);
    // A plot that fills a hole to its rim.
    let plugged = parse(&multi(&[&[SQUARE, HOLE], &[HOLE]])).unwrap();
    assert_eq!((plugged.polygons.0.len(), plugged.polygons.0[0].interiors().len()), (1, 0));
}

/// A shape across the antimeridian is cut there (RFC 7946, 3.1.9); each part may say 180 or −180.
#[rstest]
fn a_shape_cut_at_the_antimeridian_is_whole(
    #[values(0.0, 66.0, -16.5)] south: f64,
    #[values(["180", "-180"], ["180.0", "180.0"], ["-180", "-180"], ["-180", "180"])] cut: [&str; 2],
) {
    let north = south + 0.1;
    let [west, east] = cut;
    let text = format!(
        r#"{{"type":"MultiPolygon","coordinates":[
        [[[179.9,{south}],[{west},{south}],[{west},{north}],[179.9,{north}],[179.9,{south}]]],
        [[[{east},{south}],[-179.9,{south}],[-179.9,{north}],[{east},{north}],[{east},{south}]]]]}}"#
    );
    let boundary = parse(&text).unwrap();
    assert_eq!(boundary.polygons.0.len(), 1);
    let uncut = format!(
        r#"{{"type":"Polygon","coordinates":[[[179.9,{south}],[-179.9,{south}],[-179.9,{north}],[179.9,{north}],[179.9,{south}]]]}}"#
    );
    let uncut = parse(&uncut).unwrap();
    // The uncut one's edges run straight for twice as far, which is a little nearer to the pole.
    assert!((boundary.area_m2() / uncut.area_m2() - 1.0).abs() < 1e-3);
    assert!(boundary.centre().longitude().abs() > 179.99);
    for longitude in [180.0, -180.0, 179.9999, -179.9999] {
        let middle = View::of(&boundary, at((south + 0.05, longitude)));
        let (distance, expected) =
            (middle.signed_distance_m(), View::of(&uncut, at((south + 0.05, longitude))).signed_distance_m());
        assert!(distance < -3_000.0 && (distance - expected).abs() < 30.0, "{longitude}: {distance} {expected}");
        assert!(middle.probability_inside(50.0) > 0.999_999);
    }
}

/// The cut goes through a hole, which is a notch in either part then.
#[test]
fn a_hole_that_is_cut_at_the_antimeridian_is_a_hole() {
    let text = r#"{"type":"MultiPolygon","coordinates":[
        [[[179.9,0],[180,0],[180,0.03],[179.97,0.03],[179.97,0.07],[180,0.07],[180,0.1],[179.9,0.1],[179.9,0]]],
        [[[-180,0],[-179.9,0],[-179.9,0.1],[-180,0.1],[-180,0.07],[-179.97,0.07],[-179.97,0.03],[-180,0.03],[-180,0]]]]}"#;
    let boundary = parse(text).unwrap();
    assert_eq!((boundary.polygons.0.len(), boundary.polygons.0[0].interiors().len()), (1, 1));
    let distance = |latitude, longitude| View::of(&boundary, at((latitude, longitude))).signed_distance_m();
    assert!((distance(0.05, 180.0) - 2_211.0).abs() < 5.0, "{}", distance(0.05, 180.0));
    assert!((distance(0.015, -180.0) + 1_658.0).abs() < 5.0, "{}", distance(0.015, -180.0));
}

#[rstest]
fn a_corridor_cut_at_the_antimeridian_is_whole(
    #[values("180", "-180")] west: &str,
    #[values("180", "-180")] east: &str,
) {
    let cut =
        format!(r#"{{"type":"MultiLineString","coordinates":[[[179.99,66],[{west},66]],[[{east},66],[-179.99,66]]]}}"#);
    let whole = r#"{"type":"LineString","coordinates":[[179.99,66],[180,66],[-179.99,66]]}"#;
    let [cut, whole] = [cut.as_str(), whole].map(|line| SiteBoundary::corridor(line, Datum::Wgs84, 40.0).unwrap());
    assert_eq!(cut.polygons.0.len(), 1);
    assert!((cut.area_m2() / whole.area_m2() - 1.0).abs() < 1e-3);
    assert!((View::of(&cut, at((66.0, 180.0))).signed_distance_m() + 20.0).abs() < 0.1);
}

#[test]
fn one_stands_well_inside_on_a_shared_edge() {
    let beside: &[(f64, f64)] = &[(10., 0.), (20., 0.), (20., 10.), (10., 10.), (10., 0.)];
    let boundary = parse(&multi(&[&[SQUARE], &[beside]])).unwrap();
    let view = View::of(&boundary, at((39.635, 121.99)));
    assert!(view.signed_distance_m() < -500.0, "{}", view.signed_distance_m());
    assert!(view.probability_inside(30.0) > 0.999_999);
}

#[test]
fn sentences_read_well() {
    let error = parse(&polygon(&[&SQUARE[..4]])).unwrap_err();
    assert_eq!(error.to_string(), "ring 1 of part 1 is not closed; repeat its first position as its last");
    assert_eq!(error.zh(), "第 1 部分第 1 环没有闭合；请以第一个位置作为最后一个位置");
    let error = BoundaryError::LineTooLong;
    assert_eq!(
        error.to_string(),
        "the line goes farther than 50 km from its middle; cut it into sites of at most 100 km"
    );
    assert_eq!(error.zh(), "线离其中点超过 50 公里；请分成几个现场，每个不超过 100 公里");
    let bow: &[(f64, f64)] = &[(0., 0.), (10., 10.), (10., 0.), (0., 10.), (0., 0.)];
    let error = parse(&polygon(&[bow])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ring 1 of part 1 crosses or touches itself near 39.635000, 121.985000; \
         draw it so that it meets itself only where it closes"
    );
}

#[test]
fn circles_lose_nobody_and_reach_a_thousandth_beyond() {
    for centre in [WAFANGDIAN, (0.0, 180.0), (0.0, -179.999), (90.0, 0.0), (-89.999, 12.0), (65.0, 0.0)] {
        for radius_m in [1.0, 30.0, 1_000.0, 50_000.0] {
            let centre = at(centre);
            let circle = SiteBoundary::circle(centre, radius_m).unwrap();
            for edge in circle.polygons.0[0].exterior().lines() {
                let corner = Geodesic.distance(Point(degrees(centre)), Point(edge.start));
                assert!(corner < radius_m * 1.001_3 + 0.01);
                for i in 0..16 {
                    let point =
                        Geodesic.point_at_ratio_between(Point(edge.start), Point(edge.end), f64::from(i) / 16.0);
                    let reach = Geodesic.distance(Point(degrees(centre)), point);
                    assert!(reach > radius_m - 0.02, "{radius_m} m around {centre:?}: {reach}");
                }
            }
            assert_eq!(parse(&circle.to_geojson()), Ok(circle.clone()));
            let area = std::f64::consts::PI * radius_m * radius_m;
            assert!((circle.area_m2() - area).abs() < 1e-3 * area + 0.5);
            assert!(Geodesic.distance(Point(degrees(circle.centre())), Point(degrees(centre))) < 1e-3 * radius_m);
        }
    }
    for radius_m in [0.999, 50_001.0, f64::NAN, f64::INFINITY, -1.0] {
        assert!(matches!(SiteBoundary::circle(at(WAFANGDIAN), radius_m), Err(BoundaryError::RadiusOutOfRange { .. })));
    }
}

#[test]
fn measures_area_on_the_ellipsoid_across_the_antimeridian_and_around_a_pole() {
    let strip = |west: f64, east: f64| {
        let text = format!(
            r#"{{"type":"Polygon","coordinates":[[[{west},0],[{east},0],[{east},0.1],[{west},0.1],[{west},0]]]}}"#
        );
        parse(&text).unwrap()
    };
    let (greenwich, antimeridian) = (strip(-0.1, 0.1), strip(179.9, -179.9));
    assert!((greenwich.area_m2() - antimeridian.area_m2()).abs() < 1.0);
    assert!((greenwich.area_m2() - 246.2e6).abs() < 0.2e6);
    assert!(antimeridian.centre().longitude().abs() > 179.99);
    let around_pole = r#"{"type":"Polygon","coordinates":[[[0,89.9],[90,89.9],[180,89.9],[-90,89.9],[0,89.9]]]}"#;
    let around_pole = parse(around_pole).unwrap();
    let half_diagonal = 11_169.0; // 0.1° of meridian at the pole
    assert!((around_pole.area_m2() / (2.0 * half_diagonal * half_diagonal) - 1.0).abs() < 1e-3);
    assert!(around_pole.centre().latitude() > 89.999);
}

/// The figures are for a look; the bounds only catch work that grows with the square.
#[test]
fn checks_many_vertices_in_time() {
    for count in [100, 10_000, 99_999] {
        let radii: Vec<_> = (0..count).map(|i| 1_000.0 + 5.0 * f64::from(i % 7)).collect();
        let text =
            GeometryValue::from(&MultiPolygon(vec![Polygon::new(star(at(WAFANGDIAN), &radii), vec![])])).to_string();
        let start = Instant::now();
        let boundary = parse(&text).unwrap();
        let parsing = start.elapsed();
        let start = Instant::now();
        SiteBoundary::from_stored(&boundary.to_geojson()).unwrap();
        println!("{count} vertices: parsed in {parsing:?}, stored and read back in {:?}", start.elapsed());
        assert!(parsing.as_secs() < 60);
    }
}

#[test]
fn gives_up_on_what_no_map_of_a_site_looks_like() {
    // A comb of long diagonal teeth, each of which overlaps all the others along both axes.
    let teeth = 20_000;
    let mut ring: Vec<(f64, f64)> = Vec::new();
    for tooth in 0..teeth {
        let shift = 0.01 * f64::from(tooth);
        ring.extend([(shift, -shift), (1_000. + shift, 1_000. - shift), (shift + 0.005, -shift - 0.005)]);
    }
    ring.extend([(-1.0, -201.0), (-1.0, 0.0), (0.0, 0.0)]);
    let start = Instant::now();
    assert_eq!(parse(&polygon(&[&ring])), Err(BoundaryError::TooIntricate));
    println!("gave up after {:?}", start.elapsed());
}

/// Each tooth is as wide as a step, and overlaps all others along the one axis and few along the other.
#[test]
fn a_long_comb_is_no_tangle() {
    const TEETH: u32 = 17_000;
    let foot = |tooth: u32| 0.02 * f64::from(tooth);
    let mut ring = vec![(5., 0.), (11., 0.), (11., foot(TEETH) - 0.01)];
    for tooth in (1..TEETH).rev() {
        ring.extend([(0., foot(tooth) + 0.01), (0., foot(tooth)), (10., foot(tooth)), (10., foot(tooth) - 0.01)]);
    }
    ring.extend([(0., 0.01), (0., 0.), (5., 0.)]);
    let turned: Vec<(f64, f64)> = ring.iter().rev().map(|&(x, y)| (y, x)).collect();
    for comb in [ring, turned] {
        assert_eq!(parse(&polygon(&[&comb])).map(|comb| comb.polygons.0.len()), Ok(1));
    }
}

fn grid_ring() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec((0..6u8, 0..6u8), 3..7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// On a coarse grid rings often touch, overlap and nest; `geo`'s exhaustive validation is the oracle, for rings as
    /// they are drawn: straight in longitude and latitude.
    #[test]
    fn agrees_with_exhaustive_validation(
        parts in prop::collection::vec(prop::collection::vec(grid_ring(), 1..3), 1..3),
    ) {
        let drawn = |scaled: &dyn Fn((u8, u8)) -> Coord| MultiPolygon(parts.iter().map(|rings| {
            let mut rings = rings.iter().map(|ring| {
                let mut ring: Vec<Coord> = ring.iter().copied().map(scaled).collect();
                ring.dedup();
                let mut ring = LineString(ring);
                ring.close();
                ring
            });
            Polygon::new(rings.next().unwrap(), rings.collect())
        }).collect());
        let flat = drawn(&|(x, y)| Coord { x: x.into(), y: y.into() });
        let boundary = parsed(&drawn(&|(x, y)| Coord { x: 121.98 + f64::from(x) / 1e3, y: 39.63 + f64::from(y) / 1e3 }));
        // On a few tangles the oracle trips over an assertion of its own, and has nothing to say.
        let Ok(valid) = std::panic::catch_unwind(|| flat.is_valid()) else { return Ok(()) };
        // Nor does it mind rings that run back on themselves and enclose nothing.
        let is_line = |ring: &LineString| geo::Area::unsigned_area(&Polygon::new(ring.clone(), vec![])) == 0.0;
        if flat.iter().any(|part| is_line(part.exterior()) || part.interiors().iter().any(is_line)) {
            prop_assert!(boundary.is_err(), "{boundary:?}");
        } else if valid {
            prop_assert!(boundary.is_ok(), "{boundary:?}");
        } else if let Ok(boundary) = boundary {
            // Parts that share edges are not valid as they are drawn; together they are, and have the area of all. So has a
            // ring that touches itself, if on the ground it misses itself by a hair.
            let each: f64 = flat.iter().map(geo::Area::unsigned_area).sum();
            let unit: &[(f64, f64)] = &[(0., 0.), (1., 0.), (1., 1.), (0., 1.), (0., 0.)];
            let square_m2 = parse(&polygon(&[unit])).unwrap().area_m2();
            prop_assert!((boundary.area_m2() / square_m2 - each).abs() < 0.05, "{each} squares: {}", boundary.to_geojson());
        }
    }
}

proptest! {
    #[test]
    fn survives_any_text(text in ".*") {
        let _ = parse(&text);
        let _ = SiteBoundary::from_stored(&text);
    }

    #[test]
    fn survives_any_rings(
        rings in prop::collection::vec(prop::collection::vec((-90.0..=90.0, -180.0..=180.0), 0..8), 0..4),
        close in any::<bool>(),
    ) {
        let rings: Vec<Vec<[f64; 2]>> = rings.into_iter().map(|ring: Vec<(f64, f64)>| {
            let mut ring: Vec<_> = ring.into_iter().map(|(latitude, longitude)| [longitude, latitude]).collect();
            if close { ring.extend(ring.first().copied()); }
            ring
        }).collect();
        let text = GeometryValue::new_polygon(rings).to_string();
        for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
            let _ = SiteBoundary::parse_geojson(&text, datum);
        }
        if let Ok(boundary) = SiteBoundary::from_stored(&text) {
            let _ = (boundary.centre(), boundary.area_m2());
        }
    }

    #[test]
    fn stars_anywhere_are_valid_and_stored_exactly(
        latitude in -90.0..=90.0, longitude in -180.0..=180.0,
        radii in prop::collection::vec(100.0..2_000.0, 8..40),
    ) {
        let centre = at((latitude, longitude));
        let polygons = MultiPolygon(vec![Polygon::new(star(centre, &radii), vec![])]);
        let boundary = parsed(&polygons);
        prop_assert!(boundary.is_ok(), "{boundary:?}");
        let boundary = boundary.unwrap();
        let text = boundary.to_geojson();
        prop_assert_eq!(SiteBoundary::from_stored(&text), Ok(boundary.clone()));
        prop_assert_eq!(parse(&text), Ok(boundary));
    }

    #[test]
    fn the_map_goes_there_and_back(
        latitude in -90.0..=90.0, longitude in -180.0..=180.0, bearing in 0.0..360.0, metres in 0.0..5e6,
    ) {
        let origin = at((latitude, longitude));
        let target = destination(origin, bearing, metres);
        let plane = LocalPlane::at(origin);
        let drawn = plane.project(degrees(target)).unwrap();
        let back = plane.position(drawn);
        prop_assert!(Geodesic.distance(Point(degrees(back)), Point(degrees(target))) < 1e-6);
        if metres > 1.0 && metres < 1_000.0 && latitude.abs() < 89.9 {
            prop_assert!((drawn.x.hypot(drawn.y) - metres).abs() < 1e-4);
            let turned = (drawn.x.atan2(drawn.y).to_degrees() - Geodesic.bearing(Point(degrees(origin)), Point(degrees(target)))).rem_euclid(360.0);
            prop_assert!(turned.min(360.0 - turned) < 0.01);
        }
    }
}
