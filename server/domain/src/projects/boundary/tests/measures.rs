//! Areas, circles, centres, and the map.

use super::*;

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

proptest! {
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
