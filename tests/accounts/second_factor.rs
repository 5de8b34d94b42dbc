//! Someone protects their account with an authenticator app: set up, asked for at sign-in, lost, given up.

use crate::support::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, Message, PASSWORD,
    Role::{Leader, Office},
    Socket, TestServer,
};
use chrono::TimeDelta;
use domain::accounts::totp::{TotpSecret, step_at};
use entity::values::AccountRole;
use rstest::rstest;
use serde_json::{Value, json};
use server::clock::Source;

const BEGIN: &str = "mutation($input: BeginTotpEnrolmentInput!) {
    beginTotpEnrolment(input: $input) { secret otpauthUri userErrors { code field } } }";
const CONFIRM: &str = "mutation($input: ConfirmTotpEnrolmentInput!) {
    confirmTotpEnrolment(input: $input) { recoveryCodes userErrors { code field } } }";
const DISABLE: &str = "mutation($input: DisableTotpInput!) {
    disableTotp(input: $input) { disabled userErrors { code field } } }";
const SIGN_IN: &str = "mutation($input: SignInInput!) { signIn(input: $input) { token userErrors { code field } } }";
const FACTOR: &str = "{ viewer { secondFactor { confirmedAt recoveryCodesLeft } } }";

/// What an authenticator app shows now.
pub(crate) fn shown(server: &TestServer, secret: &str) -> String {
    let secret = TotpSecret::from_base32(secret).unwrap();
    format!("{:06}", secret.code(step_at(server.clock.now())))
}

async fn begun(client: &Client) -> String {
    client.ask(BEGIN, json!({ "input": { "password": PASSWORD } })).await.text("/beginTotpEnrolment/secret")
}

async fn confirmed(client: &Client, code: &str) -> Answer {
    client.ask(CONFIRM, json!({ "input": { "code": code } })).await
}

/// A second factor of someone, and its recovery codes.
pub(crate) async fn enrolled(server: &TestServer, client: &Client) -> (String, Vec<Value>) {
    let secret = begun(client).await;
    let answer = confirmed(client, &shown(server, &secret)).await;
    (secret, answer.list("/confirmTotpEnrolment/recoveryCodes").clone())
}

/// Why a sign-in was refused; none if it was not.
async fn refused(server: &TestServer, login: &str, code: Option<&str>) -> Option<(String, String)> {
    let input = json!({ "login": login, "password": PASSWORD, "code": code });
    server.nobody().ask(SIGN_IN, json!({ "input": input })).await.user_errors("signIn").pop()
}

fn because(code: &str) -> Option<(String, String)> {
    Some((code.to_owned(), "input.code".to_owned()))
}

#[rstest]
#[tokio::test]
async fn it_is_set_up_asked_for_and_given_up(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let wrong = leader.ask(BEGIN, json!({ "input": { "password": "not the password" } })).await;
    assert_eq!(wrong.user_errors("beginTotpEnrolment")[0].0, "BAD_CREDENTIALS");
    let secret = begun(&leader).await;
    assert_eq!(confirmed(&leader, "12345").await.user_errors("confirmTotpEnrolment")[0].0, "WRONG_CODE");
    assert_eq!(refused(&server, "leader", None).await, None, "it does not count before it is confirmed");
    assert_eq!(leader.ask(FACTOR, json!({})).await.at("/viewer/secondFactor"), &Value::Null);
    let code = shown(&server, &secret);
    let codes = confirmed(&leader, &code).await.list("/confirmTotpEnrolment/recoveryCodes").clone();
    assert_eq!(codes.len(), 10);

    assert_eq!(refused(&server, "leader", None).await, because("SECOND_FACTOR_REQUIRED"));
    assert_eq!(refused(&server, "leader", Some("  ")).await, because("SECOND_FACTOR_REQUIRED"));
    assert_eq!(refused(&server, "leader", Some(&code)).await, because("WRONG_CODE"), "each code works once");
    server.clock.advance(TimeDelta::seconds(30));
    assert_eq!(refused(&server, "leader", Some(&shown(&server, &secret))).await, None);

    let recovery = codes[0].as_str().unwrap();
    assert_eq!(refused(&server, "leader", Some(recovery)).await, None);
    assert_eq!(refused(&server, "leader", Some(recovery)).await, because("WRONG_CODE"), "once");
    assert_eq!(leader.ask(FACTOR, json!({})).await.at("/viewer/secondFactor/recoveryCodesLeft"), 9);

    server.clock.advance(TimeDelta::seconds(30));
    let input = json!({ "password": PASSWORD, "code": shown(&server, &secret) });
    assert_eq!(leader.ask(DISABLE, json!({ "input": input })).await.at("/disableTotp/disabled"), true);
    assert_eq!(refused(&server, "leader", None).await, None);
}

