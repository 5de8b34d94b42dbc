//! Someone looks after their own account: its sessions, its password.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};
use server::clock::Source;

use crate::support::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, PASSWORD,
    Role::{Leader, Nobody, Office},
    Socket, TestServer,
};

const SESSIONS: &str = "{ viewer { sessions { id deviceName createdAt lastUsedAt expiresAt current } } }";
const REVOKE: &str =
    "mutation($id: ID!) { revokeSession(input: { sessionId: $id }) { revoked userErrors { code field } } }";
const REVOKE_OTHERS: &str = "mutation { revokeOtherSessions { revoked userErrors { code field } } }";
const CHANGE: &str = "mutation($input: ChangePasswordInput!) {
    changePassword(input: $input) { changed userErrors { code field zh: message en: message(language: EN) } } }";
const NEW_PASSWORD: &str = "another good password";

/// A device that signs in and says what it is called.
async fn device(server: &TestServer, name: &str) -> String {
    let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { token } }";
    let input = json!({ "login": "leader", "password": PASSWORD, "deviceName": name });
    server.nobody().ask(sign_in, json!({ "input": input })).await.text("/signIn/token")
}

async fn sessions(client: &Client) -> Vec<Value> {
    client.ask(SESSIONS, json!({})).await.list("/viewer/sessions").clone()
}

fn assert_unauthenticated(answer: &Answer) {
    assert_eq!((answer.status, answer.error()), (401, "UNAUTHENTICATED"));
}

async fn change(client: &Client, old: &str, new: &str) -> Answer {
    client.ask(CHANGE, json!({ "input": { "oldPassword": old, "newPassword": new } })).await
}

#[rstest]
#[tokio::test]
async fn a_lost_phone_is_found_in_the_list_and_signed_out(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let laptop = server.as_(Leader);
    server.clock.advance(TimeDelta::hours(1));
    let token = device(&server, "手机").await;
    let phone = Client::with_token(server.url(), &token);
    let mut socket = Socket::with_token(&server, &token).await;
    socket.follow_judgements().await;

    let listed = sessions(&laptop).await;
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[0]["deviceName"], &listed[0]["current"]), (&json!("手机"), &json!(false)));
    assert_eq!(listed[0]["createdAt"], "2026-11-18T03:00:00+00:00");
    assert_eq!(listed[0]["expiresAt"], "2026-12-18T03:00:00+00:00");
    assert_eq!(listed[1]["current"], true);

    let revoked = laptop.ask(REVOKE, json!({ "id": listed[0]["id"] })).await;
    assert_eq!(revoked.at("/revokeSession"), &json!({ "revoked": 1, "userErrors": [] }));
    assert_eq!(socket.closed().await, Some(4401));
    assert_unauthenticated(&phone.ask(SESSIONS, json!({})).await);
    assert_eq!(sessions(&laptop).await.len(), 1);
    let again = laptop.ask(REVOKE, json!({ "id": listed[0]["id"] })).await;
    again.refuses("revokeSession", "SESSION_NOT_FOUND", "input.sessionId");
}

#[rstest]
#[tokio::test]
async fn nobody_ends_the_session_of_someone_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, office) = (server.as_(Leader), server.as_(Office));
    let id = sessions(&leader).await[0]["id"].clone();
    let theirs = office.ask(REVOKE, json!({ "id": id })).await;
    let none = office.ask(REVOKE, json!({ "id": "FQAAAAAAAAAAAAAAAAAAAAE" })).await;
    let nonsense = office.ask(REVOKE, json!({ "id": "nonsense" })).await;
    assert_eq!([&theirs.body, &nonsense.body], [&none.body, &none.body]);
    assert_eq!(theirs.user_errors("revokeSession")[0].0, "SESSION_NOT_FOUND");
    assert_eq!(server.as_(Nobody).ask(REVOKE, json!({ "id": id })).await.error(), "UNAUTHENTICATED");
    assert_eq!(server.as_(Nobody).ask(REVOKE_OTHERS, json!({})).await.error(), "UNAUTHENTICATED");
    assert_eq!(sessions(&leader).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn all_other_sessions_end_at_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let [phone, tablet] = [device(&server, "手机").await, device(&server, "平板").await];
    let mut socket = Socket::with_token(&server, &tablet).await;
    socket.follow_judgements().await;
    let phone = Client::with_token(server.url(), &phone);
    assert_eq!(phone.ask(REVOKE_OTHERS, json!({})).await.at("/revokeOtherSessions/revoked"), 2);
    assert_eq!(socket.closed().await, Some(4401));
    assert_unauthenticated(&server.as_(Leader).ask(SESSIONS, json!({})).await);
    assert_eq!(sessions(&phone).await.len(), 1);
    assert_eq!(phone.ask(REVOKE_OTHERS, json!({})).await.at("/revokeOtherSessions/revoked"), 0);
    sessions(&server.as_(Office)).await;
}

