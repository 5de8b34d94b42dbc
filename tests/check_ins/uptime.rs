//! The phone's boot clock, of phones that are up for longer than an `Int` counts milliseconds.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft,
    Role::Leader,
    TestServer,
};

const THIRTY_DAYS: i64 = 30 * 86_400_000;

/// Checks in by a document in which the uptimes are variables of their own, as typed clients write them.
fn document(kind: &str, captured: &str, sent: &str) -> String {
    format!(
        "mutation($id: UUID!, $project: ID!, $at: DateTime!, $captured: {kind}!, $sent: {kind}!) {{ checkIn(input: {{
            id: $id, projectId: $project, capturedAt: $at, sentAt: $at,
            uptime: {{ bootId: \"b-1\", {captured}: $captured, {sent}: $sent }} }}) {{
            checkIn {{ id }} userErrors {{ code field message }} }} }}"
    )
}

fn variables(server: &TestServer, captured: i64, sent: i64) -> Value {
    let draft = Draft::at(server, BEARING_PARK).0;
    let (id, project, at) = (&draft["id"], &draft["projectId"], &draft["capturedAt"]);
    json!({ "id": id, "project": project, "at": at, "captured": captured, "sent": sent })
}

#[rstest]
#[case::more_than_an_int_counts("Milliseconds", "capturedUptime", "sentUptime", THIRTY_DAYS)]
#[case::as_before("Int", "capturedMs", "sentMs", 20 * 86_400_000)]
#[tokio::test]
async fn typed_clients_send_uptimes(
    #[case] kind: &str,
    #[case] captured: &str,
    #[case] sent: &str,
    #[case] uptime: i64,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let document = document(kind, captured, sent);
    let answer = server.as_(Leader).ask(&document, variables(&server, uptime, uptime + 1000)).await;
    assert_eq!(answer.user_errors("checkIn"), []);
    assert!(answer.at("/checkIn/checkIn/id").is_string());
    let literal = document.replace("$captured: ", "$c: ").replace("$sent: ", "$s: ");
    let literal = literal.replace("$captured", &uptime.to_string()).replace("$sent", &uptime.to_string());
    let literal = literal.replace(&format!(", $c: {kind}!, $s: {kind}!"), "");
    assert_eq!(server.as_(Leader).ask(&literal, variables(&server, 0, 0)).await.user_errors("checkIn"), []);
}

#[rstest]
#[case::missing(json!({}), &["input.uptime.capturedUptime", "input.uptime.sentUptime"])]
#[case::one_missing(json!({ "capturedUptime": 1 }), &["input.uptime.sentUptime"])]
#[case::contradicting(json!({ "capturedUptime": 1, "capturedMs": 2, "sentUptime": 3 }), &["input.uptime.capturedUptime"])]
#[case::backwards(json!({ "capturedUptime": 2, "sentUptime": 1 }), &["input.uptime"])]
#[tokio::test]
async fn what_is_wrong_with_an_uptime_is_named(#[case] uptime: Value, #[case] fields: &[&str]) {
    let server = TestServer::on(Sqlite).await;
    let mut uptime = uptime;
    uptime["bootId"] = json!("b-1");
    let answer = server.as_(Leader).check_in(&Draft::at(&server, BEARING_PARK).with("/uptime", uptime)).await;
    let expected: Vec<_> = fields.iter().map(|field| ("INVALID".to_owned(), (*field).to_owned())).collect();
    assert_eq!(answer.user_errors("checkIn"), expected);
}

#[tokio::test]
async fn a_number_given_both_ways_is_one_number() {
    let server = TestServer::on(Sqlite).await;
    let uptime = json!({ "bootId": "b-1", "capturedUptime": 1, "capturedMs": 1, "sentMs": 2 });
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK).with("/uptime", uptime)).await;
}
