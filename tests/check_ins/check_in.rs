//! A leader checks in at a construction site, and learns what was decided and why.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use serde_json::{Value, json};
use server::{app::INSPECTION_LEASE, clock::Source};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    COLD_STORE, Draft,
    Role::{Leader, Secretary},
    Socket, TestServer, balanced, hold_photos, photo as picture,
};

fn finding<'a>(check_in: &'a Value, code: &str) -> &'a Value {
    let findings = check_in["assessment"]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["code"] == code).unwrap_or_else(|| panic!("no {code}: {findings:#?}"))
}

#[rstest]
#[tokio::test]
async fn on_the_site_is_verified_and_counts(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert_eq!(check_in["verdict"], "VERIFIED");
    assert_eq!(check_in["date"], "2026-11-18");
    assert_eq!(check_in["visit"]["verdict"], "VERIFIED");
    assert_eq!(check_in["visit"]["week"], "2026-W47");
    let assessment = &check_in["assessment"];
    assert_eq!(assessment["policyVersion"], 1);
    assert_eq!(assessment["siteVersion"]["version"], 1);
    for finding in assessment["findings"].as_array().unwrap() {
        assert_eq!(finding["outcome"], "PASS", "{finding}");
        assert_eq!(finding["policyVersion"], 1);
    }
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await, [1, 0, 0]);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn every_finding_is_said_in_both_languages(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let check_in = server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK).east(2000.0)).await;
    let position = finding(&check_in, "POSITION");
    assert_eq!(position["zh"], "在现场边界外 1803 米，定位精度 8 米，允许偏差 30 米，不在现场。");
    assert_eq!(position["en"], "1803 m outside the boundary; accuracy 8 m, tolerance 30 m: not on the site.");
    assert_eq!(position["unit"], "m");
    assert_eq!(position["threshold"], 30.0);
    assert!((position["measured"].as_f64().unwrap() - 1803.0).abs() < 1.0, "{position}");
    for finding in check_in["assessment"]["findings"].as_array().unwrap() {
        assert!(finding["zh"].as_str().unwrap().ends_with('。'), "{finding}");
        assert!(finding["en"].as_str().unwrap().ends_with('.'), "{finding}");
    }
}

/// The site ends 200 m east and west of where the draft stands; the tolerance is 30 m.
#[rstest]
#[case::in_the_middle(0.0, 8.0, "VERIFIED", "PASS")]
#[case::within_the_tolerance(215.0, 8.0, "VERIFIED", "PASS")]
#[case::on_the_edge(230.0, 8.0, "NEEDS_REVIEW", "REVIEW")]
#[case::too_vague_to_tell(215.0, 60.0, "NEEDS_REVIEW", "REVIEW")]
#[case::just_outside_unless_the_site_was_drawn_on_another_map(-245.0, 8.0, "NEEDS_REVIEW", "REVIEW")]
#[case::outside_whatever_the_datum(-900.0, 8.0, "REJECTED", "FAIL")]
#[case::outside_unless_the_datum_was_mislabelled(245.0, 8.0, "NEEDS_REVIEW", "REVIEW")]
#[case::in_another_city(50_000.0, 8.0, "REJECTED", "FAIL")]
#[tokio::test]
async fn the_position_decides(#[case] east: f64, #[case] accuracy: f64, #[case] verdict: &str, #[case] outcome: &str) {
    let server = TestServer::on(Sqlite).await;
    let draft = Draft::at(&server, BEARING_PARK).east(east).with("/fix/accuracyMeters", accuracy);
    let check_in = server.as_(Leader).checked_in(&draft).await;
    assert_eq!(check_in["verdict"], verdict);
    let position = finding(&check_in, "POSITION");
    assert_eq!(position["outcome"], outcome);
    let unclear = outcome == "REVIEW" && !position["en"].as_str().unwrap().contains("GCJ02");
    assert_eq!(position["probability"].is_number(), unclear, "{position}");
    balanced(&server).await;
}

