//! Someone signs in, is known by their token, and signs out.

use chrono::TimeDelta;
use entity::{account, session};
use rstest::rstest;
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::{Value, json};
use server::clock::Source;

use crate::support::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, PASSWORD, Role, TestServer, login_of, rows,
};

const VIEWER: &str = "{ viewer { role person { name } sessionExpiresAt } }";
const SIGN_OUT: &str = "mutation { signOut { signedOut userErrors { code } } }";

async fn signed_in(server: &TestServer, role: Role) -> Client {
    let answer = server.nobody().sign_in(&login_of(role), PASSWORD).await;
    Client::with_token(server.url(), &answer.text("/signIn/token"))
}

fn assert_unauthenticated(answer: &Answer) {
    assert_eq!((answer.status, answer.error()), (401, "UNAUTHENTICATED"));
    assert!(answer.body["data"].is_null());
}

#[rstest]
#[tokio::test]
async fn the_right_password_opens_a_session(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let answer = server.nobody().sign_in("Leader", PASSWORD).await;
    assert_eq!(answer.at("/signIn/viewer"), &json!({ "role": "STAFF", "person": { "name": "领导甲" } }));
    assert_eq!(answer.at("/signIn/expiresAt"), "2026-12-18T02:00:00+00:00");
    let token = answer.text("/signIn/token");
    let viewer = Client::with_token(server.url(), &token).ask(VIEWER, json!({})).await;
    assert_eq!(viewer.at("/viewer/person/name"), "领导甲");
    // What is kept of the token can't be used as one.
    let sessions = session::Entity::find().all(server.app().database.reader()).await.unwrap();
    assert!(sessions.iter().all(|session| !token.contains(&session.token_sha256)));
}

#[rstest]
#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_a_disabled_account_look_alike(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    account::Entity::update_many()
        .col_expr(account::Column::DisabledAt, Expr::value(server.clock.now()))
        .exec(server.app().database.writer())
        .await
        .unwrap();
    let disabled = server.nobody().sign_in("office", PASSWORD).await;
    account::Entity::update_many()
        .col_expr(account::Column::DisabledAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
        .exec(server.app().database.writer())
        .await
        .unwrap();
    let wrong = server.nobody().sign_in("office", "wrong horse battery").await;
    let unknown = server.nobody().sign_in("nobody-at-all", PASSWORD).await;
    wrong.refuses("signIn", "BAD_CREDENTIALS", "input.password");
    assert_eq!(wrong.at("/signIn/token"), &json!(null));
    assert_eq!(wrong.at("/signIn/viewer"), &json!(null));
    assert_eq!([&unknown.body, &disabled.body], [&wrong.body, &wrong.body]);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once() {
    let server = TestServer::on(Sqlite).await;
    let office = signed_in(&server, Role::Office).await;
    account::Entity::update_many()
        .col_expr(account::Column::DisabledAt, Expr::value(server.clock.now()))
        .exec(server.app().database.writer())
        .await
        .unwrap();
    assert_unauthenticated(&office.ask(VIEWER, json!({})).await);
}

#[rstest]
#[tokio::test]
async fn signing_out_ends_the_session_at_once_and_no_other(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let [phone, tablet] = [signed_in(&server, Role::Leader).await, signed_in(&server, Role::Leader).await];
    assert_eq!(phone.ask(SIGN_OUT, json!({})).await.at("/signOut/signedOut"), true);
    assert_unauthenticated(&phone.ask(VIEWER, json!({})).await);
    assert_unauthenticated(&phone.ask(SIGN_OUT, json!({})).await);
    assert_eq!(tablet.ask(VIEWER, json!({})).await.at("/viewer/person/name"), "领导甲");
}

#[rstest]
#[tokio::test]
async fn an_expired_session_is_refused(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = signed_in(&server, Role::Leader).await;
    server.clock.advance(TimeDelta::days(30) - TimeDelta::milliseconds(1));
    assert_eq!(leader.ask(VIEWER, json!({})).await.at("/viewer/role"), "STAFF");
    server.clock.advance(TimeDelta::milliseconds(1));
    assert_unauthenticated(&leader.ask(VIEWER, json!({})).await);
}

#[rstest]
#[case::without_a_token("Bearer")]
#[case::with_an_empty_one("Bearer ")]
#[case::with_another_scheme("Basic bGVhZGVyOmNvcnJlY3Q=")]
#[case::of_nobody("Bearer onsite_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
#[case::of_another_kind("Bearer ghp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
#[case::that_asks_the_database("Bearer onsite_' OR '1'='1")]
#[case::in_chinese("Bearer 令牌")]
#[tokio::test]
async fn a_bad_authorization_is_refused_even_where_none_is_needed(#[case] authorization: &str) {
    let server = TestServer::on(Sqlite).await;
    let client = Client::new(server.url(), Some(authorization.to_owned()));
    assert_unauthenticated(&client.ask("{ __typename }", json!({})).await);
    let long = Client::with_token(server.url(), &format!("onsite_{}", "A".repeat(5000)));
    assert_unauthenticated(&long.ask(VIEWER, json!({})).await);
}

#[rstest]
#[case::login("login", 65)]
#[case::password("password", 257)]
#[case::device("deviceName", 101)]
#[tokio::test]
async fn what_is_too_long_is_refused(#[case] field: &str, #[case] length: usize) {
    let server = TestServer::on(Sqlite).await;
    let before = rows(server.app().database.reader()).await;
    let mut input = json!({ "login": "office", "password": PASSWORD, "deviceName": "" });
    input[field] = Value::String("长".repeat(length));
    let mutation = "mutation($input: SignInInput!) { signIn(input: $input) { token userErrors { code field } } }";
    let answer = server.nobody().ask(mutation, json!({ "input": input })).await;
    answer.refuses("signIn", "TOO_LARGE", &format!("input.{field}"));
    assert_eq!(rows(server.app().database.reader()).await, before);
}

#[rstest]
#[case("{ node(id: \"BwAA\") { id } }")]
#[case("{ project(id: \"AQAA\") { id } }")]
#[case("{ projects { nodes { id } } }")]
#[case("{ team(projectId: \"AQAA\") { project { id } } }")]
#[case("{ visit(id: \"AQAA\") { id } }")]
#[case("{ visits { nodes { id } } }")]
#[case("{ checkIn(id: \"AQAA\") { id } }")]
#[case("{ checkIns { nodes { id } } }")]
#[case("{ policies { version } }")]
#[case("mutation { signOut { signedOut } }")]
#[case("mutation { checkIns(input: { items: [] }) { results { alreadyRecorded } } }")]
#[case(
    "mutation { requestPhotoUpload(input: { contentType: \"image/jpeg\", byteSize: 1, sha256: \"\" }) { photo { id } } }"
)]
#[tokio::test]
async fn nobody_is_told_to_sign_in_whatever_they_ask(#[case] operation: &str) {
    let server = TestServer::on(Sqlite).await;
    let answer = server.nobody().ask(operation, json!({})).await;
    assert_eq!(answer.error(), "UNAUTHENTICATED", "{operation}");
    // A field that may be null is null with its error; one that may not takes everything with it.
    let none = |data: &Value| data.as_object().is_none_or(|fields| fields.values().all(Value::is_null));
    assert!(none(&answer.body["data"]), "{:#}", answer.body);
}

#[tokio::test]
async fn nobody_is_no_viewer() {
    let server = TestServer::on(Sqlite).await;
    assert_eq!(server.nobody().ask(VIEWER, json!({})).await.at("/viewer"), &json!(null));
}
