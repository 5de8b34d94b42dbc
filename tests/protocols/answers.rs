//! Answers to the letter of the GraphQL specification, where the library's own would not be.

use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Message,
    Role::{Leader, Office},
    Socket, TestServer, http,
};

/// The text of an answer's data.
async fn data(server: &TestServer, query: &str, variables: Value) -> String {
    let request = http().post(format!("{}/graphql", server.url())).bearer_auth(server.token(Office).unwrap());
    let answer = request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap();
    let text = answer.text().await.unwrap();
    let (data, _) = text.split_once(r#","extensions":"#).unwrap_or((&text, ""));
    data.strip_prefix(r#"{"data":"#).unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// Section “Serialized Map Ordering”.
#[rstest]
#[tokio::test]
async fn fields_come_in_the_order_they_were_asked_for(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let query = "query($no: Boolean = false) {
        projects(first: 1) { totalCount ...Nodes pageInfo { hasNextPage __typename } }
        viewer { role __typename }
        left: viewer @include(if: $no) { role }
        __typename
        ... { all: projects { totalCount } }
      }
      fragment Nodes on ProjectConnection { nodes { team { __typename leader { kind } } name } }";
    let text = data(&server, query, json!({})).await;
    let names =
        ["projects", "totalCount", "nodes", "team", "__typename", "leader", "kind", "name", "pageInfo", "hasNextPage"];
    let names =
        names.into_iter().chain(["__typename", "viewer", "role", "__typename", "__typename", "all", "totalCount"]);
    let mut rest = text.as_str();
    for name in names {
        let at = rest.find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} is not in its place: {text}"));
        rest = &rest[at + 1..];
    }
    assert!(!text.contains("left"), "{text}");
}

/// Section “Executing Selection Sets”: of an object that is there, an object comes, though nothing of it was asked for.
#[rstest]
#[case::at_the_root("query($yes: Boolean!) { viewer @skip(if: $yes) { role } }", "{}")]
#[case::within("query($yes: Boolean!) { viewer { role @skip(if: $yes) } }", r#"{"viewer":{}}"#)]
#[case::by_a_fragment(
    "query($yes: Boolean!) { viewer { ...V @skip(if: $yes) } } fragment V on Viewer { role }",
    r#"{"viewer":{}}"#
)]
#[case::none_there(
    "query($yes: Boolean!) { projectByNumber: node(id: \"AA\") { id @skip(if: $yes) } }",
    r#"{"projectByNumber":null}"#
)]
#[case::typename(
    "query($yes: Boolean!) { __typename @skip(if: $yes) viewer { role } }",
    r#"{"viewer":{"role":"OFFICE"}}"#
)]
#[case::typename_alone("query($yes: Boolean!) { __typename @skip(if: $yes) }", "{}")]
#[tokio::test]
async fn an_object_without_fields_is_empty_and_not_null(#[case] query: &str, #[case] expected: &str) {
    let server = TestServer::on(Sqlite).await;
    assert_eq!(data(&server, query, json!({ "yes": true })).await, expected);
}

/// Section “Validation”: the rules hold for `__typename` as for any field.
#[rstest]
#[case::unknown_directive("{ __typename @nope }")]
#[case::no_argument("{ __typename @skip }")]
#[case::wrong_argument("{ __typename @skip(if: \"x\") }")]
#[case::unknown_variable("{ __typename @skip(if: $no) }")]
#[case::repeated("{ __typename @skip(if: true) @skip(if: true) }")]
#[case::arguments("{ __typename(a: 1) }")]
#[case::fields("{ viewer { __typename { a } } }")]
#[case::in_a_fragment("{ ...F } fragment F on Query { __typename @nope }")]
#[tokio::test]
async fn typename_is_validated(#[case] query: &str) {
    let server = TestServer::on(Sqlite).await;
    assert_eq!(server.as_(Office).ask(query, json!({})).await.error(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn the_same_holds_on_a_socket() {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Socket::of(&server, Office).await;
    let answer = socket.ask("one", "{ viewer { role @skip(if: true) } }").await;
    assert_eq!(answer, Message::Event(json!({ "viewer": {} })));
}

/// Section “Handling Execution Errors”: a field with an error is null, or else what it belongs to is; no key is missing.
#[rstest]
#[case::must_not_be_null("{ viewer { role } visits(first: 1000) { nodes { id } } }", "null")]
#[case::may_be_null(
    r#"{ viewer { role } reassessment(policyVersion: 1, from: "2026-11-30", to: "2026-11-01") { checkIns } }"#,
    r#"{"viewer":{"role":"OFFICE"},"reassessment":null}"#
)]
#[case::by_alias(
    r#"{ a: reassessment(policyVersion: 1, from: "2026-11-30", to: "2026-11-01") { checkIns } b: viewer { role } }"#,
    r#"{"a":null,"b":{"role":"OFFICE"}}"#
)]
#[case::takes_its_parent(
    r#"query($p: ID!) { project(id: $p) { name visits(first: 1000) { totalCount } } viewer { role } }"#,
    r#"{"project":null,"viewer":{"role":"OFFICE"}}"#
)]
#[case::takes_its_parent_by_fragments(
    r#"query($p: ID!) { ...Q viewer { role } } fragment Q on Query { node(id: $p) { id ... on Project { sites(first: 0) { name } } } }"#,
    r#"{"node":null,"viewer":{"role":"OFFICE"}}"#
)]
#[case::in_a_list("{ projects(first: 2) { nodes { visits(first: 1000) { totalCount } } } viewer { role } }", "null")]
#[tokio::test]
async fn a_field_with_an_error_is_null_or_takes_its_parent_with_it(#[case] query: &str, #[case] expected: &str) {
    let server = TestServer::on(Sqlite).await;
    let variables = json!({ "p": server.project(BEARING_PARK) });
    let answer = server.as_(Office).ask(query, variables.clone()).await;
    assert!(answer.body["errors"][0]["path"].is_array(), "{}", answer.body);
    let text = data(&server, query, variables).await;
    assert_eq!(text.split(r#","errors":"#).next().unwrap(), expected);
}

/// Section “Merging Selection Sets”: what is asked for twice under one key is done once.
#[rstest]
#[tokio::test]
async fn a_field_that_is_written_twice_is_executed_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let input = format!(r#"{{ contentType: "image/jpeg", byteSize: 1000, sha256: "{}" }}"#, "a".repeat(64));
    let mutation = format!(
        "mutation {{ one: requestPhotoUpload(input: {input}) {{ photo {{ id }} }} ...Again }}
         fragment Again on Mutation {{ one: requestPhotoUpload(input: {input}) {{ photo {{ state }} userErrors {{ code }} }} }}"
    );
    let answer = server.as_(Leader).ask(&mutation, json!({})).await;
    assert_eq!(answer.at("/one/photo/state"), "REQUESTED");
    assert!(answer.at("/one/photo/id").is_string());
    let photos = entity::photo::Entity::find().all(server.app().database.reader()).await.unwrap();
    assert_eq!(photos.len(), 1);
}

#[tokio::test]
async fn a_mutation_with_an_error_has_no_data_but_null() {
    let server = TestServer::on(Sqlite).await;
    let answer =
        server.nobody().ask("mutation { signOut { signedOut } again: signOut { signedOut } }", json!({})).await;
    assert_eq!(answer.body["data"], Value::Null);
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 2);
    assert!(answer.body.as_object().unwrap().contains_key("data"), "{}", answer.body);
}