#[rstest]
#[case::no_fix("/fix", json!(null), "FIX_PRESENT", "UNKNOWN")]
#[case::stale("/fix/fixedAt", json!("2026-11-18T01:58:00Z"), "FIX_AGE", "UNKNOWN")]
#[case::from_after_the_capture("/fix/fixedAt", json!("2026-11-18T02:02:00Z"), "FIX_AGE", "UNKNOWN")]
#[case::inaccurate("/fix/accuracyMeters", json!(150), "FIX_ACCURACY", "UNKNOWN")]
#[case::without_accuracy("/fix/accuracyMeters", json!(0), "FIX_ACCURACY", "UNKNOWN")]
#[case::mocked("/fix/mocked", json!(true), "MOCK_LOCATION", "REVIEW")]
#[tokio::test]
async fn weak_evidence_is_for_a_person_and_never_held_against_anyone(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] code: &str,
    #[case] outcome: &str,
) {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).with(pointer, value)).await;
    assert_eq!(check_in["verdict"], "NEEDS_REVIEW");
    assert_eq!(finding(&check_in, code)["outcome"], outcome);
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await, [0, 1, 0]);
    balanced(&server).await;
}

#[tokio::test]
async fn a_phone_that_does_not_say_whether_it_mocks_is_believed() {
    let server = TestServer::on(Sqlite).await;
    let check_in =
        server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK).with("/fix/mocked", json!(null))).await;
    assert_eq!(check_in["verdict"], "VERIFIED");
}

#[tokio::test]
async fn a_project_without_a_site_has_nothing_to_compare_with() {
    let server = TestServer::on(Sqlite).await;
    let check_in = server.as_(Leader).checked_in(&Draft::at(&server, COLD_STORE)).await;
    assert_eq!(check_in["verdict"], "NEEDS_REVIEW");
    assert_eq!(finding(&check_in, "SITE_KNOWN")["outcome"], "UNKNOWN");
    assert_eq!(check_in["assessment"]["siteVersion"], json!(null));
}

/// 39.62° N 122.00° E in WGS-84 is 39.62082° N 122.00497° E in GCJ-02: 430 m away.
#[rstest]
#[case::labelled_rightly("GCJ02", "VERIFIED", "PASS")]
#[case::labelled_wrongly("WGS84", "NEEDS_REVIEW", "REVIEW")]
#[tokio::test]
async fn a_fix_in_the_datum_of_chinese_maps_is_converted(
    #[case] datum: &str,
    #[case] verdict: &str,
    #[case] outcome: &str,
) {
    let server = TestServer::on(Sqlite).await;
    let draft = Draft::at(&server, BEARING_PARK)
        .with("/fix/latitude", 39.62082)
        .with("/fix/longitude", 122.00497)
        .with("/fix/datum", datum);
    let check_in = server.as_(Leader).checked_in(&draft).await;
    assert_eq!(check_in["verdict"], verdict);
    let position = finding(&check_in, "POSITION");
    assert_eq!(position["outcome"], outcome);
    assert_eq!(position["zh"].as_str().unwrap().contains("若坐标实为 GCJ02"), datum == "WGS84", "{position}");
}

#[rstest]
#[tokio::test]
async fn a_late_sync_counts_in_the_week_it_was_captured(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let draft = Draft::at(&server, BEARING_PARK).captured("2026-11-06T08:00:00Z");
    let check_in = leader.checked_in(&draft).await;
    assert_eq!(check_in["verdict"], "VERIFIED", "being late is no finding");
    assert_eq!(check_in["visit"]["week"], "2026-W45");
    let weeks = leader.weeks(&server.project(BEARING_PARK), [Some("2026-11-02"), None]).await;
    let counts: Vec<_> = weeks.iter().map(|week| (week["week"].clone(), week["verified"].clone())).collect();
    assert_eq!(
        counts,
        [("2026-W45", 1), ("2026-W46", 0), ("2026-W47", 0)].map(|(week, count)| (json!(week), json!(count)))
    );
    balanced(&server).await;
}

