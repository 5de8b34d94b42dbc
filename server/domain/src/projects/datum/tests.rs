use super::*;
use geo::{Distance, Geodesic, Point};
use proptest::prelude::*;

const SHIFTED: [Datum; 2] = [Datum::Gcj02, Datum::Bd09];

fn metres_between(a: Position, b: Position) -> f64 {
    Geodesic.distance(Point::new(a.longitude, a.latitude), Point::new(b.longitude, b.latitude))
}

fn at(latitude: f64, longitude: f64) -> Position {
    Position::parse(latitude, longitude).unwrap()
}

#[test]
fn refuses_what_is_not_on_earth() {
    for (latitude, longitude, field) in [
        (90.000_001, 0.0, CoordinateField::Latitude),
        (f64::NAN, 0.0, CoordinateField::Latitude),
        (121.9, 39.6, CoordinateField::Latitude),
        (0.0, -180.000_001, CoordinateField::Longitude),
        (0.0, f64::INFINITY, CoordinateField::Longitude),
    ] {
        assert_eq!(Position::parse(latitude, longitude).unwrap_err().field, field);
    }
    assert!(Position::parse(-90.0, 180.0).is_ok());
}

#[test]
fn errors_say_what_would_be_right_in_both_languages() {
    let error = Position::parse(121.9, 39.6).unwrap_err();
    assert_eq!(error.to_string(), "latitude 121.9 is not between -90 and 90 degrees");
    assert_eq!(error.message().said(Language::Zh), "纬度 121.9 不在 -90 到 90 度之间");
    let error = Position::parse(39.6, -180.5).unwrap_err();
    assert_eq!(error.to_string(), "longitude -180.5 is not between -180 and 180 degrees");
    assert_eq!(error.message().said(Language::Zh), "经度 -180.5 不在 -180 到 180 度之间");
}

/// Values published with other implementations (eviltransform for GCJ-02, coordtransform for JavaScript for BD-09).
#[test]
fn agrees_with_published_values() {
    for (wgs84, gcj02) in [
        (at(31.177_427_6, 121.527_210_6), at(31.175_303_983_645_97, 121.531_541_859_215)),
        (at(22.543_847, 113.912_316), at(22.540_796_131_694_766, 113.917_176_480_836_3)),
        (at(39.911_954, 116.377_817), at(39.913_345_455_360_69, 116.384_047_224_556_57)),
    ] {
        assert!(metres_between(from_wgs84(wgs84, Datum::Gcj02), gcj02) < 1e-3);
        assert!(metres_between(to_wgs84(gcj02, Datum::Gcj02), wgs84) < 1e-3);
    }
    let (gcj02, bd09) = (at(39.915, 116.404), at(39.921_336_993_510_21, 116.410_369_493_710_29));
    let wgs84 = to_wgs84(gcj02, Datum::Gcj02);
    assert!(metres_between(from_wgs84(wgs84, Datum::Bd09), bd09) < 1e-3);
    assert!(metres_between(to_wgs84(bd09, Datum::Bd09), wgs84) < 1e-3);
}

/// What coordtransform for JavaScript documents. Its ways back are approximations, good to a decimetre.
#[test]
fn agrees_with_published_values_between_each_two_datums() {
    let given = at(39.915, 116.404);
    for (from, to, published, tolerance_m) in [
        (Datum::Wgs84, Datum::Gcj02, at(39.916_404_281_501_64, 116.410_244_499_169_38), 1e-3),
        (Datum::Gcj02, Datum::Bd09, at(39.921_336_993_510_21, 116.410_369_493_710_29), 1e-3),
        (Datum::Gcj02, Datum::Wgs84, at(39.913_595_718_498_36, 116.397_755_500_830_61), 0.1),
        (Datum::Bd09, Datum::Gcj02, at(39.908_656_739_576_31, 116.397_627_291_193_15), 0.1),
    ] {
        let ours = from_wgs84(to_wgs84(given, from), to);
        let off = metres_between(ours, published);
        println!("{} as {}: {off:.6} m from the published value", from.as_str(), to.as_str());
        assert!(off < tolerance_m);
    }
}

#[test]
fn goes_from_each_datum_to_each_other_and_back_within_a_centimetre_around_wafangdian() {
    let datums = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09];
    for (from, to) in datums.into_iter().flat_map(|from| datums.map(|to| (from, to))).filter(|(from, to)| from != to) {
        let convert = |position, from, to| from_wgs84(to_wgs84(position, from), to);
        let mut largest: f64 = 0.0;
        for north in 0..=40 {
            for east in 0..=55 {
                let given = at(39.3 + 0.02 * f64::from(north), 121.2 + 0.02 * f64::from(east));
                let there = convert(given, from, to);
                assert!(metres_between(there, given) > 100.0);
                largest = largest.max(metres_between(convert(there, to, from), given));
            }
        }
        println!("{} to {} and back is off by up to {largest:e} m", from.as_str(), to.as_str());
        assert!(largest < 0.01);
    }
}

#[test]
fn goes_there_and_back_within_a_centimetre_around_wafangdian() {
    for datum in SHIFTED {
        let mut largest: f64 = 0.0;
        for north in 0..=80 {
            for east in 0..=110 {
                let wgs84 = at(39.3 + 0.01 * f64::from(north), 121.2 + 0.01 * f64::from(east));
                let shifted = from_wgs84(wgs84, datum);
                assert!((100.0..1_500.0).contains(&metres_between(shifted, wgs84)));
                largest = largest
                    .max(metres_between(to_wgs84(shifted, datum), wgs84))
                    .max(metres_between(from_wgs84(to_wgs84(wgs84, datum), datum), wgs84));
            }
        }
        println!("{}: there and back is off by up to {largest:e} m", datum.as_str());
        assert!(largest < 0.01);
    }
}

#[test]
fn gcj02_is_wgs84_outside_the_box_and_applies_at_the_border_of_china() {
    let london = at(51.5, -0.12);
    assert_eq!(to_wgs84(london, Datum::Gcj02), london);
    assert_ne!(to_wgs84(london, Datum::Bd09), london);
    // Dandong, on the Yalu, and Sinuiju across it: the crate's mask would convert one and not the other.
    for border in [at(40.117, 124.39), at(40.103, 124.407)] {
        assert!(metres_between(from_wgs84(border, Datum::Gcj02), border) > 100.0);
    }
}

proptest! {
    #[test]
    fn always_gives_a_position_on_earth(latitude in -90.0..=90.0, longitude in -180.0..=180.0) {
        for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
            for converted in [to_wgs84(at(latitude, longitude), datum), from_wgs84(at(latitude, longitude), datum)] {
                prop_assert_eq!(Position::parse(converted.latitude, converted.longitude), Ok(converted));
            }
        }
    }

    #[test]
    fn goes_there_and_back_all_over_the_box(latitude in 0.1..55.9, longitude in 72.1..137.9) {
        for datum in SHIFTED {
            let wgs84 = at(latitude, longitude);
            let back = to_wgs84(from_wgs84(wgs84, datum), datum);
            prop_assert!(metres_between(back, wgs84) < 1e-6);
        }
    }
}
