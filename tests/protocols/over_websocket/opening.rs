//! How a connection begins, and who gets none.

use futures_util::SinkExt;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpStream};
use tokio_tungstenite::tungstenite::{self, Message};

use super::raw::{Raw, assert_closed, init};
use crate::support::{
    Backend::Sqlite,
    Role::{Leader, Office},
    TestServer,
};

#[tokio::test]
async fn init_in_time_is_acknowledged() {
    let server = TestServer::on(Sqlite).await;
    Raw::of(&server, Leader).await;
}

/// Where `connection_init` says nothing of who it is, the opening request's header counts: some clients can't do otherwise.
#[rstest]
#[case::no_payload(json!({ "type": "connection_init" }))]
#[case::empty(json!({ "type": "connection_init", "payload": {} }))]
#[case::something_else(json!({ "type": "connection_init", "payload": { "client": "gql" } }))]
#[case::null(json!({ "type": "connection_init", "payload": { "authorization": null } }))]
#[tokio::test]
async fn init_may_leave_authorization_to_the_opening_request(#[case] message: Value) {
    let server = TestServer::on(Sqlite).await;
    let authorization = format!("Bearer {}", server.token(Leader).unwrap());
    let headers = [("authorization", &*authorization)];
    let mut socket = Raw::speaking(&server, Some("graphql-transport-ws"), &headers).await.unwrap();
    socket.say(message).await;
    assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
    socket.subscribe("1", "{ viewer { role } }").await;
    assert_eq!(socket.hear().await["payload"]["data"], json!({ "viewer": { "role": "STAFF" } }));
}

#[rstest]
#[case::no_token("Bearer nonsense", json!({ "type": "connection_init" }))]
#[case::another_scheme("Basic bGVhZGVy", json!({ "type": "connection_init" }))]
#[case::what_is_said_counts("GOOD", json!({ "type": "connection_init", "payload": { "Authorization": "Bearer nonsense" } }))]
#[case::no_text("GOOD", json!({ "type": "connection_init", "payload": { "authorization": 7 } }))]
#[tokio::test]
async fn init_of_nobody_closes_with_4401_whatever_the_opening_request_carried(
    #[case] authorization: &str,
    #[case] message: Value,
) {
    let server = TestServer::on(Sqlite).await;
    let authorization = authorization.replace("GOOD", &format!("Bearer {}", server.token(Leader).unwrap()));
    let headers = [("authorization", &*authorization)];
    let mut socket = Raw::speaking(&server, Some("graphql-transport-ws"), &headers).await.unwrap();
    socket.say(message).await;
    assert_closed(&mut socket, 4401, "Unauthorized").await;
}

#[tokio::test]
async fn a_page_of_another_origin_opens_no_socket_whatever_it_carries() {
    let server = TestServer::on(Sqlite).await;
    let authorization = format!("Bearer {}", server.token(Leader).unwrap());
    let headers = [("authorization", &*authorization), ("origin", "https://evil.example")];
    let Err(tungstenite::Error::Http(refused)) = Raw::speaking(&server, Some("graphql-transport-ws"), &headers).await
    else {
        panic!("a socket was opened");
    };
    assert_eq!(refused.status(), 403);
}

/// Names of headers are the same in any letters, also where they stand in `connection_init`.
#[rstest]
#[case("authorization")]
#[case("Authorization")]
#[case("AUTHORIZATION")]
#[tokio::test]
async fn init_names_authorization_in_any_letters(#[case] name: &str) {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::open(&server).await;
    let authorization = format!("Bearer {}", server.token(Leader).unwrap());
    socket.say(json!({ "type": "connection_init", "payload": { name: authorization } })).await;
    assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
}

/// Some clients look for the protocol that was chosen under this very name.
#[tokio::test]
async fn the_chosen_protocol_is_told_as_rfc_6455_spells_it() {
    use tokio::io::AsyncWriteExt;
    let server = TestServer::on(Sqlite).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let opening = "GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
        Sec-WebSocket-Protocol: graphql-transport-ws, graphql-ws\r\n\r\n";
    stream.write_all(opening.as_bytes()).await.unwrap();
    let mut told = String::new();
    while !told.contains("\r\n\r\n") {
        told.push(stream.read_u8().await.unwrap().into());
    }
    assert!(told.contains("\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"), "{told}");
    assert!(told.contains("\r\nSec-WebSocket-Accept: "), "{told}");
}

