//! Whoever names no project is offered the nearest of the sites they serve, and nothing is recorded.

use rstest::rstest;
use serde_json::{Value, json};
use server::roster;

use crate::support::{
    Answer, BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    COLD_STORE, Client, Draft, HARBOUR,
    Role::{Analyst, Leader, Nobody, Office, OtherLeader},
    TestServer, rows, time,
};

/// Three more places: two of the leader's, and one of another leader's next to them.
const MORE_SITES: &str = r#"{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"project": "轴承园区项目", "site": "二期", "radiusMeters": 100},
  "geometry": {"type": "Point", "coordinates": [122.02, 39.62]}},
{"type": "Feature", "properties": {"project": "冷链仓储项目", "radiusMeters": 100},
  "geometry": {"type": "Point", "coordinates": [122.01, 39.62]}},
{"type": "Feature", "properties": {"project": "港口物流项目", "site": "分库", "radiusMeters": 100},
  "geometry": {"type": "Point", "coordinates": [122.0, 39.62]}}]}"#;

const OFFERS: &str =
    "nearestSites { project { id name } site { name boundary { version } } distanceMeters withinTolerance }";

async fn more_sites(server: &TestServer) {
    let sites = roster::parse_sites(MORE_SITES.as_bytes()).unwrap();
    server.app().import_sites(&sites, time("2025-12-31T16:00:00Z"), &|| {}).await.unwrap();
}

fn unnamed(server: &TestServer) -> Draft {
    let mut draft = Draft::at(server, BEARING_PARK);
    draft.0.as_object_mut().unwrap().remove("projectId");
    draft
}

async fn check_in(client: &Client, draft: &Draft) -> Answer {
    client.change("checkIn", draft, &format!("checkIn {{ verdict }} {OFFERS} userErrors {{ code field }}")).await
}

/// Project, metres, and whether it is reached.
fn told(offers: &[Value]) -> Vec<(String, f64, bool)> {
    let told = |offer: &Value| {
        let name = offer["project"]["name"].as_str().unwrap().to_owned();
        (name, offer["distanceMeters"].as_f64().unwrap().round(), offer["withinTolerance"].as_bool().unwrap())
    };
    offers.iter().map(told).collect()
}

#[rstest]
#[tokio::test]
async fn the_nearest_site_is_offered_and_then_chosen(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    more_sites(&server).await;
    let leader = server.as_(Leader);
    let before = rows(server.app().database.reader()).await;
    let draft = unnamed(&server).south(500.0);
    let answer = check_in(&leader, &draft).await;
    let not_named = ("PROJECT_NOT_NAMED".to_owned(), "input.projectId".to_owned());
    assert_eq!(answer.user_errors("checkIn"), [not_named]);
    assert_eq!(answer.at("/checkIn/checkIn"), &json!(null));
    let offers = answer.list("/checkIn/nearestSites");
    let names: Vec<_> = told(offers).into_iter().map(|(name, _, near)| (name, near)).collect();
    let expected = [(BEARING_PARK, false), (COLD_STORE, false), (BEARING_PARK, false)];
    assert_eq!(names, expected.map(|(name, near)| (name.to_owned(), near)));
    assert!((295.0..305.0).contains(&told(offers)[0].1), "{offers:?}");
    assert_eq!(rows(server.app().database.reader()).await, before, "nothing was recorded");

    let chosen = draft.with("/projectId", offers[0]["project"]["id"].clone());
    let answer = check_in(&leader, &chosen).await;
    assert_eq!(answer.at("/checkIn/checkIn/verdict"), "REJECTED", "the same id, now with a project");
    assert_eq!(answer.list("/checkIn/nearestSites").len(), 0);
    assert!(told(check_in(&leader, &unnamed(&server)).await.list("/checkIn/nearestSites"))[0].2);
}

#[rstest]
#[tokio::test]
async fn in_a_queue_each_is_answered_for_itself(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    more_sites(&server).await;
    let items = [Draft::at(&server, BEARING_PARK), unnamed(&server), unnamed(&server).with("/fix", json!(null))];
    let fields = format!("results {{ checkIn {{ verdict }} {OFFERS} userErrors {{ code field }} }}");
    let answer = server.as_(Leader).change("checkIns", json!({ "items": items }), &fields).await;
    let results = answer.list("/checkIns/results");
    assert_eq!((&results[0]["checkIn"]["verdict"], &results[0]["nearestSites"]), (&json!("VERIFIED"), &json!([])));
    assert_eq!(results[1]["userErrors"][0]["field"], json!(["input", "items", "1", "projectId"]));
    assert_eq!(results[1]["nearestSites"].as_array().unwrap().len(), 3);
    assert_eq!(results[2]["userErrors"][0]["code"], "PROJECT_NOT_NAMED");
    assert_eq!(results[2]["nearestSites"], json!([]), "no fix, no offer");
}

#[rstest]
#[tokio::test]
async fn a_phone_can_ask_before(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let query = "query($near: GpsFixInput!) { assignedSites(near: $near) {
        project { name } site { name boundary { version } } distanceMeters withinTolerance } }";
    let near = json!({ "near": unnamed(&server).0["fix"] });
    // The first request of a second looks up whose the session is.
    server.as_(Leader).ask("{ viewer { role } }", json!({})).await;
    let few = server.as_(Leader).ask(query, near.clone()).await;
    assert_eq!(told(few.list("/assignedSites")).len(), 1);
    more_sites(&server).await;
    let many = server.as_(Leader).ask(query, near.clone()).await;
    assert_eq!(told(many.list("/assignedSites")).len(), 3);
    assert_eq!(few.statements, many.statements);
    let elsewhere = server.as_(OtherLeader).ask(query, near.clone()).await;
    let names: Vec<_> = told(elsewhere.list("/assignedSites")).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, [HARBOUR, HARBOUR], "one's own only");
    for role in [Office, Analyst] {
        assert_eq!(server.as_(role).ask(query, near.clone()).await.list("/assignedSites").len(), 0, "{role:?}");
    }
    assert_eq!(server.as_(Nobody).ask(query, near).await.error(), "UNAUTHENTICATED");
}
