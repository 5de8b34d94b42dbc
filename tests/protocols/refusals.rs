//! What can't be recorded is refused with a reason that names the field, and nothing at all is written.

use std::{collections::BTreeMap, fs, path::PathBuf};

use entity::team_role;
use messages::Language;
use rstest::rstest;
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::{Value, json};
use server::{
    app::Failure,
    clock::Source,
    roster::{self, RosterProblemCode, SiteProblemCode},
};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft, HARBOUR,
    Role::{self, Analyst, Leader, Nobody, Office, OtherLeader, Secretary},
    Socket, TestServer, photo, put, rows, sha256, time,
};

async fn counts(server: &TestServer) -> BTreeMap<String, i64> {
    rows(server.app().database.reader()).await
}

/// Fails unless the check-in is refused with this code for this field, and nothing was written.
async fn assert_refused(server: &TestServer, role: Role, draft: &Draft, code: &str, field: &str) {
    let before = counts(server).await;
    let answer = server.as_(role).check_in(draft).await;
    answer.refuses("checkIn", code, field);
    let error = answer.at("/checkIn/userErrors/0");
    assert!(error["zh"].as_str().unwrap().ends_with('。') && error["en"].as_str().unwrap().ends_with('.'), "{error}");
    assert_eq!(answer.at("/checkIn/checkIn"), &json!(null));
    assert_eq!(counts(server).await, before);
}

#[rstest]
#[tokio::test]
async fn a_project_that_is_not_there_and_one_that_is_not_mine_look_alike(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let draft = Draft::at(&server, BEARING_PARK);
    let nowhere = "AQAAAAAAAAAAAAAAAAAAAAE";
    for id in ["", "nonsense", nowhere, "AgAAAAAAAAAAAAAAAAAAAAE", &server.project(HARBOUR), &"A".repeat(5000)] {
        let draft = draft.clone().with("/projectId", id);
        assert_refused(&server, Leader, &draft, "PROJECT_NOT_FOUND", "input.projectId").await;
    }
    let mut answers = Vec::new();
    for id in [nowhere, &server.project(HARBOUR)] {
        answers.push(server.as_(Leader).check_in(&draft.clone().with("/projectId", id)).await.body);
    }
    assert_eq!(answers[0], answers[1]);
}

#[rstest]
#[tokio::test]
async fn only_people_on_the_team_check_in(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let draft = Draft::at(&server, BEARING_PARK);
    assert_refused(&server, Office, &draft, "NOT_A_PERSON", "").await;
    assert_refused(&server, Analyst, &draft, "NOT_A_PERSON", "").await;
    assert_refused(&server, OtherLeader, &draft, "PROJECT_NOT_FOUND", "input.projectId").await;
    let before = counts(&server).await;
    assert_eq!(server.as_(Nobody).check_in(&draft).await.error(), "UNAUTHENTICATED");
    assert_eq!(counts(&server).await, before);
    team_role::Entity::update_many()
        .col_expr(team_role::Column::ToDate, Expr::value("2026-11-01".parse::<chrono::NaiveDate>().unwrap()))
        .exec(server.app().database.writer())
        .await
        .unwrap();
    assert_refused(&server, Leader, &draft, "NOT_ON_TEAM", "input.projectId").await;
    server.as_(Leader).checked_in(&draft.captured("2026-10-31T02:00:00Z")).await;
}

