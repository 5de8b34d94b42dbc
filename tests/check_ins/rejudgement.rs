//! After an outage, or when a boundary was corrected, the office has check-ins judged again.

use std::{fs, path::PathBuf};

use chrono::TimeDelta;
use entity::{check_in, photo as photo_row, values::PhotoState};
use rstest::rstest;
use sea_orm::{EntityTrait, IntoActiveModel, QuerySelect};
use serde_json::{Value, json};
use server::roster;

use crate::support::{
    Answer, BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft, HARBOUR,
    Role::{Analyst, Leader, Nobody, Office, OtherLeader, Secretary},
    TestServer, balanced, photo, rows, time,
};

const REJUDGE: &str = "mutation($input: RejudgeCheckInsInput!) { rejudgeCheckIns(input: $input) {
    rejudgement { reason projectId from to policyVersion checkIns unchanged changed photosToInspect
        transitions { from to count } finishedAt }
    userErrors { code field zh: message en: message(language: EN) } } }";

/// The park's square, reaching 600 m to the south.
const CORRECTED: &str = r#"{"type": "FeatureCollection", "features": [{"type": "Feature",
"properties": {"project": "轴承园区项目"}, "geometry": {"type": "Polygon", "coordinates":
[[[121.99767, 39.6146], [122.00233, 39.6146], [122.00233, 39.6218], [121.99767, 39.6218], [121.99767, 39.6146]]]}}]}"#;

pub(crate) async fn rejudge(client: &Client, more: Value) -> Answer {
    let mut input = json!({ "from": "2026-11-01", "to": "2026-11-30", "reason": "边界已更正" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.ask(REJUDGE, json!({ "input": input })).await
}

/// Judged, unchanged, changed, and each transition.
pub(crate) fn told(answer: &Answer) -> Value {
    let done = answer.at("/rejudgeCheckIns/rejudgement");
    let transitions = done["transitions"].as_array().unwrap().iter();
    let transitions: Vec<_> = transitions
        .map(|t| format!("{} {} {}", t["from"].as_str().unwrap(), t["to"].as_str().unwrap(), t["count"]))
        .collect();
    json!([done["checkIns"], done["unchanged"], done["changed"], transitions])
}

pub(crate) async fn correct(server: &TestServer) {
    let sites = roster::parse_sites(CORRECTED.as_bytes()).unwrap();
    server.app().import_sites(&sites, time("2025-12-31T16:00:00Z"), &|| {}).await.unwrap();
}

async fn stands(client: &Client, check_in: &Value) -> Value {
    let query = "query($id: ID!) { checkIn(id: $id) { verdict photos { state }
        assessments { sequence trigger verdict rejudgementReason siteVersion { version } } } }";
    client.ask(query, json!({ "id": check_in["id"] })).await.at("/checkIn").clone()
}

#[rstest]
#[tokio::test]
async fn a_corrected_boundary_counts_for_what_was_captured_before(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, office, park) = (server.as_(Leader), server.as_(Office), server.project(BEARING_PARK));
    let outside = leader.checked_in(&Draft::at(&server, BEARING_PARK).south(400.0)).await;
    server.as_(OtherLeader).checked_in(&Draft::at(&server, HARBOUR)).await;
    assert_eq!(leader.tally(&park).await, [0, 0, 1]);
    correct(&server).await;
    server.clock.advance(TimeDelta::days(1));

    let before = rows(server.app().database.reader()).await;
    let dry = rejudge(&office, json!({ "dryRun": true })).await;
    assert_eq!(told(&dry), json!([2, 1, 1, ["REJECTED VERIFIED 1"]]));
    assert_eq!(rows(server.app().database.reader()).await, before, "a dry run puts nothing on record");

    let done = rejudge(&office, json!({})).await;
    assert_eq!(told(&done), json!([2, 1, 1, ["REJECTED VERIFIED 1"]]));
    assert_eq!(leader.tally(&park).await, [1, 0, 0]);
    let now = stands(&leader, &outside).await;
    assert_eq!(now["verdict"], "VERIFIED");
    let expected = json!({ "sequence": 2, "trigger": "REJUDGEMENT", "verdict": "VERIFIED",
        "rejudgementReason": "边界已更正", "siteVersion": { "version": 2 } });
    assert_eq!(now["assessments"][1], expected);
    assert_eq!(now["assessments"][0]["rejudgementReason"], json!(null));
    balanced(&server).await;

    assert_eq!(told(&rejudge(&office, json!({})).await), json!([2, 2, 0, []]), "twice is as once");
    assert_eq!(stands(&leader, &outside).await, now);
    let log = "{ rejudgements { reason changed projectId } }";
    assert_eq!(office.ask(log, json!({})).await.list("/rejudgements").len(), 2);
    assert_eq!(leader.ask(log, json!({})).await.error(), "FORBIDDEN");
}

