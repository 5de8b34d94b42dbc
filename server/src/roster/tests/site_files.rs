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

#[rstest]
#[case::whole(json!(1.0))]
#[case::exponent(json!(1e0))]
#[case::text(json!("1"))]
#[case::full_width(json!("１"))]
#[case::zeros(json!("001"))]
fn a_number_is_the_same_however_it_is_written(#[case] number: Value) {
    let drafts = parse_sites(&collection(|feature| feature["properties"]["project"] = number)).unwrap();
    assert_eq!(drafts[0].project, ProjectRef::Number(1));
}

#[rstest]
#[case::fraction(json!(1.5), "1.5")]
#[case::negative(json!(-3), "-3")]
#[case::large(json!(3_000_000_000_u32), "3000000000")]
#[case::larger(json!(1e300), "1e+300")]
fn a_number_that_is_none_of_a_project_is_told_as_it_stands(#[case] number: Value, #[case] told: &str) {
    let problems = parse_sites(&collection(|feature| feature["properties"]["project"] = number)).unwrap_err().0;
    assert_eq!((problems.len(), problems[0].code), (1, OutOfRange));
    assert!(
        problems[0].message.said(Language::En).contains(told) && problems[0].message.said(Language::Zh).contains(told),
        "{}",
        problems[0].message.said(Language::En)
    );
}

#[rstest]
#[case::too_large_a_number(r#"{"project": 1e400}"#)]
#[case::no_object("7")]
#[case::a_list(r#"["project"]"#)]
fn properties_that_cannot_be_read_are_told(#[case] properties: &str) {
    let text = String::from_utf8(collection(|feature| feature["properties"] = json!("here"))).unwrap();
    let faults = site_faults(text.replace("\"here\"", properties).as_bytes());
    assert_eq!(faults, [(Some(1), Some("properties"), WrongType)]);
}

/// As GeoJSON of 2008 has it, in a place of the file.
fn with_crs(crs: &Value, place: &str) -> Vec<u8> {
    let bytes = collection(|feature| match place {
        "feature" => feature["crs"] = crs.clone(),
        "geometry" => feature["geometry"]["crs"] = crs.clone(),
        "properties" => feature["properties"]["crs"] = crs.clone(),
        _ => {}
    });
    let mut file: Value = serde_json::from_slice(&bytes).unwrap();
    if place == "collection" {
        file["crs"] = crs.clone();
    }
    file.to_string().into_bytes()
}

fn named_crs(name: &str) -> Value {
    json!({ "type": "name", "properties": { "name": name } })
}

#[rstest]
#[case(named_crs("urn:ogc:def:crs:OGC:1.3:CRS84"))]
#[case(named_crs("urn:ogc:def:crs:OGC::CRS84"))]
#[case(named_crs("urn:ogc:def:crs:EPSG::4326"))]
#[case(named_crs("urn:ogc:def:crs:EPSG:6.9:4326"))]
#[case(named_crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84"))]
#[case(named_crs("https://www.opengis.net/def/crs/EPSG/0/4326"))]
#[case(named_crs("http://www.opengis.net/gml/srs/epsg.xml#4326"))]
#[case(named_crs("EPSG:4326"))]
#[case(named_crs("epsg:4326 "))]
#[case(named_crs("OGC:CRS84"))]
#[case(named_crs("WGS 84"))]
#[case(json!("EPSG:4326"))]
#[case(json!({ "type": "EPSG", "properties": { "code": 4326 } }))]
#[case(Value::Null)]
fn wgs84_is_known_by_any_name(
    #[case] crs: Value,
    #[values("collection", "feature", "geometry", "properties")] place: &str,
) {
    assert_eq!(parse_sites(&with_crs(&crs, place)).map(|drafts| drafts.len()), Ok(1));
}

#[rstest]
#[case::beijing_1954(named_crs("EPSG:4214"), "EPSG:4214")]
#[case::xian_1980(named_crs("urn:ogc:def:crs:EPSG::4610"), "urn:ogc:def:crs:EPSG::4610")]
#[case::web_mercator(named_crs("urn:ogc:def:crs:EPSG::3857"), "3857")]
#[case::zone(named_crs("urn:ogc:def:crs:EPSG::4549"), "4549")]
#[case::other_authority(named_crs("urn:ogc:def:crs:IGNF::4326"), "IGNF")]
#[case::with_heights(named_crs("urn:ogc:def:crs,crs:EPSG::4326,crs:EPSG::5773"), "5773")]
#[case::words(named_crs("Beijing 1954"), "Beijing 1954")]
#[case::code(json!({ "type": "EPSG", "properties": { "code": 4214 } }), "EPSG:4214")]
#[case::plain(json!("EPSG:4214"), "EPSG:4214")]
#[case::number(json!(4214), "EPSG:4214")]
#[case::link(json!({ "type": "link", "properties": { "href": "http://example.com/crs/42", "type": "proj4" } }), "http://example.com/crs/42")]
#[case::nothing_known(json!({ "type": "name" }), "name")]
fn another_coordinate_system_is_refused_by_its_name(
    #[case] crs: Value,
    #[case] told: &str,
    #[values("collection", "feature", "geometry", "properties")] place: &str,
) {
    let problems = parse_sites(&with_crs(&crs, place)).unwrap_err().0;
    let feature = (place != "collection").then_some(1);
    assert_eq!((problems[0].feature, problems[0].property, problems[0].code), (feature, Some("crs"), UnsupportedCrs));
    assert_eq!(problems.len(), 1, "{problems:?}");
    for language in [Language::En, Language::Zh] {
        let message = problems[0].message.said(language);
        assert!(message.contains(told) && message.contains("EPSG:4326"), "{message}");
    }
}