/// Offline phones deliver late: whoever is on the team on the day of capture, or today, may send it.
#[rstest]
#[case::joined_today("2026-11-18", None, "2026-11-10", true)]
#[case::joined_today_and_leaves("2026-11-18", Some("2026-11-18"), "2026-11-17", true)]
#[case::joins_tomorrow("2026-11-19", None, "2026-11-10", false)]
#[case::left_yesterday_and_was_there("2026-11-01", Some("2026-11-17"), "2026-11-17", true)]
#[case::left_yesterday_and_was_not_there_yet("2026-11-10", Some("2026-11-17"), "2026-11-09", false)]
#[case::left_before_the_capture("2026-11-01", Some("2026-11-16"), "2026-11-17", false)]
#[tokio::test]
async fn who_is_on_the_team_that_day_or_today_may_check_in(
    #[case] from: &str,
    #[case] to: Option<&str>,
    #[case] captured: &str,
    #[case] allowed: bool,
) {
    let server = TestServer::on(Sqlite).await;
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    team_role::Entity::update_many()
        .col_expr(team_role::Column::FromDate, Expr::value(day(from)))
        .col_expr(team_role::Column::ToDate, Expr::value(to.map(day)))
        .exec(server.app().database.writer())
        .await
        .unwrap();
    let draft = Draft::at(&server, BEARING_PARK).captured(&format!("{captured}T02:00:00Z"));
    if allowed {
        server.as_(Leader).checked_in(&draft).await;
    } else {
        assert_refused(&server, Leader, &draft, "NOT_ON_TEAM", "input.projectId").await;
    }
}

#[rstest]
#[tokio::test]
async fn a_closed_project_takes_no_more_visits(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    server.app().close_project(BEARING_PARK).await.unwrap();
    let draft = Draft::at(&server, BEARING_PARK);
    assert_refused(&server, Leader, &draft, "PROJECT_CLOSED", "input.projectId").await;
    // What was captured before still counts, however late it comes.
    server.as_(Leader).checked_in(&draft.captured("2026-11-18T01:59:59Z")).await;
}

#[rstest]
#[case::latitude("/fix/latitude", json!(90.0000001), "INVALID", "input.fix.latitude")]
#[case::latitude_91("/fix/latitude", json!(91), "INVALID", "input.fix.latitude")]
#[case::longitude("/fix/longitude", json!(-181), "INVALID", "input.fix.longitude")]
#[case::longitude_huge("/fix/longitude", json!(1e308), "INVALID", "input.fix.longitude")]
#[case::future("/capturedAt", json!("2026-11-18T02:00:03Z"), "CAPTURED_IN_FUTURE", "input.capturedAt")]
#[case::long_ago("/capturedAt", json!("2025-11-16T02:00:00Z"), "CAPTURED_TOO_LONG_AGO", "input.capturedAt")]
#[case::long_note("/note", json!("字".repeat(3000)), "TOO_LARGE", "input.note")]
#[case::null_in_note("/note", json!("a\u{0}b"), "INVALID", "input.note")]
#[case::nil_id("/id", json!("00000000-0000-0000-0000-000000000000"), "INVALID", "input.id")]
#[case::unknown_photo("/photoIds", json!(["BgAAAAAAAAAAAAAAAAAAAAE"]), "PHOTO_NOT_FOUND", "input.photoIds.0")]
#[case::no_photo("/photoIds", json!(["nonsense"]), "PHOTO_NOT_FOUND", "input.photoIds.0")]
#[case::ten_photos("/photoIds", json!(vec!["BgAAAAAAAAAAAAAAAAAAAAE"; 10]), "TOO_LARGE", "input.photoIds")]
#[case::photo_twice("/photoIds", json!(vec!["BgAAAAAAAAAAAAAAAAAAAAE"; 2]), "INVALID", "input.photoIds.1")]
#[tokio::test]
async fn a_bad_value_is_refused_and_its_field_is_named(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] code: &str,
    #[case] field: &str,
) {
    let server = TestServer::on(Sqlite).await;
    assert_refused(&server, Leader, &Draft::at(&server, BEARING_PARK).with(pointer, value), code, field).await;
}

