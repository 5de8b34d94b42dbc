//! graphql-transport-ws to the letter: each rule of the protocol, through real sockets
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, time::timeout};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{
    BEARING_PARK,
    Backend::Sqlite,
    Client, Draft, PASSWORD,
    Role::{Leader, Office},
    TestServer, login_of,
};
use raw::{PATIENCE, Raw, assert_closed};

mod opening;
mod raw;

const RECORDED: &str = "subscription { visitRecorded { checkIn { uuid } } }";

#[tokio::test]
async fn what_may_not_be_done_so_often_is_an_error_with_its_code() {
    let server = TestServer::tuned(|config| config.rates.viewer_uploads = 1.try_into().unwrap()).await;
    let mut socket = Raw::of(&server, Leader).await;
    let upload = format!(
        "mutation {{ requestPhotoUpload(input: {{contentType: \"image/jpeg\", byteSize: 9, sha256: \"{}\"}}) \
         {{ photo {{ id }} }} }}",
        "0".repeat(64)
    );
    socket.subscribe("1", &upload).await;
    assert_eq!(socket.hear().await["type"], "next");
    assert_eq!(socket.hear().await["type"], "complete");
    socket.subscribe("2", &upload).await;
    let told = socket.hear().await;
    let extensions = &told["payload"][0]["extensions"];
    assert_eq!((&told["type"], &told["id"]), (&json!("error"), &json!("2")), "{told}");
    assert_eq!((&extensions["code"], &extensions["limit"]), (&json!("RATE_LIMITED"), &json!("viewerUploads")));
}

#[tokio::test]
async fn a_result_that_is_too_long_is_an_error() {
    let server = TestServer::tuned(|config| config.limits.result_bytes = 200).await;
    let mut socket = Raw::of(&server, Office).await;
    socket.subscribe("1", "{ projects { nodes { id name stage } } }").await;
    let told = socket.hear().await;
    assert_eq!((&told["type"], &told["payload"][0]["extensions"]["limit"]), (&json!("error"), &json!("resultBytes")));
}

/// Follows the example of docs/protocols.md line by line: what is said (→), what is heard (←), and in between the loss of
/// the connection.
#[tokio::test]
async fn the_example_of_going_on_after_a_lost_connection_holds() {
    let guide = include_str!("../../docs/protocols.md");
    let (_, example) = guide.split_once("### Going on after a lost connection").unwrap();
    let example = example.split("```").nth(1).unwrap();
    let server = TestServer::on(Sqlite).await;
    let mut known = vec![("TOKEN".to_owned(), server.token(Leader).unwrap())];
    let mut socket = Raw::open(&server).await;
    let mut drafts: Vec<Draft> = Vec::new();
    let mut heard = 0;
    for line in example.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "text") {
        if let Some(said) = line.strip_prefix("→ ") {
            let said = known.iter().fold(said.to_owned(), |said, (name, value)| said.replace(name, value));
            socket.say(serde_json::from_str(&said).unwrap()).await;
        } else if let Some(expected) = line.strip_prefix("← ") {
            let expected: Value = serde_json::from_str(expected).unwrap();
            if expected["type"] == "next" && heard == drafts.len() {
                // There is no answer to a subscription: once a query is answered, the server has long begun to follow.
                socket.subscribe("begun", "{ __typename }").await;
                socket.hear().await;
                socket.hear().await;
                drafts.push(Draft::at(&server, BEARING_PARK));
                server.as_(Leader).checked_in(&drafts[heard]).await;
            }
            let told = socket.hear().await;
            if told["type"] == "next" {
                let event = &told["payload"]["data"]["visitRecorded"];
                assert_eq!(event["checkIn"]["uuid"], drafts[heard].0["id"], "without gap or repeat");
                known.push((format!("CURSOR-{}", heard + 1), event["cursor"].as_str().unwrap().to_owned()));
                heard += 1;
            }
            assert_eq!(told["type"], expected["type"], "{told}");
            let names = |value: &Value| {
                value
                    .pointer("/payload/data/visitRecorded")
                    .map(|event| event.as_object().unwrap().keys().cloned().collect::<Vec<_>>())
            };
            assert_eq!(names(&told), names(&expected));
        } else {
            drop(socket);
            for _ in 0..2 {
                drafts.push(Draft::at(&server, BEARING_PARK));
                server.as_(Leader).checked_in(drafts.last().unwrap()).await;
            }
            socket = Raw::open(&server).await;
        }
    }
    assert_eq!(heard, drafts.len());
    assert!(heard >= 3, "{heard}");
}

