//! What takes long on its way is no slow clock: bodies that dribble, and messages that somebody kept.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use serde_json::{Value, json};
use server::clock::Source;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    CHECK_IN_FIELDS, Draft,
    Role::{Leader, Office, Secretary},
    TestServer, balanced, time,
};

fn finding<'a>(check_in: &'a Value, code: &str) -> &'a Value {
    let findings = check_in["assessment"]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["code"] == code).unwrap()
}

fn moment(value: &Value) -> DateTime<Utc> {
    time(value.as_str().unwrap())
}

/// The request of a check-in, as a phone sends it.
fn body_of(draft: &Draft) -> String {
    let query = format!("mutation($input: CheckInInput!) {{ checkIn(input: $input) {{ {CHECK_IN_FIELDS} }} }}");
    json!({ "query": query, "variables": { "input": draft.0 } }).to_string()
}

#[track_caller]
fn was_in_time(answer: &Value, sent: &Draft) {
    let check_in = answer.pointer("/data/checkIn/checkIn").unwrap_or_else(|| panic!("{answer:#}"));
    assert_eq!(check_in["verdict"], "VERIFIED", "{check_in:#}");
    for name in ["receivedAt", "correctedAt", "capturedAt"] {
        assert_eq!(moment(&check_in[name]), moment(&sent.0["sentAt"]), "{name}");
    }
    assert_eq!(finding(check_in, "CLOCK")["measured"], 0.0);
}

#[rstest]
#[tokio::test]
async fn a_body_that_dribbles_is_no_slow_clock(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let draft = Draft::at(&server, BEARING_PARK);
    let body = body_of(&draft);
    let mut stream = BufReader::new(TcpStream::connect(server.address()).await.unwrap());
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-type: application/json\r\n\
         authorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
        server.token(Leader).unwrap(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // Its head has come once the server asks for the body.
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    for piece in body.as_bytes().chunks(body.len() / 3 + 1) {
        server.clock.advance(TimeDelta::minutes(7));
        stream.write_all(piece).await.unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let begin = answer.find("{\"data\"").unwrap_or_else(|| panic!("{answer}"));
    was_in_time(&serde_json::from_str(&answer[begin..]).unwrap(), &draft);
    balanced(&server).await;
}

#[tokio::test]
async fn a_body_that_comes_late_on_a_stream_is_no_slow_clock() {
    let server = TestServer::on(Sqlite).await;
    let draft = Draft::at(&server, BEARING_PARK);
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let (requests, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let url = |path: &str| format!("http://{}{path}", server.address());
    let request = axum::http::Request::post(url("/graphql"))
        .header("authorization", format!("Bearer {}", server.token(Leader).unwrap()))
        .header("content-type", "application/json")
        .body(())
        .unwrap();
    let mut requests = requests.ready().await.unwrap();
    let (response, mut sending) = requests.send_request(request, false).unwrap();
    // Heads come one after the other: once the second request is answered, the first has come.
    let alive = axum::http::Request::get(url("/healthz")).body(()).unwrap();
    let mut requests = requests.ready().await.unwrap();
    assert!(requests.send_request(alive, true).unwrap().0.await.unwrap().status().is_success());
    server.clock.advance(TimeDelta::minutes(20));
    sending.send_data(Bytes::from(body_of(&draft)), true).unwrap();
    let mut body = response.await.unwrap().into_body();
    let mut answer = Vec::new();
    while let Some(piece) = body.data().await {
        answer.extend_from_slice(&piece.unwrap());
    }
    was_in_time(&serde_json::from_slice(&answer).unwrap(), &draft);
}

/// A check-in captured a minute before it is sent, of a phone that has been up for so many milliseconds since a boot.
fn booted(server: &TestServer, boot: &str, up_ms: i64) -> Draft {
    let captured = (server.clock.now() - TimeDelta::minutes(1)).to_rfc3339();
    let uptime = json!({ "bootId": boot, "capturedMs": up_ms - 60_000, "sentMs": up_ms });
    Draft::at(server, BEARING_PARK).captured(&captured).with("/uptime", uptime)
}

#[rstest]
#[tokio::test]
async fn a_message_that_was_kept_is_no_slow_clock_where_the_boot_clock_tells(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    leader.checked_in(&booted(&server, "first", 600_000)).await;
    server.clock.advance(TimeDelta::minutes(10));
    let kept = [booted(&server, "first", 1_200_000), booted(&server, "another", 1_200_000)];
    let late = booted(&server, "first", 1_200_000);
    // Somebody kept them over midnight: they count on the day of their capture all the same.
    server.clock.advance(TimeDelta::hours(15));
    let first = leader.checked_in(&kept[0]).await;
    assert_eq!((&first["verdict"], &first["date"]), (&json!("VERIFIED"), &json!("2026-11-18")), "{first:#}");
    assert_eq!(moment(&first["correctedAt"]), time("2026-11-18T02:09:00Z"));
    assert_eq!(moment(&first["receivedAt"]), time("2026-11-18T17:10:00Z"));
    let clock = finding(&first, "CLOCK");
    assert_eq!((&clock["outcome"], &clock["measured"]), (&json!("PASS"), &json!(0.0)));
    assert!(clock["en"].as_str().unwrap().contains("54000 s on its way"), "{clock}");
    assert!(clock["zh"].as_str().unwrap().contains("54000 秒"), "{clock}");
    // In a queue as well.
    let queue = leader.check_ins(&[late]).await;
    assert_eq!(queue.at("/checkIns/results/0/checkIn/verdict"), "VERIFIED");
    // Of another boot nothing is known: that may be a slow clock.
    let unknown = leader.checked_in(&kept[1]).await;
    assert_eq!((&unknown["verdict"], &unknown["date"]), (&json!("NEEDS_REVIEW"), &json!("2026-11-19")));
    assert_eq!(finding(&unknown, "CLOCK")["measured"], 54_000.0);
    // Judged again, all stays as it was.
    let again = "mutation($input: RejudgeCheckInsInput!) { rejudgeCheckIns(input: $input) {
        rejudgement { checkIns changed } userErrors { code } } }";
    let input = json!({ "from": "2026-11-18", "to": "2026-11-19", "reason": "A look at all of them." });
    let run = server.as_(Office).ask(again, json!({ "input": input })).await;
    assert_eq!(run.user_errors("rejudgeCheckIns"), []);
    assert_eq!(run.at("/rejudgeCheckIns/rejudgement/changed"), 0, "{:#}", run.body);
    balanced(&server).await;
}

/// The boot of somebody else tells nothing of one's own clock.
#[tokio::test]
async fn the_boot_of_another_person_tells_nothing() {
    let server = TestServer::on(Sqlite).await;
    server.as_(Secretary).checked_in(&booted(&server, "first", 600_000)).await;
    let late = booted(&server, "first", 600_000);
    server.clock.advance(TimeDelta::hours(3));
    let late = server.as_(Leader).checked_in(&late).await;
    assert_eq!(finding(&late, "CLOCK")["outcome"], "REVIEW");
}