/// The schema's types keep these out; the answer names the field, or the type it is of.
#[rstest]
#[case::not_a_number("/fix/latitude", json!("NaN"), "\"input.fix.latitude\"")]
#[case::text("/fix/longitude", json!("122.0"), "\"input.fix.longitude\"")]
#[case::nothing("/fix/latitude", json!(null), "\"input.fix.latitude\"")]
#[case::infinity("/fix/accuracyMeters", json!("Infinity"), "\"input.fix.accuracyMeters\"")]
#[case::unknown_datum("/fix/datum", json!("WGS72"), "\"input.fix.datum\"")]
#[case::malformed_id("/id", json!("12345"), "\"UUID\"")]
#[case::malformed_time("/capturedAt", json!("yesterday"), "\"DateTime\"")]
#[case::unknown_field("/rank", json!(1), "\"rank\"")]
#[tokio::test]
async fn a_value_of_another_type_is_refused(#[case] pointer: &str, #[case] value: Value, #[case] named: &str) {
    let server = TestServer::on(Sqlite).await;
    let before = counts(&server).await;
    let answer = server.as_(Leader).check_in(&Draft::at(&server, BEARING_PARK).with(pointer, value)).await;
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains(named), "{message}");
    assert!(matches!(answer.error(), "GRAPHQL_VALIDATION_FAILED" | "BAD_USER_INPUT"), "{:#}", answer.body);
    assert_eq!(counts(&server).await, before);
}

#[rstest]
#[case::literal("1e999")]
#[case::negative("-1e999")]
#[case::hexadecimal("0x10")]
#[tokio::test]
async fn a_number_that_is_none_is_refused_in_the_document_and_in_the_variables(#[case] number: &str) {
    let server = TestServer::on(Sqlite).await;
    let before = counts(&server).await;
    let leader = server.as_(Leader);
    let draft = Draft::at(&server, BEARING_PARK).with("/fix/latitude", 12345);
    let members = "id projectId capturedAt sentAt";
    let mut input = String::from("{");
    for member in members.split(' ') {
        input += &format!("{member}: {}, ", draft.0[member]);
    }
    let fix = "longitude: 122.0, datum: WGS84, accuracyMeters: 8, fixedAt: \"2026-11-18T02:00:00Z\"";
    let document =
        format!("mutation {{ checkIn(input: {input} fix: {{ latitude: {number}, {fix} }} }}) {{ alreadyRecorded }} }}");
    let answer = leader.ask(&document, json!({})).await;
    assert!(answer.body["errors"][0]["message"].is_string(), "{:#}", answer.body);
    let query = "mutation($input: CheckInInput!) { checkIn(input: $input) { alreadyRecorded } }";
    let body = json!({ "query": query, "variables": { "input": draft.0 } }).to_string().replace("12345", number);
    let answer = leader.post("application/json", body).await;
    assert_eq!((answer.status, answer.error()), (400, "BAD_REQUEST"));
    assert_eq!(counts(&server).await, before);
}

#[tokio::test]
async fn everything_wrong_with_a_check_in_is_told_at_once() {
    let server = TestServer::on(Sqlite).await;
    let draft = Draft::at(&server, BEARING_PARK)
        .with("/capturedAt", "2026-11-18T03:00:00Z")
        .with("/note", "字".repeat(2001))
        .with("/fix/latitude", -91.0)
        .with("/fix/longitude", 181.0);
    let errors = server.as_(Leader).check_in(&draft).await.user_errors("checkIn");
    let fields: Vec<_> = errors.iter().map(|(_, field)| field.as_str()).collect();
    assert_eq!(fields, ["input.capturedAt", "input.note", "input.fix.latitude", "input.fix.longitude"]);
}

#[rstest]
#[tokio::test]
async fn a_batch_of_two_hundred_is_refused_whole(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let before = counts(&server).await;
    let drafts: Vec<_> = (0..200).map(|_| Draft::at(&server, BEARING_PARK).0).collect();
    // Asked with everything on each, it would be refused for what that costs.
    let mutation = "mutation($input: CheckInsInput!) { checkIns(input: $input) {
        results { alreadyRecorded } userErrors { code field } } }";
    let answer = server.as_(Leader).ask(mutation, json!({ "input": { "items": drafts } })).await;
    answer.refuses("checkIns", "TOO_LARGE", "input.items");
    assert_eq!(answer.at("/checkIns/results"), &json!([]));
    assert_eq!(counts(&server).await, before);
}

#[tokio::test]
async fn a_note_of_ten_megabytes_does_not_get_in() {
    let server = TestServer::on(Sqlite).await;
    let before = counts(&server).await;
    let draft = Draft::at(&server, BEARING_PARK).with("/note", "n".repeat(10_000_000));
    let answer = server.as_(Leader).check_in(&draft).await;
    assert_eq!((answer.status, answer.error()), (413, "LIMIT_EXCEEDED"));
    assert_eq!(counts(&server).await, before);
}