#[tokio::test]
async fn init_too_late_closes_with_4408() {
    let server = TestServer::tuned(|config| config.connections.init_seconds = 1).await;
    let mut socket = Raw::open(&server).await;
    assert_closed(&mut socket, 4408, "Connection initialisation timeout").await;
}

#[tokio::test]
async fn init_twice_closes_with_4429() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::of(&server, Leader).await;
    socket.say(init(&server.token(Leader).unwrap())).await;
    assert_closed(&mut socket, 4429, "Too many initialisation requests").await;
}

#[tokio::test]
async fn both_inits_at_once_close_with_4429() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::open(&server).await;
    for _ in 0..2 {
        socket.say(init(&server.token(Leader).unwrap())).await;
    }
    assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
    assert_closed(&mut socket, 4429, "Too many initialisation requests").await;
}

#[rstest]
#[case::no_payload(json!({ "type": "connection_init" }))]
#[case::empty(json!({ "type": "connection_init", "payload": {} }))]
#[case::null(json!({ "type": "connection_init", "payload": null }))]
#[case::nonsense(init("nonsense"))]
#[case::unknown(init("onsite_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))]
#[case::number(json!({ "type": "connection_init", "payload": { "authorization": 7 } }))]
#[tokio::test]
async fn init_without_a_good_token_closes_with_4401(#[case] init: Value) {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::open(&server).await;
    socket.say(init).await;
    assert_closed(&mut socket, 4401, "Unauthorized").await;
}

#[tokio::test]
async fn subscribe_before_the_acknowledgement_closes_with_4401() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Raw::open(&server).await;
    socket.subscribe("1", "{ __typename }").await;
    assert_closed(&mut socket, 4401, "Unauthorized").await;
}

#[tokio::test]
async fn a_large_init_payload_closes_with_4400_and_a_huge_message_with_1009() {
    let server = TestServer::on(Sqlite).await;
    for (bytes, code) in [(10_000, 4400), (2_000_000, 1009)] {
        let mut socket = Raw::open(&server).await;
        let payload = json!({ "type": "connection_init", "payload": { "authorization": "x".repeat(bytes) } });
        let _ = socket.0.send(Message::text(payload.to_string())).await;
        assert_eq!(socket.closed().await.0, code);
    }
}

#[rstest]
#[case::none(None)]
#[case::the_old_one(Some("graphql-ws"))]
#[tokio::test]
async fn another_sub_protocol_is_not_accepted(#[case] protocol: Option<&str>) {
    let server = TestServer::on(Sqlite).await;
    // A client that asked for a sub-protocol and got none breaks off by itself.
    if let Ok(mut socket) = Raw::speaking(&server, protocol, &[]).await {
        assert_closed(&mut socket, 4406, "Subprotocol not acceptable").await;
    }
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_socket() {
    let server = TestServer::on(Sqlite).await;
    for (origin, admitted) in [("https://evil.example", false), ("null", false), (&*server.url(), true)] {
        let opened = Raw::speaking(&server, Some("graphql-transport-ws"), &[("origin", origin)]).await;
        match opened {
            Ok(_) => assert!(admitted, "{origin}"),
            Err(tungstenite::Error::Http(response)) => assert!(!admitted && response.status() == 403, "{origin}"),
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn too_many_sockets_of_a_viewer_close_with_4429() {
    let server = TestServer::tuned(|config| config.connections.streams_per_viewer = 2).await;
    let _open = [Raw::of(&server, Leader).await, Raw::of(&server, Leader).await];
    let mut third = Raw::open(&server).await;
    third.say(init(&server.token(Leader).unwrap())).await;
    assert_closed(&mut third, 4429, "streamsPerViewer").await;
    Raw::of(&server, Office).await;
}
