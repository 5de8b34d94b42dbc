//! GeoJSON site files.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use entity::values::Datum;

use super::{super::SiteProblemCode::*, *};

/// A feature with a sound polygon, unless `change` says otherwise.
fn collection(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut feature = json!({
        "type": "Feature",
        "properties": { "project": "项目一" },
        "geometry": { "type": "Polygon", "coordinates": [[[122.0, 39.6], [122.1, 39.6], [122.1, 39.7], [122.0, 39.6]]] },
    });
    change(&mut feature);
    json!({ "type": "FeatureCollection", "features": [feature] }).to_string().into_bytes()
}

fn site_faults(bytes: &[u8]) -> Vec<(Option<usize>, Option<&'static str>, SiteProblemCode)> {
    let problems = parse_sites(bytes).unwrap_err().0;
    problems.iter().map(|problem| (problem.feature, problem.property, problem.code)).collect()
}

#[test]
fn the_example_reads_and_fits_the_example_roster() {
    let drafts = parse_sites(SITES_EXAMPLE).unwrap();
    let roster = parse(ROSTER_EXAMPLE).unwrap();
    let without_site: Vec<i32> = roster
        .entries
        .iter()
        .filter(|entry| {
            !drafts.iter().any(|draft| match &draft.project {
                ProjectRef::Name(name) => *name == entry.project_name,
                ProjectRef::Number(number) => *number == entry.number,
            })
        })
        .map(|entry| entry.number)
        .collect();
    assert_eq!(drafts.len(), 11);
    assert_eq!(without_site, [12]);
    let gcj = drafts.iter().filter(|draft| draft.datum == Datum::Gcj02);
    assert_eq!(gcj.count(), 1);
    assert_eq!(drafts[7].shape, SiteShape::Disc { latitude: 39.6924, longitude: 121.8493, radius_m: 150.0 });
    assert_eq!(drafts[7].name, "施工现场");
}

#[test]
fn an_area_keeps_its_text_as_it_was_drawn() {
    let geometry =
        r#"{"type":"Polygon", "coordinates":[[[121.90000000000000001,39.60],[122,39.6],[122,39.7],[121.9,39.6]]]}"#;
    let text = format!(
        "\u{feff}{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"geometry\":{geometry},\
         \"properties\":{{\"project\":\" ７ \",\"site\":null,\"datum\":\"BD09\",\"toleranceMeters\":0}}}}]}}"
    );
    let drafts = parse_sites(text.as_bytes()).unwrap();
    let expected = SiteDraft {
        feature: 1,
        project: ProjectRef::Number(7),
        name: "施工现场".to_owned(),
        datum: Datum::Bd09,
        tolerance_m: Some(0.0),
        shape: SiteShape::Area(geometry.to_owned()),
    };
    assert_eq!(drafts, [expected]);
}

#[rstest]
#[case::no_project("project", json!(null), Missing)]
#[case::blank_project("project", json!(" "), Missing)]
#[case::zero("project", json!(0), OutOfRange)]
#[case::half("project", json!(1.5), OutOfRange)]
#[case::list("project", json!(["a"]), WrongType)]
#[case::number_for_site("site", json!(3), WrongType)]
#[case::long_site("site", json!("长".repeat(501)), OutOfRange)]
#[case::unknown_datum("datum", json!("CGCS2000"), UnknownDatum)]
#[case::datum_number("datum", json!(4326), WrongType)]
#[case::tolerance_text("toleranceMeters", json!("50"), WrongType)]
#[case::tolerance_over("toleranceMeters", json!(500.5), OutOfRange)]
#[case::tolerance_below("toleranceMeters", json!(-1), OutOfRange)]
#[case::radius_beside_area("radiusMeters", json!(100), RadiusWithoutPoint)]
#[case::width_beside_area("widthMeters", json!(20), WidthWithoutLine)]
#[case::width_below("widthMeters", json!(0.9), OutOfRange)]
#[case::width_over("widthMeters", json!(2_001), OutOfRange)]
fn bad_properties_are_named(#[case] property: &'static str, #[case] value: Value, #[case] code: SiteProblemCode) {
    let bytes = collection(|feature| feature["properties"][property] = value);
    assert_eq!(site_faults(&bytes), [(Some(1), Some(property), code)]);
}