#[tokio::test]
async fn a_phone_clock_four_minutes_off_is_corrected() {
    let server = TestServer::on(Sqlite).await;
    let draft =
        Draft::at(&server, BEARING_PARK).captured("2026-11-18T01:50:00Z").with("/sentAt", "2026-11-18T01:56:00Z");
    let check_in = server.as_(Leader).checked_in(&draft).await;
    assert_eq!(check_in["correctedAt"], "2026-11-18T01:54:00+00:00");
    assert_eq!(check_in["capturedAt"], "2026-11-18T01:50:00+00:00", "what was sent is kept");
    assert_eq!(check_in["verdict"], "VERIFIED");
    let clock = finding(&check_in, "CLOCK");
    assert_eq!((&clock["outcome"], &clock["measured"], &clock["unit"]), (&json!("PASS"), &json!(240.0), &json!("s")));
}

#[tokio::test]
async fn a_phone_clock_an_hour_off_is_corrected_and_for_review() {
    let server = TestServer::on(Sqlite).await;
    let draft =
        Draft::at(&server, BEARING_PARK).captured("2026-11-18T03:00:00Z").with("/sentAt", "2026-11-18T03:00:00Z");
    let check_in = server.as_(Leader).checked_in(&draft).await;
    assert_eq!(check_in["correctedAt"], "2026-11-18T02:00:00+00:00");
    assert_eq!(finding(&check_in, "CLOCK")["outcome"], "REVIEW");
    assert_eq!(check_in["verdict"], "NEEDS_REVIEW");
}

/// Weeks and days are those of Shanghai, eight hours ahead of UTC.
#[rstest]
#[case::last_second_of_sunday("2026-11-15T15:59:59Z", "2026-11-15", "2026-W46")]
#[case::first_second_of_monday("2026-11-15T16:00:00Z", "2026-11-16", "2026-W47")]
#[case::last_day_of_the_year("2026-12-31T15:59:59Z", "2026-12-31", "2026-W53")]
#[case::first_day_of_the_next("2026-12-31T16:00:00Z", "2027-01-01", "2026-W53")]
#[case::first_monday_of_the_next("2027-01-03T16:00:00Z", "2027-01-04", "2027-W01")]
#[tokio::test]
async fn days_and_weeks_are_local(
    #[case] captured: &str,
    #[case] date: &str,
    #[case] week: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    server.clock.set("2027-01-06T02:00:00Z");
    let leader = server.as_(Leader);
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).captured(captured)).await;
    assert_eq!((&check_in["date"], &check_in["visit"]["week"]), (&json!(date), &json!(week)));
    let weeks = leader.weeks(&server.project(BEARING_PARK), [Some(date), Some(date)]).await;
    assert_eq!(weeks[0]["week"], week);
    assert_eq!(weeks[0]["verified"], 1);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn two_check_ins_on_one_day_make_one_visit(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let outside = leader.checked_in(&Draft::at(&server, BEARING_PARK).east(5000.0)).await;
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await, [0, 0, 1]);
    server.clock.advance(TimeDelta::hours(2));
    let inside = leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert_eq!(outside["visit"]["id"], inside["visit"]["id"]);
    assert_eq!(inside["visit"]["checkInCount"], 2);
    assert_eq!(inside["visit"]["verdict"], "VERIFIED", "the best check-in speaks for the visit");
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await, [1, 0, 0]);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn a_photo_is_pending_until_it_was_inspected(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let photo_id = leader.uploaded(&picture(1)).await;
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]))).await;
    assert_eq!(check_in["photos"][0]["id"], photo_id.as_str());
    let judged = socket.next_inspected().await;
    assert_eq!(judged["verdict"], "VERIFIED");
    assert_eq!(judged["photos"], json!([{ "state": "INTACT" }]));
    let assessments = json!([
        { "verdict": "PENDING_EVIDENCE", "trigger": "SUBMISSION" },
        { "verdict": "VERIFIED", "trigger": "PHOTO_INSPECTION" },
    ]);
    assert_eq!(judged["assessments"], assessments);
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await, [1, 0, 0]);
    balanced(&server).await;
}

