//! Corridors: what is beside a line and what is not.

use std::time::Instant;

use geo::{Destination, Geodesic, Point};
use messages::Language;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::projects::{
    boundary::{
        degrees,
        tests::{WAFANGDIAN, at, destination},
    },
    datum::{Position, from_wgs84},
    geofence::signed_distance_m,
};

fn line(positions: &[Position]) -> String {
    let coordinates: Vec<_> = positions.iter().map(|p| [p.longitude(), p.latitude()]).collect();
    GeometryValue::new_line_string(coordinates).to_string()
}

fn corridor(positions: &[Position], width_m: f64) -> SiteBoundary {
    SiteBoundary::corridor(&line(positions), Datum::Wgs84, width_m).unwrap()
}

fn inside(boundary: &SiteBoundary, position: Position) -> bool {
    signed_distance_m(boundary, position) <= 0.0
}

/// From `start`, so many metres in each direction in turn.
fn way(start: Position, legs: &[(f64, f64)]) -> Vec<Position> {
    let mut positions = vec![start];
    for (bearing, metres) in legs {
        positions.push(destination(positions[positions.len() - 1], *bearing, *metres));
    }
    positions
}

#[rstest]
#[case::narrow(WAFANGDIAN, 1.0)]
#[case::road(WAFANGDIAN, 40.0)]
#[case::wide(WAFANGDIAN, 2_000.0)]
#[case::antimeridian((-16.8, 179.99), 40.0)]
#[case::equator((0.0, 0.0), 40.0)]
#[case::arctic((89.9, 12.0), 40.0)]
fn the_width_is_kept_along_a_bent_line(#[case] start: (f64, f64), #[case] width_m: f64) {
    let legs = [(80.0, 9_000.0), (170.0, 5_000.0), (100.0, 8_000.0)];
    let positions = way(at(start), &legs);
    let boundary = corridor(&positions, width_m);
    let middles = positions.windows(2).map(|leg| {
        let (from, to) = (Point(degrees(leg[0])), Point(degrees(leg[1])));
        let bearing = geo::Bearing::bearing(&Geodesic, from, to);
        let half_m = 0.5 * Distance::distance(&Geodesic, from, to);
        let middle = Geodesic.destination(from, bearing, half_m);
        (Position::wrapped(middle.y(), middle.x()), geo::Bearing::bearing(&Geodesic, middle, to))
    });
    for (middle, bearing) in middles {
        for side in [bearing - 90.0, bearing + 90.0] {
            assert!(inside(&boundary, destination(middle, side, 0.49 * width_m)));
            assert!(!inside(&boundary, destination(middle, side, 0.51 * width_m)));
        }
    }
}

#[test]
fn ends_and_the_outside_of_bends_are_round() {
    let positions = way(at(WAFANGDIAN), &[(90.0, 3_000.0), (180.0, 3_000.0)]);
    let boundary = corridor(&positions, 100.0);
    for bearing in [190.0, 225.0, 270.0, 315.0, 350.0] {
        assert!(inside(&boundary, destination(positions[0], bearing, 49.99)));
        assert!(!inside(&boundary, destination(positions[0], bearing, 50.1)));
    }
    for bearing in [10.0, 45.0, 80.0] {
        assert!(inside(&boundary, destination(positions[1], bearing, 49.99)));
        assert!(!inside(&boundary, destination(positions[1], bearing, 50.1)));
    }
}

#[test]
fn fifty_kilometres_from_the_middle_the_width_is_still_right() {
    let start = at(WAFANGDIAN);
    let end = destination(start, 20.0, 99_990.0);
    let boundary = corridor(&[start, end], 200.0);
    assert!(inside(&boundary, destination(start, 200.0, 99.99)));
    assert!(!inside(&boundary, destination(start, 200.0, 100.14)));
}