#[rstest]
#[tokio::test]
async fn a_photo_that_did_not_arrive_or_is_not_mine_is_no_evidence(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let with = |id: &str| Draft::at(&server, BEARING_PARK).with("/photoIds", json!([id]));
    let leader = server.as_(Leader);
    let asked = leader.request_upload("image/jpeg", photo(1).len(), &sha256(&photo(1))).await;
    let photo_id = asked.text("/requestPhotoUpload/photo/id");
    assert_refused(&server, Leader, &with(&photo_id), "PHOTO_NOT_UPLOADED", "input.photoIds.0").await;
    put(asked.at("/requestPhotoUpload/upload"), photo(2)).await;
    assert_refused(&server, Leader, &with(&photo_id), "PHOTO_NOT_UPLOADED", "input.photoIds.0").await;
    put(asked.at("/requestPhotoUpload/upload"), photo(1)).await;
    assert_refused(&server, Secretary, &with(&photo_id), "PHOTO_NOT_FOUND", "input.photoIds.0").await;
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    leader.checked_in(&with(&photo_id)).await;
    socket.next_inspected().await;
    assert_refused(&server, Leader, &with(&photo_id), "PHOTO_ALREADY_USED", "input.photoIds.0").await;
}

#[rstest]
#[case::of_another_length("content", "shorter")]
#[case::of_another_type("content-type", "text/html")]
#[tokio::test]
async fn a_photo_that_is_not_as_announced_is_no_evidence(#[case] file: &str, #[case] left: &str) {
    let server = TestServer::on(Sqlite).await;
    let photo_id = server.as_(Leader).uploaded(&photo(1)).await;
    fs::write(only_object(&server).join(file), left).unwrap();
    let draft = Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]));
    assert_refused(&server, Leader, &draft, "PHOTO_MISMATCH", "input.photoIds.0").await;
}

fn only_object(server: &TestServer) -> PathBuf {
    let month = server.photos().join("objects/photos/2026/11");
    fs::read_dir(month).unwrap().next().unwrap().unwrap().path()
}

/// A square that is right, and beside it a shape that is not.
fn sites(geometry: &str) -> String {
    let square = "[[[122, 39], [122.01, 39], [122.01, 39.01], [122, 39.01], [122, 39]]]";
    format!(
        r#"{{"type": "FeatureCollection", "features": [
        {{"type": "Feature", "properties": {{"project": 3}}, "geometry": {{"type": "Polygon", "coordinates": {square}}}}},
        {{"type": "Feature", "properties": {{"project": "{HARBOUR}"}}, "geometry": {geometry}}}]}}"#
    )
}

#[rstest]
#[case::empty(r#"{"type": "Polygon", "coordinates": []}"#)]
#[case::empty_ring(r#"{"type": "Polygon", "coordinates": [[]]}"#)]
#[case::open(r#"{"type": "Polygon", "coordinates": [[[122, 39], [122.01, 39], [122.01, 39.01], [122, 39.01]]]}"#)]
#[case::two_corners(r#"{"type": "Polygon", "coordinates": [[[122, 39], [122.01, 39], [122, 39]]]}"#)]
#[case::self_crossing(
    r#"{"type": "Polygon", "coordinates": [[[122, 39], [122.01, 39.01], [122.01, 39], [122, 39.01], [122, 39]]]}"#
)]
#[case::hole_outside(
    r#"{"type": "Polygon", "coordinates": [[[122, 39], [122.01, 39], [122.01, 39.01], [122, 39.01], [122, 39]],
    [[123, 39], [123.01, 39], [123.01, 39.01], [123, 39.01], [123, 39]]]}"#
)]
#[case::off_the_globe(
    r#"{"type": "Polygon", "coordinates": [[[122, 89], [122.01, 89], [122.01, 91], [122, 91], [122, 89]]]}"#
)]
#[case::flat(r#"{"type": "Polygon", "coordinates": [[[122, 39], [122.01, 39], [122.02, 39], [122, 39]]]}"#)]
#[tokio::test]
async fn an_unsound_boundary_is_refused_with_its_whole_file(
    #[case] geometry: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let before = counts(&server).await;
    let drafts = roster::parse_sites(sites(geometry).as_bytes()).unwrap();
    let refused = server.app().import_sites(&drafts, server.clock.now(), &|| {}).await.unwrap_err();
    let Failure::Refused(refusals) = refused else { panic!("{refused:?}") };
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(refusals[0].field, ["features", "2", "geometry"]);
    assert!(Language::ALL.iter().all(|language| !refusals[0].message.said(*language).is_empty()));
    assert_eq!(counts(&server).await, before);
}