#[rstest]
#[case::no_json("hello", true)]
#[case::no_object("[]", true)]
#[case::no_type(r#"{"id": "1"}"#, true)]
#[case::unknown_type(r#"{"type": "start", "id": "1"}"#, true)]
#[case::servers_own_type(r#"{"type": "next", "id": "1", "payload": {}}"#, true)]
#[case::payload_of_another_type(r#"{"type": "connection_init", "payload": "x"}"#, false)]
#[case::no_id(r#"{"type": "subscribe", "payload": {"query": "{ __typename }"}}"#, true)]
#[case::empty_id(r#"{"id": "", "type": "subscribe", "payload": {"query": "{ __typename }"}}"#, true)]
#[case::numeric_id(r#"{"id": 1, "type": "subscribe", "payload": {"query": "{ __typename }"}}"#, true)]
#[case::no_payload(r#"{"id": "1", "type": "subscribe"}"#, true)]
#[case::no_query(r#"{"id": "1", "type": "subscribe", "payload": {"variables": {}}}"#, true)]
#[case::variables_list(
    r#"{"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }", "variables": []}}"#,
    true
)]
#[case::complete_without_id(r#"{"type": "complete"}"#, true)]
#[tokio::test]
async fn a_message_that_is_none_closes_with_4400(#[case] message: &str, #[case] acknowledged: bool) {
    let server = TestServer::on(Sqlite).await;
    let mut socket = if acknowledged { Raw::of(&server, Leader).await } else { Raw::open(&server).await };
    socket.send(Message::text(message)).await;
    assert_closed(&mut socket, 4400, "Invalid ").await;
}

#[tokio::test]
async fn a_binary_message_closes_with_4400() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::of(&server, Leader).await;
    socket.send(Message::binary(br#"{"type":"ping"}"#.as_slice())).await;
    assert_closed(&mut socket, 4400, "messages are text").await;
}

#[tokio::test]
async fn a_message_that_is_no_utf_8_closes_with_4400() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::of(&server, Leader).await;
    let text = Frame::message(b"{\"type\":\"\xff\"}".as_slice(), OpCode::Data(Data::Text), true);
    socket.send(Message::Frame(text)).await;
    assert_closed(&mut socket, 4400, "messages are UTF-8").await;
}

#[rstest]
#[case(json!({ "type": "ping" }), json!({ "type": "pong" }))]
#[case(json!({ "type": "ping", "payload": { "a": 1 } }), json!({ "type": "pong", "payload": { "a": 1 } }))]
#[tokio::test]
async fn a_ping_is_answered_with_a_pong_at_any_time(#[case] ping: Value, #[case] pong: Value) {
    let server = TestServer::on(Sqlite).await;
    for mut socket in [Raw::open(&server).await, Raw::of(&server, Leader).await] {
        socket.say(ping.clone()).await;
        assert_eq!(socket.hear().await, pong);
        // A pong nobody asked for is a sign of life.
        socket.say(json!({ "type": "pong" })).await;
        socket.say(ping.clone()).await;
        assert_eq!(socket.hear().await, pong);
    }
}

#[tokio::test]
async fn a_query_and_a_mutation_give_next_and_complete() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::of(&server, Leader).await;
    for (id, query, data) in [
        ("1", "{ viewer { role } }", json!({ "viewer": { "role": "STAFF" } })),
        ("2", "mutation { issueChallenge { userErrors { code } } }", json!({ "issueChallenge": { "userErrors": [] } })),
    ] {
        socket.subscribe(id, query).await;
        let next = socket.hear().await;
        assert_eq!((&next["id"], &next["type"], &next["payload"]["data"]), (&json!(id), &json!("next"), &data));
        assert_eq!(socket.hear().await, json!({ "id": id, "type": "complete" }));
    }
}

#[rstest]
#[case::parsing("{", "GRAPHQL_PARSE_FAILED")]
#[case::validation("{ passwords }", "GRAPHQL_VALIDATION_FAILED")]
#[case::limit("{ projects(first: 500) { nodes { visits(first: 500) { nodes { id } } } } }", "LIMIT_EXCEEDED")]
#[case::two_root_fields(
    "subscription { a: visitRecorded { cursor } b: visitRecorded { cursor } }",
    "GRAPHQL_VALIDATION_FAILED"
)]
#[case::bad_cursor("subscription { visitRecorded(after: \"x\") { cursor } }", "BAD_USER_INPUT")]
#[tokio::test]
async fn errors_before_execution_are_an_error_without_complete(#[case] query: &str, #[case] code: &str) {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::of(&server, Leader).await;
    socket.subscribe("1", query).await;
    let error = socket.hear().await;
    assert_eq!((&error["id"], &error["type"]), (&json!("1"), &json!("error")), "{error}");
    assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error}");
    // The id is free again, and the next thing said is about its new use.
    socket.subscribe("1", "{ __typename }").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn an_id_in_use_closes_with_4409() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::of(&server, Leader).await;
    socket.subscribe("same", RECORDED).await;
    socket.subscribe("same", "{ __typename }").await;
    assert_closed(&mut socket, 4409, "Subscriber for same already exists").await;
}

