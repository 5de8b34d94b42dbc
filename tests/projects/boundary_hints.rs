//! Where many honest people are "outside" at one place, the boundary is in doubt, and the office is told.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::json;
use server::roster;

use crate::support::{
    Answer, BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft,
    Role::{Analyst, Leader, Nobody, Office, Secretary},
    TestServer, time,
};

/// The park's square, reaching 600 m to the south.
const CORRECTED: &str = r#"{"type": "FeatureCollection", "features": [{"type": "Feature",
"properties": {"project": "轴承园区项目"}, "geometry": {"type": "Polygon", "coordinates":
[[[121.99767, 39.6146], [122.00233, 39.6146], [122.00233, 39.6218], [121.99767, 39.6218], [121.99767, 39.6146]]]}}]}"#;

const HINTS: &str = "query($from: Date!, $to: Date!) { boundaryHints(from: $from, to: $to) {
    project { name } site { name boundary { version } } version checkIns people days latitude longitude
    distanceMeters bearingDegrees spreadMeters insideAs zh: sentence en: sentence(language: EN) } }";

async fn hints(client: &Client) -> Answer {
    client.ask(HINTS, json!({ "from": "2026-11-01", "to": "2026-12-31" })).await
}

/// Both of them, 150 m south of the boundary.
async fn two_people_outside(server: &TestServer) {
    for (role, south) in [(Leader, 350.0), (Secretary, 356.0)] {
        let check_in = server.as_(role).checked_in(&Draft::at(server, BEARING_PARK).south(south)).await;
        assert_eq!(check_in["verdict"], "REJECTED");
    }
}

#[rstest]
#[tokio::test]
async fn a_wrong_boundary_is_told_until_it_is_corrected(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let office = server.as_(Office);
    assert_eq!(hints(&office).await.list("/boundaryHints").len(), 0);
    two_people_outside(&server).await;
    let one = hints(&office).await;
    let hint = one.at("/boundaryHints/0");
    assert_eq!(hint["project"]["name"], BEARING_PARK);
    assert_eq!((&hint["checkIns"], &hint["people"], &hint["days"]), (&json!(2), &json!(2), &json!(1)));
    let metres = |member: &str| hint[member].as_f64().unwrap();
    assert!((150.0..157.0).contains(&metres("distanceMeters")) && metres("spreadMeters") < 4.0, "{hint:#}");
    assert!((metres("bearingDegrees") - 180.0).abs() < 1.0 && hint["insideAs"].is_null(), "{hint:#}");
    assert!(hint["zh"].as_str().unwrap().contains("南侧") && hint["en"].as_str().unwrap().contains("south"));

    server.clock.advance(TimeDelta::days(1));
    two_people_outside(&server).await;
    // A day later, the first request of a session notes its use with one more statement.
    office.ask("{ viewer { role } }", json!({})).await;
    let more = hints(&office).await;
    assert_eq!(more.at("/boundaryHints/0/checkIns"), 4);
    assert_eq!(more.statements, one.statements);

    let sites = roster::parse_sites(CORRECTED.as_bytes()).unwrap();
    server.app().import_sites(&sites, time("2025-12-31T16:00:00Z"), &|| {}).await.unwrap();
    assert_eq!(hints(&office).await.list("/boundaryHints").len(), 0, "that one is corrected");
}

#[rstest]
#[tokio::test]
async fn a_drawing_in_another_datum_is_named(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    // Scattered over what would be the site, had it been drawn on a map in GCJ-02: some 500 m to the west.
    for (role, east) in [(Leader, -380.0), (Secretary, -560.0)] {
        server.as_(role).checked_in(&Draft::at(&server, BEARING_PARK).east(east)).await;
    }
    let told = hints(&server.as_(Office)).await;
    assert_eq!(told.at("/boundaryHints/0/insideAs"), "GCJ02", "{:#}", told.body);
    assert!(told.text("/boundaryHints/0/zh").contains("GCJ-02"));
}

#[rstest]
#[tokio::test]
async fn what_else_speaks_against_is_no_hint(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    for (role, south) in [(Leader, 350.0), (Secretary, 356.0)] {
        let mocked = Draft::at(&server, BEARING_PARK).south(south).with("/fix/mocked", true);
        server.as_(role).checked_in(&mocked).await;
        server.as_(role).checked_in(&Draft::at(&server, BEARING_PARK).south(south + 9000.0)).await;
    }
    let office = server.as_(Office);
    assert_eq!(hints(&office).await.list("/boundaryHints").len(), 0);

    // A person who looked and said that nobody was there knows better.
    server.clock.advance(TimeDelta::days(1));
    let decide = "mutation($input: ReviewCheckInInput!) { reviewCheckIn(input: $input) { userErrors { code } } }";
    for (role, south) in [(Leader, 350.0), (Secretary, 356.0)] {
        let check_in = server.as_(role).checked_in(&Draft::at(&server, BEARING_PARK).south(south)).await;
        let input = json!({ "checkInId": check_in["id"], "verdict": "REJECTED", "reason": "NOT_THERE" });
        assert_eq!(office.ask(decide, json!({ "input": input })).await.user_errors("reviewCheckIn"), []);
    }
    assert_eq!(hints(&office).await.list("/boundaryHints").len(), 0);
}

#[rstest]
#[tokio::test]
async fn only_the_office_is_told_where_people_were(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    two_people_outside(&server).await;
    for role in [Leader, Secretary, Analyst] {
        assert_eq!(hints(&server.as_(role)).await.error(), "FORBIDDEN", "{role:?}");
    }
    assert_eq!(hints(&server.as_(Nobody)).await.error(), "UNAUTHENTICATED");
    for (from, to, argument) in [("2026-11-18", "2026-11-17", "to"), ("2025-01-01", "2026-11-18", "from")] {
        let answer = server.as_(Office).ask(HINTS, json!({ "from": from, "to": to })).await;
        assert_eq!(answer.error(), "BAD_USER_INPUT");
        assert_eq!(answer.body["errors"][0]["extensions"]["argument"], argument);
    }
}