#[test]
fn a_line_that_crosses_itself_leaves_a_hole_and_one_that_doubles_back_is_counted_once() {
    let start = at(WAFANGDIAN);
    let knot = way(start, &[(90.0, 1_000.0), (0.0, 500.0), (270.0, 500.0), (180.0, 1_000.0)]);
    let knot = corridor(&knot, 60.0);
    assert_eq!((knot.polygons().0.len(), knot.polygons().0[0].interiors().len()), (1, 1));
    let mut there = way(start, &[(70.0, 1_000.0), (20.0, 700.0)]);
    let once = corridor(&there, 60.0);
    there.extend(there.clone().into_iter().rev());
    let twice = corridor(&there, 60.0);
    assert!((once.area_m2() - twice.area_m2()).abs() < 10.0);
}

#[test]
fn several_lines_are_one_site_and_the_datum_is_heeded() {
    let start = at(WAFANGDIAN);
    let ways = [way(start, &[(90.0, 500.0)]), way(destination(start, 0.0, 2_000.0), &[(90.0, 500.0)])];
    let text = |datum| {
        let point = |p: &Position| {
            let p = from_wgs84(*p, datum);
            [p.longitude(), p.latitude()]
        };
        let lines: Vec<Vec<_>> = ways.iter().map(|way| way.iter().map(point).collect()).collect();
        GeometryValue::new_multi_line_string(lines).to_string()
    };
    for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
        let boundary = SiteBoundary::corridor(&text(datum), datum, 30.0).unwrap();
        assert_eq!(boundary.polygons().0.len(), 2);
        assert!(ways.iter().flatten().all(|position| inside(&boundary, *position)));
    }
}

#[test]
fn says_what_is_wrong_with_a_line() {
    let start = at(WAFANGDIAN);
    let short = line(&[start, destination(start, 90.0, 100.0)]);
    type Is = fn(&BoundaryError) -> bool;
    let cases: Vec<(String, f64, Is)> = vec![
        (short.clone(), 0.9, |e| matches!(e, BoundaryError::WidthOutOfRange { .. })),
        (short.clone(), 2_001.0, |e| matches!(e, BoundaryError::WidthOutOfRange { .. })),
        (short, f64::NAN, |e| matches!(e, BoundaryError::WidthOutOfRange { .. })),
        ("road".into(), 20.0, |e| matches!(e, BoundaryError::NotGeoJson { .. })),
        (r#"{"type":"Point","coordinates":[1,2]}"#.into(), 20.0, |e| matches!(e, BoundaryError::NotALine { .. })),
        (r#"{"type":"MultiLineString","coordinates":[]}"#.into(), 20.0, |e| {
            matches!(e, BoundaryError::LineTooShort { line: 1 })
        }),
        (line(&[start, start, start]), 20.0, |e| matches!(e, BoundaryError::LineTooShort { line: 1 })),
        (r#"{"type":"LineString","coordinates":[[39.6,121.9],[39.7,121.9]]}"#.into(), 20.0, |e| {
            matches!(e, BoundaryError::LineCoordinate { line: 1, position: 1, .. })
        }),
        (line(&[start, destination(start, 90.0, 101_000.0)]), 20.0, |e| *e == BoundaryError::LineTooLong),
        (line(&[start, at((-39.63, -58.02))]), 20.0, |e| *e == BoundaryError::LineTooLong),
        (line(&vec![start; MOST_LINE_POSITIONS + 1]), 20.0, |e| {
            matches!(e, BoundaryError::TooManyLinePositions { count: 2_001 })
        }),
    ];
    for (text, width_m, is) in cases {
        let error = SiteBoundary::corridor(&text, Datum::Wgs84, width_m).unwrap_err();
        assert!(is(&error), "{error:?}");
        let zh = error.message().said(Language::Zh);
        assert!(zh.chars().any(|c| ('一'..='龥').contains(&c)), "{zh}");
    }
}

