//! GraphQL over server-sent events, distinct connections mode, through real sockets
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>).

use std::time::Duration;

use client::EventStream;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{
    BEARING_PARK,
    Backend::Sqlite,
    Client, Draft, PASSWORD,
    Role::{Leader, Nobody},
    TestServer, http, login_of,
};

const PATIENCE: Duration = Duration::from_secs(20);
const RECORDED: &str = "subscription { visitRecorded { cursor checkIn { uuid } } }";

/// A stream of events that is being followed.
struct Events(EventStream);

impl Events {
    async fn of(server: &TestServer, token: Option<&str>, query: &str) -> Self {
        Self::asked(server, token, json!({ "query": query }), &[]).await
    }

    async fn asked(server: &TestServer, token: Option<&str>, body: Value, headers: &[(&str, &str)]) -> Self {
        let client = Client::new(server.url(), token.map(|token| format!("Bearer {token}")));
        Self(client.follow(&body, headers).await.unwrap())
    }

    /// Kind and data of the next event; none at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        let event = timeout(PATIENCE, self.0.next()).await.expect("an event comes").unwrap()?;
        Some((event.kind, event.data))
    }
}

#[tokio::test]
async fn a_query_gives_next_and_complete() {
    let server = TestServer::on(Sqlite).await;
    let mut events = Events::of(&server, server.token(Leader).as_deref(), "{ viewer { role } }").await;
    let (kind, data) = events.next().await.unwrap();
    assert_eq!((&*kind, &data["data"]), ("next", &json!({ "viewer": { "role": "STAFF" } })));
    assert_eq!(events.next().await.unwrap().0, "complete");
    assert_eq!(events.next().await, None);
}

#[rstest]
#[case("{ passwords }", "GRAPHQL_VALIDATION_FAILED")]
#[case("{", "GRAPHQL_PARSE_FAILED")]
#[case("subscription { visitRecorded(after: \"x\") { cursor } }", "BAD_USER_INPUT")]
#[tokio::test]
async fn errors_before_execution_must_come_as_events(#[case] query: &str, #[case] code: &str) {
    let server = TestServer::on(Sqlite).await;
    let mut events = Events::of(&server, server.token(Leader).as_deref(), query).await;
    let (kind, data) = events.next().await.unwrap();
    assert_eq!((&*kind, &data["errors"][0]["extensions"]["code"]), ("next", &json!(code)));
    assert_eq!(events.next().await.unwrap().0, "complete");
}

#[tokio::test]
async fn a_subscription_goes_on_until_its_session_ends() {
    let server = TestServer::on(Sqlite).await;
    let token = server.nobody().sign_in(&login_of(Leader), PASSWORD).await.text("/signIn/token");
    let mut events = Events::of(&server, Some(&token), RECORDED).await;
    let draft = Draft::at(&server, BEARING_PARK);
    server.as_(Leader).checked_in(&draft).await;
    let (kind, data) = events.next().await.unwrap();
    assert_eq!((&*kind, &data["data"]["visitRecorded"]["checkIn"]["uuid"]), ("next", &draft.0["id"]));
    Client::with_token(server.url(), &token).ask("mutation { signOut { signedOut } }", json!({})).await;
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let (kind, data) = events.next().await.unwrap();
    assert_eq!((&*kind, &data["errors"][0]["extensions"]["code"]), ("next", &json!("UNAUTHENTICATED")));
    assert_eq!(events.next().await.unwrap().0, "complete");
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn nobody_subscribes_without_signing_in_and_a_bad_token_is_told_in_http() {
    let server = TestServer::on(Sqlite).await;
    assert_eq!(server.token(Nobody), None);
    let mut events = Events::of(&server, None, RECORDED).await;
    assert_eq!(events.next().await.unwrap().1["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let request = http().post(format!("{}/graphql", server.url())).header("accept", "text/event-stream");
    let response = request.bearer_auth("nonsense").json(&json!({ "query": RECORDED })).send().await.unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn too_many_streams_of_a_viewer_are_refused() {
    let server = TestServer::tuned(|config| config.connections.streams_per_viewer = 2).await;
    let token = server.token(Leader).unwrap();
    let _one = Events::of(&server, Some(&token), RECORDED).await;
    let _two = Events::of(&server, Some(&token), RECORDED).await;
    let mut third = Events::of(&server, Some(&token), RECORDED).await;
    let refused = third.next().await.unwrap().1["errors"][0].clone();
    assert_eq!(
        (&refused["extensions"]["limit"], &refused["extensions"]["allowed"]),
        (&json!("streamsPerViewer"), &json!(2))
    );
    assert!(refused["message"].as_str().unwrap().contains('2'), "{refused}");
}

/// Without `complete`, browsers and clients ask again, which is right: another server may be there by then.
#[tokio::test]
async fn a_server_that_stops_breaks_its_streams_off() {
    let mut server = TestServer::on(Sqlite).await;
    let mut events = Events::of(&server, server.token(Leader).as_deref(), RECORDED).await;
    let (_, last) = tokio::join!(server.stop(), events.next());
    assert_eq!(last, None);
}

#[tokio::test]
async fn a_stream_that_broke_off_goes_on_after_the_last_event_id() {
    let server = TestServer::on(Sqlite).await;
    let token = server.token(Leader);
    let query = "subscription($after: String) { visitRecorded(after: $after) { cursor checkIn { uuid } } }";
    let mut events = Events::asked(&server, token.as_deref(), json!({ "query": query }), &[]).await;
    let drafts = [(); 3].map(|()| Draft::at(&server, BEARING_PARK));
    server.as_(Leader).checked_in(&drafts[0]).await;
    let (_, first) = events.next().await.unwrap();
    let seen = events.0.last_id().to_owned();
    assert_eq!(first["data"]["visitRecorded"]["cursor"], *seen);
    drop(events);
    for missed in &drafts[1..] {
        server.as_(Leader).checked_in(missed).await;
    }
    let headers = [("last-event-id", &*seen)];
    let mut again = Events::asked(&server, token.as_deref(), json!({ "query": query }), &headers).await;
    for missed in &drafts[1..] {
        let (_, event) = again.next().await.unwrap();
        assert_eq!(event["data"]["visitRecorded"]["checkIn"]["uuid"], missed.0["id"]);
    }
}

/// Whoever reads a stream is told of a limit as whoever reads JSON.
#[tokio::test]
async fn what_may_not_be_done_so_often_is_an_error_with_its_code() {
    let server = TestServer::tuned(|config| config.rates.sign_ins = 1.try_into().unwrap()).await;
    let sign_in = r#"mutation { signIn(input: {login: "nobody", password: "nothing"}) { token } }"#;
    let mut told = Value::Null;
    for _ in 0..2 {
        let mut events = Events::of(&server, None, sign_in).await;
        told = events.next().await.unwrap().1;
        assert_eq!(events.next().await.unwrap().0, "complete");
    }
    assert_eq!(told["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{told}");
}