#[rstest]
#[case::altered(Some(picture(2)))]
#[case::cut_short(Some(picture(1).slice(..100)))]
#[case::gone(None)]
#[tokio::test]
async fn a_photo_damaged_in_the_store_is_for_a_person(#[case] left: Option<Bytes>) {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let photo_id = leader.uploaded(&picture(1)).await;
    // A server that died holds it, so that there is time to do something before.
    hold_photos(&server, server.clock.now() + INSPECTION_LEASE, 0).await;
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]))).await;
    assert_eq!(check_in["verdict"], "PENDING_EVIDENCE");
    damage(&server, left);
    server.clock.advance(INSPECTION_LEASE + TimeDelta::seconds(1));
    server.app().inspect_waiting().await.unwrap();
    let judged = socket.next_inspected().await;
    assert_eq!(judged["verdict"], "NEEDS_REVIEW");
    assert_eq!(judged["photos"], json!([{ "state": "DAMAGED" }]));
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await, [0, 1, 0]);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn an_offline_queue_is_answered_in_order_and_one_bad_item_stops_nothing(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let good = |day: &str| Draft::at(&server, BEARING_PARK).captured(&format!("2026-11-{day}T02:00:00Z"));
    let queue = [
        good("16"),
        good("17").with("/fix/latitude", 91.0),
        good("17").with("/projectId", "nonsense"),
        good("18"),
        good("17"),
    ];
    let answer = leader.check_ins(&queue).await;
    let results = answer.list("/checkIns/results");
    let dates: Vec<&Value> = results.iter().map(|result| &result["checkIn"]["date"]).collect();
    assert_eq!(dates, [&json!("2026-11-16"), &json!(null), &json!(null), &json!("2026-11-18"), &json!("2026-11-17")]);
    assert_eq!(results[1]["userErrors"][0]["field"], json!(["input", "items", "1", "fix", "latitude"]));
    assert_eq!(results[2]["userErrors"][0]["field"], json!(["input", "items", "2", "projectId"]));
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await, [3, 0, 0]);
    balanced(&server).await;
}

#[tokio::test]
async fn a_secretary_checks_in_too_and_it_counts_for_nobody_else() {
    let server = TestServer::on(Sqlite).await;
    let check_in = server.as_(Secretary).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert_eq!(check_in["verdict"], "VERIFIED");
    assert_eq!(server.as_(Leader).tally(&server.project(BEARING_PARK)).await, [0, 0, 0]);
    balanced(&server).await;
}

/// Leaves other bytes, or none, where the only photo's were.
fn damage(server: &TestServer, left: Option<Bytes>) {
    let mut content = server.photos().join("objects/photos/2026/11");
    let object = std::fs::read_dir(&content).unwrap().next().unwrap().unwrap();
    content.push(object.file_name());
    match left {
        Some(bytes) => std::fs::write(content.join("content"), bytes).unwrap(),
        None => std::fs::remove_dir_all(content).unwrap(),
    }
}

/// The phone's clock is 90 s off, and its fix carries the satellites' time.
#[rstest]
#[case::slow(-90)]
#[case::fast(90)]
#[tokio::test]
async fn a_fix_is_as_fresh_by_the_satellites_clock_as_by_the_phones(#[case] off_s: i64) {
    let server = TestServer::on(Sqlite).await;
    let phone = json!(server.clock.now() + TimeDelta::seconds(off_s));
    let draft = Draft::at(&server, BEARING_PARK).with("/capturedAt", phone.clone()).with("/sentAt", phone);
    let check_in = server.as_(Leader).checked_in(&draft).await;
    assert_eq!((&check_in["verdict"], &finding(&check_in, "FIX_AGE")["outcome"]), (&json!("VERIFIED"), &json!("PASS")));
}

/// 230 m east is at the fence's tolerance to the metre: as probably within it as not.
#[tokio::test]
async fn reviewers_are_told_how_probable_it_is_that_the_person_was_where_the_rule_allows() {
    let server = TestServer::on(Sqlite).await;
    for (east, least, most) in [(222.0, 0.8, 1.0), (230.0, 0.4, 0.6), (238.0, 0.0, 0.2)] {
        let draft = Draft::at(&server, BEARING_PARK).east(east).with("/fix/accuracyMeters", 9.0);
        let check_in = server.as_(Leader).checked_in(&draft).await;
        let probability = finding(&check_in, "POSITION")["probability"].as_f64().unwrap();
        assert!((least..=most).contains(&probability), "{east}: {probability}");
    }
}

