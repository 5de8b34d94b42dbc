//! What holds for every request, whatever it asks.

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};
use server::graphql;

use crate::support::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Role::Office,
    TestServer, rows,
};

const JSON: &str = "application/json";

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.error())
}

#[tokio::test]
async fn get_is_for_queries_only() {
    let server = TestServer::on(Sqlite).await;
    let office = server.as_(Office);
    let query = [("query", "query($n: Int) { projects(first: $n) { nodes { name } } }"), ("variables", r#"{"n": 1}"#)];
    assert_eq!(office.get("/graphql", &query).await.list("/projects/nodes").len(), 1);
    let before = rows(server.app().database.reader()).await;
    let mutation = "mutation { signOut { signedOut } }";
    assert_eq!(told(&office.get("/graphql", &[("query", mutation)]).await), (405, "METHOD_NOT_ALLOWED"));
    let chosen = [
        ("query", &*format!("query A {{ __typename }} {mutation}").replace("mutation {", "mutation B {")),
        ("operationName", "B"),
    ];
    assert_eq!(told(&office.get("/graphql", &chosen).await), (405, "METHOD_NOT_ALLOWED"));
    assert_eq!(rows(server.app().database.reader()).await, before);
    assert_eq!(office.ask("{ viewer { role } }", json!({})).await.at("/viewer/role"), "OFFICE", "still signed in");
    assert_eq!(told(&office.get("/graphql", &[]).await), (400, "BAD_REQUEST"));
    let bad = [("query", "{ __typename }"), ("variables", "nonsense")];
    assert_eq!(told(&office.get("/graphql", &bad).await), (400, "BAD_REQUEST"));
}

/// A page of another site can send these without asking: none is taken.
#[rstest]
#[case::text("text/plain")]
#[case::form("application/x-www-form-urlencoded")]
#[case::files("multipart/form-data; boundary=x")]
#[case::nothing("")]
#[tokio::test]
async fn only_json_is_taken(#[case] content_type: &str) {
    let server = TestServer::on(Sqlite).await;
    let answer = server.as_(Office).post(content_type, r#"{"query": "{ __typename }"}"#).await;
    assert_eq!(told(&answer), (415, "UNSUPPORTED_MEDIA_TYPE"));
}

#[rstest]
#[case::empty("")]
#[case::broken(r#"{"query": "{ __typename }""#)]
#[case::a_list(r#"[{"query": "{ __typename }"}]"#)]
#[case::no_query(r#"{"variables": {}}"#)]
#[case::another_type(r#"{"query": 7}"#)]
#[case::bad_variables(r#"{"query": "{ __typename }", "variables": []}"#)]
#[case::nested(&"[".repeat(100_000))]
#[tokio::test]
async fn a_body_that_is_no_request_is_refused(#[case] body: &str) {
    let server = TestServer::on(Sqlite).await;
    let answer = server.as_(Office).post(JSON, body.to_owned()).await;
    assert_eq!(told(&answer), (400, "BAD_REQUEST"));
}

#[tokio::test]
async fn members_and_parameters_beside_the_known_ones_are_allowed() {
    let server = TestServer::on(Sqlite).await;
    let body = r#"{"query": "{ __typename }", "operationName": null, "variables": null, "extensions": {"a": 1}}"#;
    let answer = server.as_(Office).post("application/json; charset=utf-8", body).await;
    assert_eq!(answer.at("/__typename"), "Query");
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

/// Each fragment spreads the next one twice: 2^40 fields.
fn nested_fragments() -> String {
    let fragments = (0..40).map(|n| format!("fragment F{n} on Query {{ ...F{next} ...F{next} }} ", next = n + 1));
    format!("{{ ...F0 }} {} fragment F40 on Query {{ __typename }}", fragments.collect::<String>())
}

#[rstest]
#[case::nested_fragments(nested_fragments(), "LIMIT_EXCEEDED")]
#[case::a_cycle("{ ...F } fragment F on Query { ...F }".to_owned(), "GRAPHQL_VALIDATION_FAILED")]
#[case::depth(format!("{{ {} id {} }}", "projects { nodes { team { project {".repeat(5), "}".repeat(20)), "LIMIT_EXCEEDED")]
#[case::brackets("{".repeat(30_000), "LIMIT_EXCEEDED")]
#[case::fields(format!("{{ {} }}", "__typename ".repeat(1001)), "LIMIT_EXCEEDED")]
#[case::aliases(format!("{{ {} }}", (0..51).map(|n| format!("a{n}: __typename ")).collect::<String>()), "LIMIT_EXCEEDED")]
#[case::directives(format!("{{ __typename {} }}", "@skip(if: false) ".repeat(51)), "LIMIT_EXCEEDED")]
#[case::length(format!("{{ __typename }} # {}", "x".repeat(40_000)), "LIMIT_EXCEEDED")]
#[case::cost("{ projects(first: 500) { nodes { visits(first: 500) { nodes { id } } } } }".to_owned(), "LIMIT_EXCEEDED")]
#[case::unknown_field("{ passwords }".to_owned(), "GRAPHQL_VALIDATION_FAILED")]
#[case::syntax("{ projects( }".to_owned(), "GRAPHQL_PARSE_FAILED")]
#[tokio::test]
async fn a_document_that_is_too_much_is_refused_quickly(#[case] document: String, #[case] code: &str) {
    let server = TestServer::on(Sqlite).await;
    let start = Instant::now();
    let answer = server.as_(Office).ask(&document, json!({})).await;
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(answer.error(), code, "{:#}", answer.body);
    assert_eq!(answer.body["data"], Value::Null);
}

#[rstest]
#[tokio::test]
async fn a_server_says_whether_it_is_well(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let alive = server.nobody().get("/healthz", &[]).await;
    assert_eq!((alive.status, alive.body), (200, json!("ok\n")));
    let ready = server.nobody().get("/readyz", &[]).await;
    assert_eq!((ready.status, ready.body), (200, json!({ "database": "ok", "migrations": "ok", "photos": "ok" })));
    server.app().database.migrate_down(1).await.unwrap();
    let unready = server.nobody().get("/readyz", &[]).await;
    let body = json!({ "database": "ok", "migrations": "failing", "photos": "ok" });
    assert_eq!((unready.status, unready.body), (503, body));
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