#[test]
fn the_longest_line_takes_no_time_to_speak_of() {
    let legs: Vec<_> = (0..MOST_LINE_POSITIONS - 1).map(|i| (if i % 2 == 0 { 80.0 } else { 100.0 }, 50.0)).collect();
    let positions = way(at(WAFANGDIAN), &legs);
    for width_m in [20.0, 2_000.0] {
        let begun = Instant::now();
        let made = SiteBoundary::corridor(&line(&positions), Datum::Wgs84, width_m);
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
        assert!(made.is_ok(), "{made:?}");
    }
}

/// The figures are for a look; the bounds only catch work that grows out of proportion.
#[test]
fn fine_and_tangled_lines_are_drawn_in_time_or_refused() {
    let plane = LocalPlane::at(at(WAFANGDIAN));
    let drawn = |corners: Vec<(f64, f64)>| -> Vec<_> {
        corners.into_iter().map(|(x, y)| plane.position(Coord { x, y })).collect()
    };
    let winding = |i: u32| (f64::from(i) * 8.0, 300.0 * (f64::from(i) / 40.0).sin() + f64::from(i % 3));
    let scribble = |i: u32| (f64::from(i * 7_919 % 5_003), f64::from(i * 104_729 % 4_999));
    for (name, positions, width_m, fine) in [
        ("winding", drawn((0..2_000).map(winding).collect()), 20.0, true),
        ("tangled", drawn((0..60).map(scribble).collect()), 5.0, true),
        ("too tangled", drawn((0..2_000).map(scribble).collect()), 5.0, false),
    ] {
        let begun = Instant::now();
        let made = SiteBoundary::corridor(&line(&positions), Datum::Wgs84, width_m);
        println!("{name}: {:?} vertices after {:?}", made.as_ref().map(SiteBoundary::vertices), begun.elapsed());
        assert!(begun.elapsed().as_secs() < 60);
        assert!(if fine { made.is_ok() } else { made == Err(BoundaryError::LineTooIntricate) }, "{name}");
    }
}

proptest! {
    #[test]
    fn any_walk_makes_a_boundary_that_holds_it(
        latitude in -90.0..=90.0, longitude in -180.0..=180.0, width_m in 1.0..=2_000.0,
        legs in prop::collection::vec((0.0..360.0, 0.5..2_000.0), 1..25), back: bool,
    ) {
        let mut positions = way(at((latitude, longitude)), &legs);
        if back { positions.extend(positions.clone().into_iter().rev()); }
        let boundary = SiteBoundary::corridor(&line(&positions), Datum::Wgs84, width_m);
        prop_assert!(boundary.is_ok(), "{boundary:?}");
        let boundary = boundary.unwrap();
        prop_assert!(positions.iter().all(|position| inside(&boundary, *position)));
        prop_assert_eq!(SiteBoundary::from_stored(&boundary.to_geojson()), Ok(boundary));
    }

    #[test]
    fn coarse_grids_where_much_touches_are_drawn_too(
        lines in prop::collection::vec(prop::collection::vec((0..5_i8, 0..5_i8), 2..8), 1..4), width in 1..6_u8,
    ) {
        let plane = LocalPlane::at(at(WAFANGDIAN));
        let corner = |(x, y): &(i8, i8)| {
            let corner = plane.position(Coord { x: 10.0 * f64::from(*x), y: 10.0 * f64::from(*y) });
            [corner.longitude(), corner.latitude()]
        };
        let lines: Vec<Vec<_>> = lines.iter().map(|corners| corners.iter().map(corner).collect()).collect();
        let text = GeometryValue::new_multi_line_string(lines).to_string();
        let made = SiteBoundary::corridor(&text, Datum::Wgs84, 2.5 * f64::from(width));
        prop_assert!(matches!(made, Ok(_) | Err(BoundaryError::LineTooShort { .. })), "{:?}", made);
    }

    #[test]
    fn survives_any_line(positions in prop::collection::vec((-90.0..=90.0, -180.0..=180.0), 0..6), width_m: f64) {
        let positions: Vec<_> = positions.into_iter().map(at).collect();
        let _ = SiteBoundary::corridor(&line(&positions), Datum::Wgs84, width_m);
    }
}