/// Radii two to three times too small are for a person; what no radius explains is a contradiction.
#[rstest]
#[case::three_radii_beyond(100.0, 25.0, "NEEDS_REVIEW")]
#[case::five_radii_beyond(160.0, 25.0, "REJECTED")]
#[case::three_hundred_metres_with_the_largest_radius(300.0, 100.0, "NEEDS_REVIEW")]
#[case::three_kilometres_with_the_largest_radius(3_000.0, 100.0, "REJECTED")]
#[tokio::test]
async fn only_what_no_instrument_does_is_rejected(#[case] beyond: f64, #[case] accuracy: f64, #[case] verdict: &str) {
    let server = TestServer::on(Sqlite).await;
    let draft = Draft::at(&server, BEARING_PARK).south(200.0 + beyond).with("/fix/accuracyMeters", accuracy);
    assert_eq!(server.as_(Leader).checked_in(&draft).await["verdict"], verdict);
}

/// The boot clock tells that it was an hour and a half before, whatever the wall clock says.
#[rstest]
#[case::without_time_since_1980("/capturedAt", "1980-01-06T00:00:10Z", "CAPTURED_TOO_LONG_AGO")]
#[case::in_1970("/capturedAt", "1970-01-01T00:00:00Z", "CAPTURED_TOO_LONG_AGO")]
#[case::in_2099("/capturedAt", "2099-12-31T23:59:59Z", "CAPTURED_IN_FUTURE")]
#[case::a_year_and_a_half_slow("/capturedAt", "2025-05-18T02:00:00Z", "CAPTURED_TOO_LONG_AGO")]
#[case::without_time_at_sending("/sentAt", "1980-01-06T00:00:10Z", "CAPTURED_IN_FUTURE")]
#[case::in_2099_at_sending("/sentAt", "2099-12-31T23:59:59Z", "CAPTURED_TOO_LONG_AGO")]
#[tokio::test]
async fn a_phone_without_time_is_recorded_by_its_boot_clock_and_reviewed(
    #[case] wrong: &str,
    #[case] time: &str,
    #[case] code: &str,
) {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    let (draft, captured) = (Draft::at(&server, BEARING_PARK), server.clock.now());
    server.clock.advance(TimeDelta::minutes(90));
    let draft = draft.with("/sentAt", json!(server.clock.now())).with(wrong, time);
    // Without a boot clock nobody can tell when it was.
    let refused = leader.check_in(&draft).await;
    assert_eq!(refused.at("/checkIn/userErrors/0/code"), code);
    let uptime = json!({ "bootId": "b-1", "capturedMs": 60_000, "sentMs": 60_000 + 90 * 60_000 });
    let check_in = leader.checked_in(&draft.with("/uptime", uptime)).await;
    assert_eq!(check_in["verdict"], "NEEDS_REVIEW");
    assert_eq!(finding(&check_in, "CLOCK_JUMP")["outcome"], "REVIEW");
    let corrected: DateTime<Utc> = check_in["correctedAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(corrected, captured);
    assert_eq!((&check_in["date"], &check_in["visit"]["week"]), (&json!("2026-11-18"), &json!("2026-W47")));
    assert_eq!(finding(&check_in, "FIX_AGE")["outcome"], "PASS", "by the satellites, or by the phone's clock");
    balanced(&server).await;
}

/// What a check-in writes is handed on within its transaction, and not read back. The first of a visit, the second of it,
/// and one with further fixes.
#[rstest]
#[case::on_sqlite(Sqlite, [32, 30, 31])]
#[case::on_postgres(Postgres, [33, 31, 32])]
#[tokio::test]
async fn nothing_that_was_written_is_read_back(#[case] backend: Backend, #[case] expected: [u64; 3]) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let mut statements = Vec::new();
    for further in [0, 0, 2] {
        server.clock.advance(TimeDelta::minutes(1));
        let draft = Draft::at(&server, BEARING_PARK);
        let fix = draft.0["fix"].clone();
        let draft = draft.with("/otherFixes", json!(vec![fix; further]));
        let answer = leader.change("checkIn", &draft, "alreadyRecorded userErrors { code }").await;
        assert_eq!(answer.at("/checkIn"), &json!({ "alreadyRecorded": false, "userErrors": [] }));
        statements.push(answer.statements);
    }
    assert_eq!(statements, expected);
    balanced(&server).await;
}