#[rstest]
#[case::without_hyphens(|code: &str| code.replace('-', ""))]
#[case::capitals_and_spaces(|code: &str| format!(" {} ", code.to_uppercase().replace('-', " ")))]
#[case::full_width(|code: &str| code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect())]
#[case::dashes(|code: &str| code.replace('-', "—"))]
#[case::letters_apart(|code: &str| code.chars().map(|c| format!("{c} ")).collect())]
#[case::digits_for_letters(|code: &str| code.replace('o', "0").replace(['l', 'i'], "1").replace('b', "8"))]
#[tokio::test]
async fn a_recovery_code_is_taken_however_it_is_written(#[case] written: fn(&str) -> String) {
    let server = TestServer::on(Sqlite).await;
    let (_, codes) = enrolled(&server, &server.as_(Leader)).await;
    // Of ten codes, the one with most letters that look like digits, but not too many of the two that look like each other.
    let doubtful = |code: &str| code.matches(['l', 'i']).count();
    let alike = |code: &str| code.matches(['o', 'l', 'i', 'b']).count();
    let codes = codes.iter().map(|code| code.as_str().unwrap()).filter(|code| doubtful(code) <= 6);
    let code = written(codes.max_by_key(|code| alike(code)).unwrap());
    assert_eq!(refused(&server, "leader", Some(&code)).await, None, "{code}");
    assert_eq!(refused(&server, "leader", Some(&code)).await, because("WRONG_CODE"), "once");
}

#[rstest]
#[tokio::test]
async fn six_digits_are_taken_however_they_are_written(#[values(" ", "-", "　", "\u{a0}")] between: &str) {
    let server = TestServer::on(Sqlite).await;
    let (secret, _) = enrolled(&server, &server.as_(Leader)).await;
    server.clock.advance(TimeDelta::seconds(30));
    let code = shown(&server, &secret);
    let (one, two) = code.split_at(3);
    assert_eq!(refused(&server, "leader", Some(&format!("{one}{between}{two}"))).await, None);
}

#[rstest]
#[tokio::test]
async fn a_clock_that_was_ahead_spoils_no_codes(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (secret, _) = enrolled(&server, &server.as_(Leader)).await;
    server.clock.advance(TimeDelta::days(3));
    assert_eq!(refused(&server, "leader", Some(&shown(&server, &secret))).await, None);
    server.clock.advance(TimeDelta::days(-3));
    let code = shown(&server, &secret);
    assert_eq!(refused(&server, "leader", Some(&code)).await, None);
    assert_eq!(refused(&server, "leader", Some(&code)).await, because("WRONG_CODE"), "each code works once");
}

