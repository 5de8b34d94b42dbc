//! What another policy would have decided, before anyone adopts it.

use rstest::rstest;
use serde_json::json;
use server::app::PolicyChange;

use crate::support::{
    Answer, BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft,
    Role::{Analyst, Leader, Nobody, Office, Secretary},
    TestServer,
};

const REASSESSMENT: &str = "query($policy: Int!, $from: Date!, $to: Date!) {
    reassessment(policyVersion: $policy, from: $from, to: $to) { checkIns notJudged changedCount
        transitions { from to count } changed { before after checkIn { uuid verdict person { name } fix { latitude } note } } } }";

async fn ask(client: &Client, policy: i32) -> Answer {
    client.ask(REASSESSMENT, json!({ "policy": policy, "from": "2026-11-01", "to": "2026-11-30" })).await
}

#[rstest]
#[tokio::test]
async fn a_wider_tolerance_is_tried_on_what_happened(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let doubtful = leader.checked_in(&Draft::at(&server, BEARING_PARK).east(230.0)).await;
    let wider = PolicyChange { tolerance_meters: Some(60.0), ..PolicyChange::default() };
    server.app().adopt_policy("试行".to_owned(), wider).await.unwrap();
    let same = ask(&server.as_(Office), 1).await;
    assert_eq!(same.at("/reassessment/changedCount"), 0);
    for role in [Office, Analyst] {
        let answer = ask(&server.as_(role), 2).await;
        let told = answer.at("/reassessment");
        assert_eq!((&told["checkIns"], &told["notJudged"], &told["changedCount"]), (&json!(2), &json!(0), &json!(1)));
        let expected = json!([{ "from": "VERIFIED", "to": "VERIFIED", "count": 1 },
            { "from": "NEEDS_REVIEW", "to": "VERIFIED", "count": 1 }]);
        assert_eq!(told["transitions"], expected);
        let changed = &told["changed"][0];
        assert_eq!((&changed["before"], &changed["after"]), (&json!("NEEDS_REVIEW"), &json!("VERIFIED")));
        assert_eq!(
            (&changed["checkIn"]["uuid"], &changed["checkIn"]["verdict"]),
            (&doubtful["uuid"], &json!("NEEDS_REVIEW"))
        );
        assert_eq!(changed["checkIn"]["fix"].is_null(), role == Analyst, "positions are guarded as everywhere");
    }
    let few = ask(&server.as_(Office), 2).await.statements;
    for _ in 0..5 {
        leader.checked_in(&Draft::at(&server, BEARING_PARK).east(230.0)).await;
    }
    // They were captured under the new policy, and the old one would have decided otherwise.
    let many = ask(&server.as_(Office), 1).await;
    assert_eq!((many.at("/reassessment/changedCount"), many.statements), (&json!(5), few));
}

#[rstest]
#[tokio::test]
async fn staff_are_told_nothing_and_questions_have_bounds(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    for role in [Leader, Secretary] {
        assert_eq!(ask(&server.as_(role), 1).await.error(), "FORBIDDEN", "{role:?}");
    }
    assert_eq!(ask(&server.as_(Nobody), 1).await.error(), "UNAUTHENTICATED");
    let office = server.as_(Office);
    for (policy, from, to, argument) in [
        (7, "2026-11-01", "2026-11-30", "policyVersion"),
        (1, "2025-11-01", "2026-11-30", "from"),
        (1, "2026-11-30", "2026-11-01", "to"),
    ] {
        let answer = office.ask(REASSESSMENT, json!({ "policy": policy, "from": from, "to": to })).await;
        assert_eq!(answer.error(), "BAD_USER_INPUT");
        assert_eq!(answer.body["errors"][0]["extensions"]["argument"], argument);
    }
}
