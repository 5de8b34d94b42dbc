use super::*;
use crate::projects::{
    datum::{CoordinateField, from_wgs84},
    geofence::View,
};
use geo::{Bearing, Distance, InterpolatePoint, Validation};
use messages::Language;
use proptest::prelude::*;
use rstest::rstest;
use std::time::Instant;

mod measures;
mod meeting;
mod validation;

/// A place in Wafangdian.
pub(crate) const WAFANGDIAN: (f64, f64) = (39.63, 121.98);

pub(crate) fn at((latitude, longitude): (f64, f64)) -> Position {
    Position::parse(latitude, longitude).unwrap()
}

/// The position `bearing` degrees and `metres` from `centre`.
pub(crate) fn destination(centre: Position, bearing: f64, metres: f64) -> Position {
    let point = Geodesic.destination(Point(degrees(centre)), bearing, metres);
    Position::wrapped(point.y(), point.x())
}

/// A ring that sees all of itself from `centre`: vertices at even bearings, at the given distances in metres.
pub(crate) fn star(centre: Position, radii_m: &[f64]) -> LineString {
    let step = 360.0 / radii_m.len() as f64;
    let vertices = radii_m.iter().enumerate().map(|(i, radius)| {
        let bearing = 360.0 - step * i as f64;
        degrees(destination(centre, bearing, *radius))
    });
    let mut ring = LineString(vertices.collect());
    ring.close();
    ring
}

pub(crate) fn site(polygon: Polygon) -> SiteBoundary {
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
        let zh = error.message().said(Language::Zh);
        assert!(zh.chars().any(|c| ('一'..='龥').contains(&c)), "{zh}");
    }
}

#[test]
fn sentences_read_well() {
    let error = parse(&polygon(&[&SQUARE[..4]])).unwrap_err();
    assert_eq!(error.to_string(), "ring 1 of part 1 is not closed; repeat its first position as its last");
    assert_eq!(error.message().said(Language::Zh), "第 1 部分第 1 环没有闭合；请以第一个位置作为最后一个位置");
    let error = BoundaryError::LineTooLong;
    assert_eq!(
        error.to_string(),
        "the line goes farther than 50 km from its middle; cut it into sites of at most 100 km"
    );
    assert_eq!(error.message().said(Language::Zh), "线离其中点超过 50 公里；请分成几个现场，每个不超过 100 公里");
    let bow: &[(f64, f64)] = &[(0., 0.), (10., 10.), (10., 0.), (0., 10.), (0., 0.)];
    let error = parse(&polygon(&[bow])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ring 1 of part 1 crosses or touches itself near 39.635000, 121.985000; \
         draw it so that it meets itself only where it closes"
    );
}