#[rstest]
#[tokio::test]
async fn only_what_was_asked_for_is_judged(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let office = server.as_(Office);
    let doubtful = server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK).south(230.0)).await;
    server.as_(Secretary).checked_in(&Draft::at(&server, BEARING_PARK).south(400.0)).await;
    server.as_(OtherLeader).checked_in(&Draft::at(&server, HARBOUR)).await;
    correct(&server).await;
    assert_eq!(told(&rejudge(&office, json!({ "from": "2026-11-19" })).await), json!([0, 0, 0, []]));
    let other = json!({ "projectId": server.project(HARBOUR) });
    assert_eq!(told(&rejudge(&office, other).await), json!([1, 1, 0, []]));
    let doubted = json!({ "onlyVerdicts": ["NEEDS_REVIEW"], "projectId": server.project(BEARING_PARK) });
    assert_eq!(told(&rejudge(&office, doubted).await), json!([1, 0, 1, ["NEEDS_REVIEW VERIFIED 1"]]));
    assert_eq!(stands(&office, &doubtful).await["verdict"], "VERIFIED");
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn what_people_decided_stands(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, office) = (server.as_(Leader), server.as_(Office));
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).south(230.0)).await;
    let decide = "mutation($input: ReviewCheckInInput!) { reviewCheckIn(input: $input) { userErrors { code } } }";
    let decision = json!({ "checkInId": check_in["id"], "verdict": "REJECTED", "reason": "NOT_THERE" });
    assert_eq!(office.ask(decide, json!({ "input": decision })).await.user_errors("reviewCheckIn"), []);
    correct(&server).await;
    assert_eq!(told(&rejudge(&office, json!({})).await), json!([1, 0, 1, ["NEEDS_REVIEW VERIFIED 1"]]));
    let now = stands(&leader, &check_in).await;
    assert_eq!((&now["verdict"], &now["assessments"][1]["verdict"]), (&json!("REJECTED"), &json!("VERIFIED")));
    balanced(&server).await;
}

/// Every file that holds these bytes.
fn files_with(directory: PathBuf, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(path, bytes));
        } else if fs::read(&path).unwrap() == bytes {
            found.push(path);
        }
    }
    found
}

