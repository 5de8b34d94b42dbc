//! An analyst gives a program a token of its own: it reads and follows, changes nothing, and ends when it is told to.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};
use server::clock::Source;

use crate::support::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, Message,
    Role::{self, Analyst, Office},
    Socket, TestServer,
};

const CREATE: &str = "mutation($input: CreatePersonalAccessTokenInput!) { createPersonalAccessToken(input: $input) {
    token personalAccessToken { id name scopes lastUsedAt } userErrors { code field } } }";
const REVOKE: &str = "mutation($id: ID!) {
    revokePersonalAccessToken(input: { tokenId: $id }) { revoked userErrors { code field } } }";
const LIST: &str = "{ viewer { personalAccessTokens { id name scopes } } }";
const FOLLOW: &str = "subscription { visitRecorded { cursor } }";

async fn created(client: &Client, server: &TestServer, scopes: Value, days: i64) -> Answer {
    let expires_at = server.clock.now() + TimeDelta::days(days);
    let input = json!({ "name": "报表", "scopes": scopes, "expiresAt": expires_at });
    client.ask(CREATE, json!({ "input": input })).await
}

/// A program's token, and its id.
async fn token(server: &TestServer, role: Role, scopes: Value) -> (String, String) {
    let answer = created(&server.as_(role), server, scopes, 30).await;
    let at = |pointer| answer.text(&format!("/createPersonalAccessToken/{pointer}"));
    (at("token"), at("personalAccessToken/id"))
}

#[rstest]
#[tokio::test]
async fn a_token_does_what_its_scopes_say(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (read, _) = token(&server, Analyst, json!(["READ"])).await;
    let (subscribe, _) = token(&server, Analyst, json!(["SUBSCRIBE"])).await;
    assert!(read.starts_with("onsite_pat_"));
    let reader = Client::with_token(server.url(), &read);
    assert_eq!(reader.ask("{ viewer { role } }", json!({})).await.at("/viewer/role"), "ANALYST");
    for mutation in ["mutation { signOut { signedOut } }", "mutation { revokeOtherSessions { revoked } }"] {
        assert_eq!(reader.ask(mutation, json!({})).await.error(), "FORBIDDEN_BY_TOKEN_SCOPE");
    }
    assert_eq!(created(&reader, &server, json!(["READ"]), 30).await.error(), "FORBIDDEN_BY_TOKEN_SCOPE");
    let follower = Client::with_token(server.url(), &subscribe);
    assert_eq!(follower.ask("{ viewer { role } }", json!({})).await.error(), "FORBIDDEN_BY_TOKEN_SCOPE");

    let mut socket = Socket::with_token(&server, &read).await;
    socket.subscribe(FOLLOW, json!({})).await;
    let Message::Errors(errors) = socket.next().await else { panic!("a reader may not follow") };
    assert_eq!(errors[0]["extensions"]["code"], "FORBIDDEN_BY_TOKEN_SCOPE");
}

#[rstest]
#[tokio::test]
async fn a_revoked_token_ends_with_what_it_follows(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (secret, id) = token(&server, Analyst, json!(["READ", "SUBSCRIBE"])).await;
    let program = Client::with_token(server.url(), &secret);
    let mut socket = Socket::with_token(&server, &secret).await;
    socket.follow_judgements().await;
    let stranger = server.as_(Office).ask(REVOKE, json!({ "id": id })).await;
    assert_eq!(stranger.user_errors("revokePersonalAccessToken")[0].0, "TOKEN_NOT_FOUND");
    let owner = server.as_(Analyst);
    assert_eq!(owner.ask(LIST, json!({})).await.list("/viewer/personalAccessTokens").len(), 1);
    assert_eq!(owner.ask(REVOKE, json!({ "id": id })).await.at("/revokePersonalAccessToken/revoked"), true);
    assert_eq!(socket.closed().await, Some(4401));
    assert_eq!(program.ask("{ viewer { role } }", json!({})).await.status, 401);
    assert!(owner.ask(LIST, json!({})).await.list("/viewer/personalAccessTokens").is_empty());
}

#[tokio::test]
async fn a_token_ends_by_itself() {
    let server = TestServer::on(Sqlite).await;
    let (secret, _) = token(&server, Analyst, json!(["READ"])).await;
    let program = Client::with_token(server.url(), &secret);
    server.clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(program.ask("{ viewer { role } }", json!({})).await.status, 200);
    server.clock.advance(TimeDelta::seconds(2));
    assert_eq!(program.ask("{ viewer { role } }", json!({})).await.status, 401);
}

#[rstest]
#[case::no_scope("报表", json!([]), 30, "input.scopes")]
#[case::over("报表", json!(["READ"]), -1, "input.expiresAt")]
#[case::for_ever("报表", json!(["READ"]), 3_650, "input.expiresAt")]
#[case::no_name("  ", json!(["READ"]), 30, "input.name")]
#[tokio::test]
async fn what_is_no_token(#[case] name: &str, #[case] scopes: Value, #[case] days: i64, #[case] field: &str) {
    let server = TestServer::on(Sqlite).await;
    let expires_at = server.clock.now() + TimeDelta::days(days);
    let input = json!({ "name": name, "scopes": scopes, "expiresAt": expires_at });
    let answer = server.as_(Analyst).ask(CREATE, json!({ "input": input })).await;
    answer.refuses("createPersonalAccessToken", "INVALID", field);
}

#[tokio::test]
async fn an_account_has_twenty_tokens_at_most() {
    let server = TestServer::on(Sqlite).await;
    let owner = server.as_(Analyst);
    for _ in 0..20 {
        assert!(created(&owner, &server, json!(["READ"]), 1).await.user_errors("createPersonalAccessToken").is_empty());
    }
    let one_more = created(&owner, &server, json!(["READ"]), 1).await;
    assert_eq!(one_more.user_errors("createPersonalAccessToken")[0].0, "TOO_LARGE");
}