#[tokio::test]
async fn a_site_of_no_project_is_refused_with_its_whole_file() {
    let server = TestServer::on(Sqlite).await;
    let before = counts(&server).await;
    let text = sites(r#"{"type": "Point", "coordinates": [122, 39]}"#)
        .replace(HARBOUR, "没有的项目")
        .replace(r#"{"project": "没有的项目"}"#, r#"{"project": "没有的项目", "radiusMeters": 100}"#);
    let drafts = roster::parse_sites(text.as_bytes()).unwrap();
    let refused = server.app().import_sites(&drafts, time("2026-01-01T00:00:00Z"), &|| {}).await.unwrap_err();
    let Failure::Refused(refusals) = refused else { panic!("{refused:?}") };
    assert_eq!(refusals[0].field, ["features", "2", "project"]);
    assert_eq!(counts(&server).await, before);
}

#[rstest]
#[case::no_json("{", SiteProblemCode::NotReadable)]
#[case::no_collection(r#"{"type": "Point", "coordinates": [122, 39]}"#, SiteProblemCode::NotGeoJson)]
#[case::no_feature(r#"{"type": "FeatureCollection", "features": []}"#, SiteProblemCode::Empty)]
fn a_bad_site_file_is_refused(#[case] text: &str, #[case] code: SiteProblemCode) {
    assert_eq!(roster::parse_sites(text.as_bytes()).unwrap_err().0[0].code, code);
}

const HEADINGS: &str = "序号,项目名称,项目情况,市级“妈妈”,“保姆”姓名及职务,“秘书”姓名及联系方式,责任单位";
const LINE: &str = "9,新项目,在建,领导丁,干部丁 商务局副局长,联络员丁13800000009,商务局";

#[rstest]
#[case::missing_column(HEADINGS.replace(",责任单位", ""), LINE.replace(",商务局", ""), RosterProblemCode::MissingColumn)]
#[case::duplicate_row(HEADINGS.to_owned(), format!("{LINE}\n{LINE}"), RosterProblemCode::NumberDuplicate)]
#[case::no_phone(HEADINGS.to_owned(), LINE.replace("13800000009", ""), RosterProblemCode::PhoneMissing)]
#[case::nobody(HEADINGS.to_owned(), String::new(), RosterProblemCode::Empty)]
fn a_bad_roster_is_refused(#[case] headings: String, #[case] lines: String, #[case] code: RosterProblemCode) {
    let problems = roster::parse(format!("{headings}\n{lines}\n").as_bytes()).unwrap_err().0;
    assert!(problems.iter().any(|problem| problem.code == code), "{problems:?}");
}

#[rstest]
#[tokio::test]
async fn a_roster_that_contradicts_what_is_known_is_refused_whole(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let before = counts(&server).await;
    // The first line is new; the second replaces a leader who began on the very day.
    let takeover =
        format!("1,{BEARING_PARK},在建,领导戊,干部甲 轴承园区管委会副主任,联络员甲13800000001,轴承园区管委会");
    let roster = roster::parse(format!("{HEADINGS}\n{LINE}\n{takeover}\n").as_bytes()).unwrap();
    let refused = server.app().import_roster(&roster, "2026-01-01".parse().unwrap(), &|| {}).await.unwrap_err();
    let Failure::Refused(refusals) = refused else { panic!("{refused:?}") };
    assert_eq!(refusals[0].field, ["rows", "3"]);
    assert_eq!(counts(&server).await, before);
}