#[tokio::test]
async fn after_the_clients_complete_nothing_more_is_said_and_the_id_is_free() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::of(&server, Leader).await;
    socket.subscribe("1", RECORDED).await;
    socket.say(json!({ "id": "1", "type": "complete" })).await;
    socket.say(json!({ "id": "unknown", "type": "complete" })).await;
    // Heard before the check-in is.
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    socket.subscribe("1", "{ __typename }").await;
    assert_eq!(socket.hear().await["payload"]["data"], json!({ "__typename": "Query" }));
    assert_eq!(socket.hear().await, json!({ "id": "1", "type": "complete" }));
}

#[tokio::test]
async fn operations_run_beside_each_other() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::of(&server, Leader).await;
    socket.subscribe("events", RECORDED).await;
    for id in ["a", "b"] {
        socket.subscribe(id, "{ __typename }").await;
    }
    let mut said = Vec::new();
    for _ in 0..4 {
        said.push(socket.hear().await["id"].as_str().unwrap().to_owned());
    }
    said.sort();
    assert_eq!(said, ["a", "a", "b", "b"]);
    let draft = Draft::at(&server, BEARING_PARK);
    server.as_(Leader).checked_in(&draft).await;
    let event = socket.hear().await;
    assert_eq!(event["payload"]["data"]["visitRecorded"]["checkIn"]["uuid"], draft.0["id"]);
}

#[tokio::test]
async fn too_many_operations_are_refused_one_by_one() {
    let server = TestServer::tuned(|config| config.connections.operations_per_socket = 3).await;
    let mut socket = Raw::of(&server, Leader).await;
    for id in 0..4 {
        socket.subscribe(&id.to_string(), RECORDED).await;
    }
    let refused = socket.hear().await;
    assert_eq!((&refused["id"], &refused["type"]), (&json!("3"), &json!("error")));
    assert_eq!(refused["payload"][0]["extensions"]["limit"], "operationsPerSocket");
}

#[tokio::test]
async fn silence_closes_with_1001_and_an_answer_to_pings_does_not() {
    let server = TestServer::tuned(|config| config.connections.silence_seconds = 2).await;
    let silent = Raw::of(&server, Leader).await;
    // A client that never reads answers no pings.
    timeout(PATIENCE, async {
        let mut lively = Raw::of(&server, Leader).await;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(4) {
            let _ = timeout(Duration::from_millis(500), lively.0.next()).await;
        }
        lively.say(json!({ "type": "ping" })).await;
        assert_eq!(lively.hear().await, json!({ "type": "pong" }));
    })
    .await
    .unwrap();
    // Read as bytes: a client that reads frames would answer those pings now, and be told that nobody hears it.
    let (mut said, mut stream) = (Vec::new(), silent.0.into_inner());
    let _ = timeout(PATIENCE, stream.read_to_end(&mut said)).await.unwrap();
    let reason = b"\x03\xe9Nothing was heard";
    assert!(said.windows(reason.len()).any(|part| part == reason), "{said:?}");
}

#[tokio::test]
async fn a_server_that_stops_closes_with_1001() {
    let mut server = TestServer::on(Sqlite).await;
    let mut socket = Raw::of(&server, Leader).await;
    socket.subscribe("1", RECORDED).await;
    let (_, ()) = tokio::join!(server.stop(), assert_closed(&mut socket, 1001, "stopping"));
}

/// Show 6: in every one of a hundred tries the socket is closed within a second of the sign-out, and no event that was
/// recorded after it has passed.
#[tokio::test]
async fn a_session_that_ends_takes_its_sockets_with_it() {
    const TRIES: usize = 100;
    let server = TestServer::tuned(|config| config.rates.sign_ins = 1000.try_into().unwrap()).await;
    let mut longest = Duration::ZERO;
    for _ in 0..TRIES {
        let answer = server.nobody().sign_in(&login_of(Leader), PASSWORD).await;
        let token = answer.text("/signIn/token");
        let client = Client::with_token(server.url(), &token);
        let mut socket = Raw::with_token(&server, &token).await;
        socket.subscribe("1", RECORDED).await;
        socket.subscribe("2", "{ __typename }").await;
        assert_eq!(
            (socket.hear().await["id"].clone(), socket.hear().await["type"].clone()),
            (json!("2"), json!("complete"))
        );
        client.ask("mutation { signOut { signedOut } }", json!({})).await;
        let begun = Instant::now();
        let draft = Draft::at(&server, BEARING_PARK);
        server.as_(Leader).checked_in(&draft).await;
        assert_closed(&mut socket, 4401, "the session has ended").await;
        longest = longest.max(begun.elapsed());
    }
    println!("closed after {longest:?} at most, in {TRIES} tries");
    assert!(longest < Duration::from_secs(1), "{longest:?}");
}