#[rstest]
#[case::ended(false)]
#[case::kept(true)]
#[tokio::test]
async fn what_was_opened_without_it_ends(#[case] keep: bool, #[values(Sqlite, Postgres)] backend: Backend) {
    const CREATE: &str = "mutation($input: CreatePersonalAccessTokenInput!) {
        createPersonalAccessToken(input: $input) { token userErrors { code } } }";
    let server = TestServer::on(backend).await;
    let (leader, other) = (server.as_(Leader), server.signed_in("leader", PASSWORD).await);
    let expires_at = server.clock.now() + TimeDelta::days(30);
    let input = json!({ "name": "报表", "scopes": ["READ"], "expiresAt": expires_at });
    let token = other.ask(CREATE, json!({ "input": input })).await.text("/createPersonalAccessToken/token");
    let program = Client::with_token(server.url(), &token);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;

    let secret = begun(&leader).await;
    let input = json!({ "code": shown(&server, &secret), "keepPersonalAccessTokens": keep });
    let answer = leader.ask(CONFIRM, json!({ "input": input })).await;
    assert_eq!(answer.list("/confirmTotpEnrolment/recoveryCodes").len(), 10);
    assert_eq!(other.ask("{ viewer { role } }", json!({})).await.status, 401);
    assert_eq!(program.ask("{ viewer { role } }", json!({})).await.status, if keep { 200 } else { 401 });
    // Whoever set it up goes on, with what they follow.
    assert_eq!(leader.ask("{ viewer { role } }", json!({})).await.at("/viewer/role"), "STAFF");
    let Message::Event(_) = socket.ask("after", "{ projects { totalCount } }").await else { panic!("refused") };
}

#[rstest]
#[tokio::test]
async fn codes_are_not_to_be_guessed(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    enrolled(&server, &server.as_(Leader)).await;
    for guess in 0..5 {
        let code = format!("{guess:016}");
        assert_eq!(refused(&server, "leader", Some(&code)).await, because("WRONG_CODE"));
    }
    assert_eq!(refused(&server, "leader", Some("000000")).await.unwrap().0, "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn whoever_must_have_one_can_do_nothing_else_before() {
    let server = TestServer::tuned(|config| config.accounts.second_factor_roles = vec![AccountRole::Office]).await;
    let office = server.as_(Office);
    assert_eq!(office.ask("{ viewer { role } }", json!({})).await.at("/viewer/role"), "OFFICE");
    for query in ["{ projects { nodes { name } } }", "mutation { revokeOtherSessions { revoked } }"] {
        assert_eq!(office.ask(query, json!({})).await.error(), "SECOND_FACTOR_NEEDED", "{query}");
    }
    let mut socket = Socket::of(&server, Office).await;
    let Message::Errors(errors) = socket.ask("before", "{ projects { totalCount } }").await else { panic!("answered") };
    assert_eq!(errors[0]["extensions"]["code"], "SECOND_FACTOR_NEEDED");
    enrolled(&server, &office).await;
    assert!(!office.ask("{ projects { nodes { name } } }", json!({})).await.list("/projects/nodes").is_empty());
    let Message::Event(_) = socket.ask("after", "{ projects { totalCount } }").await else { panic!("refused") };
}

#[rstest]
#[tokio::test]
async fn an_administrator_takes_a_lost_one_away(#[values(Sqlite, Postgres)] backend: Backend) {
    const RESET: &str = "mutation($id: ID!) {
        resetSecondFactor(input: { accountId: $id }) { reset userErrors { code field } } }";
    let server = TestServer::on(backend).await;
    enrolled(&server, &server.as_(Leader)).await;
    let administrator = server.administrator().await;
    let id = server.account_id(&administrator, "leader").await;
    let by_others = server.as_(Office).ask(RESET, json!({ "id": id })).await;
    assert_eq!(by_others.user_errors("resetSecondFactor")[0].0, "FORBIDDEN");
    assert_eq!(refused(&server, "leader", None).await, because("SECOND_FACTOR_REQUIRED"));
    assert_eq!(administrator.ask(RESET, json!({ "id": id })).await.at("/resetSecondFactor/reset"), true);
    assert_eq!(refused(&server, "leader", None).await, None);
    assert_eq!(administrator.ask(RESET, json!({ "id": id })).await.at("/resetSecondFactor/reset"), false);
}
