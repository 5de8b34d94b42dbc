//! Rings that touch, parts that share edges, and shapes that are cut at the antimeridian.

use super::*;

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