#[rstest]
#[tokio::test]
async fn being_used_is_noted_at_most_once_in_five_minutes(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let used = async || {
        let answer = leader.ask(SESSIONS, json!({})).await;
        (answer.text("/viewer/sessions/0/lastUsedAt"), answer.statements)
    };
    let (noted, statements) = used().await;
    assert_eq!(noted, "2026-11-18T02:00:00+00:00");
    server.clock.advance(TimeDelta::minutes(5) - TimeDelta::milliseconds(1));
    assert_eq!(used().await, (noted, statements));
    // Whose a token is, is looked up once a second.
    server.clock.advance(TimeDelta::seconds(1));
    assert_eq!(used().await, ("2026-11-18T02:05:00.999+00:00".to_owned(), statements + 1));
    assert_eq!(used().await, ("2026-11-18T02:05:00.999+00:00".to_owned(), statements - 1));
}

#[rstest]
#[tokio::test]
async fn another_password_ends_all_other_sessions(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let token = device(&server, "手机").await;
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let phone = Client::with_token(server.url(), &token);
    let changed = change(&phone, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(changed.at("/changePassword"), &json!({ "changed": true, "userErrors": [] }));
    assert_eq!(socket.closed().await, Some(4401));
    assert_unauthenticated(&server.as_(Leader).ask(SESSIONS, json!({})).await);
    assert_eq!(sessions(&phone).await.len(), 1);
    let old = server.nobody().sign_in("leader", PASSWORD).await;
    assert_eq!(old.user_errors("signIn")[0].0, "BAD_CREDENTIALS");
    server.signed_in("leader", NEW_PASSWORD).await;
}

#[rstest]
#[case::wrong("wrong horse battery", NEW_PASSWORD, "BAD_CREDENTIALS", "input.oldPassword")]
#[case::short(PASSWORD, "short", "WEAK_PASSWORD", "input.newPassword")]
#[case::common(PASSWORD, "password123", "WEAK_PASSWORD", "input.newPassword")]
#[case::long(PASSWORD, &"long".repeat(65), "TOO_LARGE", "input.newPassword")]
#[case::endless(&"long".repeat(65), NEW_PASSWORD, "TOO_LARGE", "input.oldPassword")]
#[tokio::test]
async fn a_password_that_is_wrong_or_weak_changes_nothing(
    #[case] old: &str,
    #[case] new: &str,
    #[case] code: &str,
    #[case] field: &str,
) {
    let server = TestServer::on(Sqlite).await;
    let answer = change(&server.as_(Leader), old, new).await;
    answer.refuses("changePassword", code, field);
    assert!(answer.text("/changePassword/userErrors/0/zh").ends_with('。'));
    assert!(answer.text("/changePassword/userErrors/0/en").ends_with('.'));
    server.signed_in("leader", PASSWORD).await;
}

#[rstest]
#[case::guessed("password12345", "常用", "commonest")]
#[case::the_sign_in_name("leader20261118", "您的账号", "sign-in name")]
#[case::the_own_name("领导甲20261118", "姓名", "your name")]
#[case::a_row_of_keys("qazwsxedcrfv", "", "")]
#[tokio::test]
async fn a_password_that_is_guessed_is_refused_with_the_reason(#[case] new: &str, #[case] zh: &str, #[case] en: &str) {
    let server = TestServer::on(Sqlite).await;
    let answer = change(&server.as_(Leader), PASSWORD, new).await;
    let errors = answer.user_errors("changePassword");
    assert_eq!(errors, [("WEAK_PASSWORD".to_owned(), "input.newPassword".to_owned())], "{new}");
    let told = [answer.text("/changePassword/userErrors/0/zh"), answer.text("/changePassword/userErrors/0/en")];
    assert!(told[0].contains(zh) && told[1].contains(en), "{told:?}");
    // Whoever proved themselves has made no wrong attempt.
    for _ in 0..5 {
        assert_eq!(
            change(&server.as_(Leader), PASSWORD, new).await.user_errors("changePassword")[0].0,
            "WEAK_PASSWORD"
        );
    }
    assert_eq!(change(&server.as_(Leader), PASSWORD, NEW_PASSWORD).await.at("/changePassword/changed"), true);
}

#[rstest]
#[tokio::test]
async fn a_stranger_who_keeps_a_name_locked_out_keeps_nobody_in_a_session_waiting(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    for _ in 0..6 {
        server.nobody().sign_in("leader", "wrong horse battery").await;
    }
    let locked = server.nobody().sign_in("leader", PASSWORD).await;
    assert_eq!(locked.user_errors("signIn")[0].0, "TOO_MANY_ATTEMPTS");
    assert_eq!(change(&leader, PASSWORD, NEW_PASSWORD).await.at("/changePassword/changed"), true);
    server.signed_in("leader", NEW_PASSWORD).await;
}

#[rstest]
#[tokio::test]
async fn guesses_in_one_session_keep_no_other_waiting(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let found = Client::with_token(server.url(), &device(&server, "手机").await);
    for _ in 0..5 {
        let answer = change(&found, "wrong horse battery", NEW_PASSWORD).await;
        assert_eq!(answer.user_errors("changePassword")[0].0, "BAD_CREDENTIALS");
    }
    assert_eq!(change(&found, PASSWORD, NEW_PASSWORD).await.user_errors("changePassword")[0].0, "TOO_MANY_ATTEMPTS");
    assert_eq!(change(&server.as_(Leader), PASSWORD, NEW_PASSWORD).await.at("/changePassword/changed"), true);
}

#[rstest]
#[case::ended(false)]
#[case::kept(true)]
#[tokio::test]
async fn tokens_end_with_the_password_they_were_made_under(
    #[case] keep: bool,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    const CREATE: &str = "mutation($input: CreatePersonalAccessTokenInput!) {
        createPersonalAccessToken(input: $input) { token userErrors { code } } }";
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let expires_at = server.clock.now() + TimeDelta::days(30);
    let input = json!({ "name": "报表", "scopes": ["READ", "SUBSCRIBE"], "expiresAt": expires_at });
    let token = leader.ask(CREATE, json!({ "input": input })).await.text("/createPersonalAccessToken/token");
    let mut socket = Socket::with_token(&server, &token).await;
    socket.follow_judgements().await;
    let mut input = json!({ "oldPassword": PASSWORD, "newPassword": NEW_PASSWORD });
    if keep {
        input["keepPersonalAccessTokens"] = json!(true);
    }
    let changed = leader.ask(CHANGE, json!({ "input": input })).await;
    assert_eq!(changed.at("/changePassword"), &json!({ "changed": true, "userErrors": [] }));
    let program = Client::with_token(server.url(), &token);
    assert_eq!(program.ask("{ viewer { role } }", json!({})).await.status, if keep { 200 } else { 401 });
    if !keep {
        assert_eq!(socket.closed().await, Some(4401));
    }
    assert_eq!(sessions(&leader).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn what_a_clock_that_was_ahead_noted_is_mended(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    server.clock.advance(TimeDelta::days(3));
    assert_eq!(sessions(&leader).await[0]["lastUsedAt"], "2026-11-21T02:00:00+00:00");
    server.clock.advance(TimeDelta::days(-3));
    sessions(&leader).await;
    assert_eq!(sessions(&leader).await[0]["lastUsedAt"], "2026-11-18T02:00:00+00:00");
}

#[tokio::test]
async fn a_session_that_a_clock_opened_that_was_ahead_lasts_no_longer_than_others() {
    let server = TestServer::on(Sqlite).await;
    server.clock.advance(TimeDelta::days(400));
    let phone = Client::with_token(server.url(), &device(&server, "手机").await);
    server.clock.advance(TimeDelta::days(-400));
    server.app().shorten_what_is_too_long().await;
    let expires = phone.ask("{ viewer { sessionExpiresAt } }", json!({})).await.text("/viewer/sessionExpiresAt");
    assert_eq!(expires, "2026-12-18T02:00:00+00:00");
    // Those of others last as long as they would have.
    sessions(&server.as_(Leader)).await;
}

#[tokio::test]
async fn whoever_finds_a_phone_lying_open_has_no_more_guesses_than_anybody_else() {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    for _ in 0..5 {
        let answer = change(&leader, "wrong horse battery", NEW_PASSWORD).await;
        assert_eq!(answer.user_errors("changePassword")[0].0, "BAD_CREDENTIALS");
    }
    let answer = change(&leader, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(answer.user_errors("changePassword")[0].0, "TOO_MANY_ATTEMPTS");
    assert_eq!(server.nobody().sign_in("leader", PASSWORD).await.user_errors("signIn")[0].0, "TOO_MANY_ATTEMPTS");
    assert_eq!(change(&server.as_(Nobody), PASSWORD, NEW_PASSWORD).await.error(), "UNAUTHENTICATED");
}