/// Inspects until nothing waits.
pub(crate) async fn inspected(server: &TestServer) {
    loop {
        server.app().inspect_waiting().await.unwrap();
        let states = photo_row::Entity::find()
            .select_only()
            .column(photo_row::Column::State)
            .into_tuple::<PhotoState>()
            .all(server.app().database.reader())
            .await
            .unwrap();
        if !states.contains(&PhotoState::Attached) {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[rstest]
#[tokio::test]
async fn photos_that_come_back_are_inspected_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, office) = (server.as_(Leader), server.as_(Office));
    let bytes = photo(3);
    let picture = leader.uploaded(&bytes).await;
    let stored = files_with(server.photos(), &bytes);
    let keep = |bytes: &[u8]| stored.iter().for_each(|file| fs::write(file, bytes).unwrap());
    assert!(!stored.is_empty());
    // A broken disk gives other bytes than it was given.
    keep(&vec![0; bytes.len()]);
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([picture]))).await;
    inspected(&server).await;
    assert_eq!(stands(&leader, &check_in).await["photos"][0]["state"], "DAMAGED");
    let broken = rejudge(&office, json!({ "reason": "照片存储故障" })).await;
    assert_eq!(told(&broken), json!([1, 1, 0, []]), "as broken as before");

    // The copy is brought back.
    keep(&bytes);
    let back = rejudge(&office, json!({ "reason": "照片存储已恢复" })).await;
    assert_eq!(told(&back), json!([1, 0, 1, ["NEEDS_REVIEW PENDING_EVIDENCE 1"]]));
    assert_eq!(back.at("/rejudgeCheckIns/rejudgement/photosToInspect"), 1);
    inspected(&server).await;
    let now = stands(&leader, &check_in).await;
    assert_eq!((&now["verdict"], &now["photos"][0]["state"]), (&json!("VERIFIED"), &json!("INTACT")), "{now:#}");
    let triggers = now["assessments"].as_array().unwrap().iter().map(|assessment| assessment["trigger"].clone());
    let expected = ["SUBMISSION", "PHOTO_INSPECTION", "REJUDGEMENT", "PHOTO_INSPECTION"];
    assert_eq!(triggers.collect::<Vec<_>>(), expected);
    assert_eq!(told(&rejudge(&office, json!({})).await), json!([1, 1, 0, []]));
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn only_the_office_may_and_must_say_why(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let before = rows(server.app().database.reader()).await;
    for role in [Leader, Secretary, Analyst] {
        let refused = rejudge(&server.as_(role), json!({})).await.user_errors("rejudgeCheckIns");
        assert_eq!(refused, [("OFFICE_ONLY".to_owned(), String::new())], "{role:?}");
    }
    assert_eq!(rejudge(&server.as_(Nobody), json!({})).await.error(), "UNAUTHENTICATED");
    let office = server.as_(Office);
    for (change, code, field) in [
        (json!({ "reason": "  " }), "INVALID", "input.reason"),
        (json!({ "reason": "长".repeat(2001) }), "INVALID", "input.reason"),
        (json!({ "to": "2026-10-31" }), "INVALID", "input.to"),
        (json!({ "from": "2025-01-01" }), "TOO_LARGE", "input.from"),
        (json!({ "policyVersion": 7 }), "INVALID", "input.policyVersion"),
        (
            json!({ "projectId": server.project(BEARING_PARK).replace('A', "B") }),
            "PROJECT_NOT_FOUND",
            "input.projectId",
        ),
    ] {
        let refused = rejudge(&office, change).await.user_errors("rejudgeCheckIns");
        assert_eq!(refused, [(code.to_owned(), field.to_owned())]);
    }
    assert_eq!(rows(server.app().database.reader()).await, before);
}

#[tokio::test]
async fn nobody_asks_for_more_than_a_request_can_do() {
    const MOST: usize = 2000;
    let server = TestServer::on(Sqlite).await;
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let database = server.app().database.writer();
    let one = check_in::Entity::find().one(database).await.unwrap().unwrap();
    let others = (0..MOST).map(|_| {
        let id = server.app().clock.id();
        check_in::Model { id, ..one.clone() }.into_active_model()
    });
    for some in others.collect::<Vec<_>>().chunks(100) {
        check_in::Entity::insert_many(some.to_vec()).exec_without_returning(database).await.unwrap();
    }
    let refused = rejudge(&server.as_(Office), json!({})).await;
    refused.refuses("rejudgeCheckIns", "TOO_LARGE", "input.from");
    let said = refused.at("/rejudgeCheckIns/userErrors/0");
    for language in ["zh", "en"] {
        let said = said[language].as_str().unwrap();
        assert!(said.contains("2000") && said.contains("2001"), "{said}");
    }
}