#[rstest]
#[case("tolerance", "toleranceMeters")]
#[case("toleranceMetres", "toleranceMeters")]
#[case("tolerance_m", "toleranceMeters")]
#[case("ToleranceMeters", "toleranceMeters")]
#[case("toleranceMeter ", "toleranceMeters")]
#[case("tolrenceMeters", "toleranceMeters")]
#[case("容差", "toleranceMeters")]
#[case("buffer", "toleranceMeters")]
#[case("radius", "radiusMeters")]
#[case("width", "widthMeters")]
#[case("Datum", "datum")]
#[case("坐标系", "datum")]
#[case("Site", "site")]
#[case("siteName", "site")]
#[case("project_name", "project")]
#[case("projet", "project")]
#[case("项目名称", "project")]
fn a_property_that_may_mean_a_known_one_is_refused(
    #[case] given: &str,
    #[case] meant: &'static str,
    #[values("properties", "feature", "geometry", "collection")] place: &str,
) {
    let bytes = collection(|feature| match place {
        "properties" => feature["properties"][given] = json!(80),
        "feature" => feature[given] = json!(80),
        "geometry" => feature["geometry"][given] = json!(80),
        _ => {}
    });
    let mut file: Value = serde_json::from_slice(&bytes).unwrap();
    if place == "collection" {
        file[given] = json!(80);
    }
    let problems = parse_sites(file.to_string().as_bytes()).unwrap_err().0;
    assert_eq!((problems.len(), problems[0].property, problems[0].code), (1, Some(meant), UnknownProperty));
    for language in [Language::En, Language::Zh] {
        let message = problems[0].message.said(language);
        assert!(message.contains(given) && message.contains(meant), "{message}");
    }
    // Whoever wrote it elsewhere is told where it belongs, too.
    let outside = place != "properties";
    assert_eq!(
        problems[0].message.said(Language::En).contains("outside the feature's properties"),
        outside,
        "{}",
        problems[0].message.said(Language::En)
    );
    assert_eq!(
        problems[0].message.said(Language::Zh).contains("不在要素的 properties 之内"),
        outside,
        "{}",
        problems[0].message.said(Language::Zh)
    );
}

#[test]
fn each_problem_is_told_on_a_line_of_its_own() {
    let mut file: Value =
        serde_json::from_slice(&collection(|feature| feature["properties"]["datum"] = json!("GPS"))).unwrap();
    file["features"] = json!([file["features"][0], { "type": "Feature" }]);
    let problems = parse_sites(file.to_string().as_bytes()).unwrap_err();
    let told = problems.to_string();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), problems.0.len(), "{told}");
    for (line, problem) in lines.iter().zip(&problems.0) {
        let feature = problem.feature.map_or_else(String::new, |feature| format!("feature {feature}: "));
        let property = problem.property.map_or_else(String::new, |property| format!("{property}: "));
        assert_eq!(*line, format!("{feature}{property}{}", problem.message.said(Language::En)));
    }
    assert!(lines.len() > 1 && problems.0.iter().any(|problem| problem.feature == Some(1)), "{told}");
}

#[test]
fn a_known_property_in_another_place_is_refused() {
    let beside = collection(|feature| feature["toleranceMeters"] = json!(80));
    assert_eq!(site_faults(&beside), [(Some(1), Some("toleranceMeters"), UnknownProperty)]);
    let within = collection(|feature| feature["geometry"]["datum"] = json!("GCJ02"));
    assert_eq!(site_faults(&within), [(Some(1), Some("datum"), UnknownProperty)]);
}

#[test]
fn what_is_not_read_is_told() {
    let bytes = collection(|feature| {
        for other in ["OBJECTID", "name", "stroke-width", "Shape_Area", "size", "date", "object", "责任单位"] {
            feature["properties"][other] = json!(1);
        }
        feature["properties"]["unset"] = Value::Null;
        feature["id"] = json!(7);
        feature["bbox"] = json!([0, 0, 1, 1]);
        feature["note"] = json!("n".repeat(20_000));
    });
    let mut file: Value = serde_json::from_slice(&bytes).unwrap();
    file["name"] = json!("sites");
    file["timeStamp"] = json!("2026-11-25T00:00:00Z");
    file["features"] = json!([file["features"][0], file["features"][0]]);
    file["features"][1]["properties"]["site"] = json!("二期");
    let read = read_sites(file.to_string().as_bytes()).unwrap();
    let told: Vec<(&str, usize)> = read.ignored.iter().map(|(name, times)| (name.as_str(), *times)).collect();
    let expected = ["OBJECTID", "Shape_Area", "date", "name", "note", "object", "size", "stroke-width"];
    let mut expected: Vec<(&str, usize)> = expected.map(|name| (name, 2)).to_vec();
    expected.insert(8, ("timeStamp", 1));
    expected.push(("责任单位", 2));
    assert_eq!(told, expected);
}

#[rstest]
#[case(["一期", "一期 "])]
#[case(["一期（北）", "一期(北)"])]
#[case(["A区", "ａ区"])]
#[case(["东·西区", "东•西区"])]
fn names_that_differ_only_in_how_they_are_written_are_one(#[case] names: [&str; 2]) {
    let features = names.map(|name| {
        let bytes = collection(|feature| feature["properties"]["site"] = json!(name));
        serde_json::from_slice::<Value>(&bytes).unwrap()["features"][0].clone()
    });
    let file = json!({ "type": "FeatureCollection", "features": features });
    assert_eq!(site_faults(file.to_string().as_bytes()), [(Some(2), Some("site"), Duplicate)]);
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
