//! What holds for every request, whatever it asks.

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};
use server::graphql;

use crate::support::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Role::Office,
    TestServer,
};

const JSON: &str = "application/json";

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.error())
}

#[tokio::test]
async fn a_body_over_a_megabyte_is_refused() {
    let server = TestServer::on(Sqlite).await;
    let padded = |bytes: usize| {
        let body = json!({ "query": "{ __typename }", "padding": "" }).to_string();
        body.replace(r#""padding":"""#, &format!(r#""padding":"{}""#, "p".repeat(bytes - body.len())))
    };
    let office = server.as_(Office);
    assert_eq!(office.post(JSON, padded(1024 * 1024)).await.status, 200);
    // Told even to a client that is still sending, which would take a closed connection for a broken one.
    for bytes in [1024 * 1024 + 1, 15 * 1024 * 1024] {
        assert_eq!(told(&office.post(JSON, padded(bytes)).await), (413, "LIMIT_EXCEEDED"));
    }
}

#[rstest]
#[tokio::test]
async fn a_server_says_whether_it_is_well(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let alive = server.nobody().get("/healthz", &[]).await;
    assert_eq!((alive.status, alive.body), (200, json!("ok\n")));
    let ready = server.nobody().get("/readyz", &[]).await;
    assert_eq!(
        (ready.status, but_for_the_clock(ready.body)),
        (200, json!({ "database": "ok", "migrations": "ok", "photos": "ok" }))
    );
    server.app().database.migrate_down(1).await.unwrap();
    let unready = server.nobody().get("/readyz", &[]).await;
    let body = json!({ "database": "ok", "migrations": "failing", "photos": "ok" });
    assert_eq!((unready.status, but_for_the_clock(unready.body)), (503, body));
}

/// PostgreSQL has a clock of its own, which no story sets.
fn but_for_the_clock(mut readiness: Value) -> Value {
    readiness.as_object_mut().unwrap().remove("clock");
    readiness
}

#[tokio::test]
async fn the_schema_is_there_to_read() {
    let server = TestServer::on(Sqlite).await;
    let schema = server.nobody().get("/schema.graphql", &[]).await;
    assert_eq!((schema.status, schema.body), (200, json!(graphql::sdl())));
    assert_eq!(server.nobody().get("/nothing", &[]).await.status, 404);
}

#[rstest]
#[tokio::test]
async fn a_server_stops_in_order(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = TestServer::on(backend).await;
    let url = server.url();
    assert_eq!(server.nobody().get("/healthz", &[]).await.status, 200);
    let start = Instant::now();
    server.stop().await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.is_err());
}
