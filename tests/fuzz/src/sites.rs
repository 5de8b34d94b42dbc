//! Site files, and the boundaries in them.

use domain::{
    check_ins::sentence::Sentence,
    projects::{
        boundary::SiteBoundary,
        datum::{Position, to_wgs84},
        geofence::View,
    },
};
use entity::values::Datum;
use server::roster::{SiteShape, parse_sites};

/// Sites of one file that are looked at: their number is bounded elsewhere, and time is short here.
const LOOKED_AT: usize = 8;

/// Reads the bytes as a site file, and as one boundary in every datum.
///
/// # Panics
/// When something doesn't hold that should.
pub fn check(bytes: &[u8]) {
    for site in parse_sites(bytes).iter().flatten().take(LOOKED_AT) {
        match &site.shape {
            SiteShape::Area(geojson) => check_geojson(geojson, site.datum),
            SiteShape::Corridor { line, width_m } => check_corridor(line, site.datum, *width_m),
            SiteShape::Disc { latitude, longitude, radius_m } => {
                let centre = Position::parse(*latitude, *longitude).unwrap_or_else(|error| panic!("{error}"));
                let circle = SiteBoundary::circle(to_wgs84(centre, site.datum), *radius_m);
                check_boundary(&circle.unwrap_or_else(|error| panic!("{error}")), false);
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        [Datum::Wgs84, Datum::Gcj02, Datum::Bd09].into_iter().for_each(|datum| check_geojson(text, datum));
        check_corridor(text, Datum::Wgs84, 50.0);
    }
}

fn check_corridor(line: &str, datum: Datum, width_m: f64) {
    match SiteBoundary::corridor(line, datum, width_m) {
        Ok(boundary) => check_boundary(&boundary, false),
        Err(error) => assert!(!error.to_string().is_empty() && !Sentence::from(&error.message()).zh.is_empty()),
    }
}

fn check_geojson(text: &str, datum: Datum) {
    match SiteBoundary::parse_geojson(text, datum) {
        Ok(boundary) => check_boundary(&boundary, true),
        Err(error) => assert!(!error.to_string().is_empty() && !Sentence::from(&error.message()).zh.is_empty()),
    }
}

/// What is stored gives back the same boundary; it has an area, a centre, and a distance from everywhere.
fn check_boundary(boundary: &SiteBoundary, parsed: bool) {
    let stored = boundary.to_geojson();
    assert_eq!(SiteBoundary::from_stored(&stored).as_ref(), Ok(boundary), "{stored}");
    if parsed {
        assert_eq!(SiteBoundary::parse_geojson(&stored, Datum::Wgs84).as_ref(), Ok(boundary), "{stored}");
    }
    let area = boundary.area_m2();
    assert!(area.is_finite() && area > 0.0, "{area} m² of {stored}");
    let centre = boundary.centre();
    let nearby = Position::parse((centre.latitude() + 0.001).min(90.0), centre.longitude());
    let opposite = Position::parse(-centre.latitude(), (centre.longitude() + 360.0) % 360.0 - 180.0);
    for position in [Ok(centre), nearby, opposite].into_iter().flatten() {
        check_position(boundary, position);
    }
}

/// Distance and probability are numbers, and agree.
fn check_position(boundary: &SiteBoundary, position: Position) {
    let view = View::of(boundary, position);
    let distance_m = view.signed_distance_m();
    assert!(distance_m.is_finite(), "{position:?} is {distance_m} m from {}", boundary.to_geojson());
    for accuracy_m in [0.0, 5.0, 100.0] {
        let inside = view.probability_inside(accuracy_m);
        assert!((0.0..=1.0).contains(&inside), "{inside} within {accuracy_m} m of {}", boundary.to_geojson());
        // Six times the 68 % radius is beyond nine standard deviations; a centimetre is the map's own error.
        if distance_m.abs() > 6.0 * accuracy_m + 0.01 {
            let expected = if distance_m < 0.0 { 1.0 } else { 0.0 };
            assert!(
                (inside - expected).abs() < 1e-6,
                "{position:?}: {inside} at {distance_m} m, accuracy {accuracy_m} m, of {}",
                boundary.to_geojson()
            );
        }
    }
}