#[rstest]
#[case::absent(json!(null), "geometry", Missing)]
#[case::points(json!({"type": "MultiPoint", "coordinates": [[122, 39], [123, 39]]}), "geometry", UnsupportedGeometry)]
#[case::line(json!({"type": "LineString", "coordinates": [[122, 39], [123, 39]]}), "widthMeters", Missing)]
#[case::lines(json!({"type": "MultiLineString", "coordinates": [[[122, 39], [123, 39]]]}), "widthMeters", Missing)]
#[case::short_line(json!({"type": "LineString", "coordinates": [[122, 39], [123]]}), "geometry", WrongType)]
#[case::no_coordinates(json!({"type": "Polygon"}), "geometry", WrongType)]
#[case::texts(json!({"type": "Polygon", "coordinates": [[["122", "39"]]]}), "geometry", WrongType)]
#[case::one_number(json!({"type": "Polygon", "coordinates": [[[122]]]}), "geometry", WrongType)]
#[case::empty_position(json!({"type": "MultiPolygon", "coordinates": [[[[]]]]}), "geometry", WrongType)]
#[case::unknown(json!({"type": "Circle", "coordinates": [122, 39]}), "geometry", WrongType)]
#[case::no_radius(json!({"type": "Point", "coordinates": [122, 39]}), "radiusMeters", Missing)]
fn bad_geometries_are_named(#[case] geometry: Value, #[case] property: &'static str, #[case] code: SiteProblemCode) {
    let bytes = collection(|feature| feature["geometry"] = geometry);
    assert_eq!(site_faults(&bytes), [(Some(1), Some(property), code)]);
}

#[test]
fn a_line_with_a_width_is_a_corridor() {
    for geometry in [
        json!({"type": "LineString", "coordinates": [[122, 39], [122.1, 39]]}),
        json!({"type": "MultiLineString", "coordinates": [[[122, 39], [122.1, 39]]]}),
    ] {
        let bytes = collection(|feature| {
            feature["geometry"] = geometry.clone();
            feature["properties"]["widthMeters"] = json!(24);
        });
        let drafts = parse_sites(&bytes).unwrap();
        assert_eq!(drafts[0].shape, SiteShape::Corridor { line: geometry.to_string(), width_m: 24.0 });
        let with_radius = collection(|feature| {
            feature["geometry"] = geometry.clone();
            feature["properties"] = json!({ "project": "项目一", "widthMeters": 24, "radiusMeters": 100 });
        });
        assert_eq!(site_faults(&with_radius), [(Some(1), Some("radiusMeters"), RadiusWithoutPoint)]);
    }
}

#[rstest]
#[case::swapped(json!([39.6, 122.0]), json!(150), &[("geometry", OutOfRange)])]
#[case::empty(json!([]), json!(150), &[("geometry", WrongType)])]
#[case::small(json!([122.0, 39.6]), json!(0.5), &[("radiusMeters", OutOfRange)])]
#[case::both(json!([122.0]), json!(50_001), &[("radiusMeters", OutOfRange), ("geometry", WrongType)])]
fn bad_discs_are_named(
    #[case] coordinates: Value,
    #[case] radius: Value,
    #[case] expected: &[(&'static str, SiteProblemCode)],
) {
    let bytes = collection(|feature| {
        feature["geometry"] = json!({ "type": "Point", "coordinates": coordinates });
        feature["properties"]["radiusMeters"] = radius;
    });
    let expected: Vec<_> = expected.iter().map(|&(property, code)| (Some(1), Some(property), code)).collect();
    assert_eq!(site_faults(&bytes), expected);
}

#[test]
fn bad_files_are_refused_and_good_features_do_not_save_bad_ones() {
    let file = |code| vec![(None, None, code)];
    assert_eq!(site_faults(b""), file(NotReadable));
    assert_eq!(site_faults(b"{\"type\":"), file(NotReadable));
    assert_eq!(site_faults(b"\xff"), file(NotReadable));
    assert_eq!(site_faults(b"[]"), file(NotGeoJson));
    assert_eq!(site_faults(br#"{"type":"Feature","features":[]}"#), file(NotGeoJson));
    assert_eq!(site_faults(br#"{"type":"FeatureCollection","features":[]}"#), file(Empty));
    let many = json!({ "type": "FeatureCollection", "features": vec![1; MAX_SITE_FEATURES + 1] });
    assert_eq!(site_faults(many.to_string().as_bytes()), file(TooManyFeatures));
    assert_eq!(site_faults(&vec![b' '; MAX_SITE_FILE_BYTES + 1]), file(TooLarge));

    let good: Value = serde_json::from_slice(&collection(|_| ())).unwrap();
    let good = &good["features"][0];
    let mixed = json!({ "type": "FeatureCollection", "features": [good, { "type": "Point" }, 7, good] });
    assert_eq!(
        site_faults(mixed.to_string().as_bytes()),
        [(Some(2), None, NotGeoJson), (Some(3), None, NotGeoJson), (Some(4), Some("site"), Duplicate)]
    );
}

#[test]
fn deep_nesting_is_refused() {
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = format!(r#"{{"type":"FeatureCollection","features":[{nested}]}}"#);
    assert!(parse_sites(text.as_bytes()).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = parse_sites(&bytes);
    }

    #[test]
    fn no_change_of_a_good_file_makes_it_panic(at in 0..SITES_EXAMPLE.len(), to in any::<u8>()) {
        let mut bytes = SITES_EXAMPLE.to_vec();
        bytes[at] = to;
        let _ = parse_sites(&bytes);
    }
}
