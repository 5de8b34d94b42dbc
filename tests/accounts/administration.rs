//! An administrator manages accounts, sees nothing else, and everything they do is on record.

use chrono::TimeDelta;
use entity::audit_entry;
use rstest::rstest;
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::{Value, json};

use crate::support::{
    Answer, BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft, PASSWORD,
    Role::{Analyst, Leader, Nobody, Office, Secretary},
    Socket, TestServer, rows,
};

const CREATE: &str = "mutation($input: CreateAccountInput!) { createAccount(input: $input) {
    account { id login role oneTimePasswordUntil person { name } } oneTimePassword userErrors { code field } } }";
const SIGN_IN: &str = "mutation($input: SignInInput!) { signIn(input: $input) {
    token viewer { role } userErrors { code field } } }";
const TRAIL: &str = "query($filter: AuditFilterInput) { auditTrail(filter: $filter) { totalCount nodes {
    at action detail actor { login } target { login } } } }";

/// One of the mutations that only name an account.
async fn act(client: &Client, mutation: &str, account: &str) -> Answer {
    let payload = if mutation == "revokeAccountSessions" { "revoked" } else { "account { login role disabledAt }" };
    let query = format!(
        "mutation($id: ID!) {{ {mutation}(input: {{ accountId: $id }}) {{ {payload} userErrors {{ code field }} }} }}"
    );
    client.ask(&query, json!({ "id": account })).await
}

async fn set_role(client: &Client, account: &str, role: &str) -> Answer {
    let query = "mutation($input: SetAccountRoleInput!) {
        setAccountRole(input: $input) { account { login role } userErrors { code field } } }";
    client.ask(query, json!({ "input": { "accountId": account, "role": role } })).await
}

async fn sign_in(server: &TestServer, login: &str, password: &str, new: Option<&str>) -> Answer {
    let input = json!({ "login": login, "password": password, "newPassword": new });
    server.nobody().ask(SIGN_IN, json!({ "input": input })).await
}

/// Every action on record, the latest first: who, what, to whom.
async fn trail(client: &Client) -> Vec<[String; 3]> {
    let answer = client.ask(TRAIL, json!({})).await;
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let rows = answer.list("/auditTrail/nodes").iter();
    rows.map(|row| [text(&row["actor"]["login"]), text(&row["action"]), text(&row["target"]["login"])]).collect()
}

fn entry(actor: &str, action: &str, target: &str) -> [String; 3] {
    [actor, action, target].map(str::to_owned)
}

#[rstest]
#[tokio::test]
async fn a_new_account_begins_with_a_password_that_works_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let administrator = server.administrator().await;
    let input = json!({ "login": "New.One", "role": "STAFF", "person": "干部甲" });
    let made = administrator.ask(CREATE, json!({ "input": input })).await;
    let account = made.at("/createAccount/account");
    assert_eq!((&account["login"], &account["role"]), (&json!("new.one"), &json!("STAFF")));
    assert_eq!(account["person"]["name"], "干部甲");
    assert_eq!(account["oneTimePasswordUntil"], "2026-11-25T02:00:00+00:00");
    let given = made.text("/createAccount/oneTimePassword");

    for new in [None, Some(given.as_str())] {
        let early = sign_in(&server, "new.one", &given, new).await;
        let expected = [("PASSWORD_CHANGE_REQUIRED".to_owned(), "input.newPassword".to_owned())];
        assert_eq!(early.user_errors("signIn"), expected);
        assert_eq!(early.at("/signIn/token"), &json!(null));
    }
    assert_eq!(sign_in(&server, "new.one", &given, Some("short")).await.user_errors("signIn")[0].0, "WEAK_PASSWORD");
    let chosen = sign_in(&server, "new.one", &given, Some("my very own password")).await;
    assert_eq!(chosen.at("/signIn/viewer/role"), "STAFF");
    let again = sign_in(&server, "new.one", &given, Some("my very own password")).await;
    assert_eq!(again.user_errors("signIn")[0].0, "BAD_CREDENTIALS");
    server.signed_in("new.one", "my very own password").await;
}

#[rstest]
#[case::without_hyphens(|given: &str| given.replace('-', ""))]
#[case::capitals_and_spaces(|given: &str| given.to_uppercase().replace('-', " "))]
#[case::full_width(|given: &str| given.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect())]
#[tokio::test]
async fn a_password_that_was_given_out_is_taken_however_it_is_written(#[case] written: fn(&str) -> String) {
    let server = TestServer::on(Sqlite).await;
    let administrator = server.administrator().await;
    let input = json!({ "login": "new.one", "role": "STAFF", "person": "干部甲" });
    let given = administrator.ask(CREATE, json!({ "input": input })).await.text("/createAccount/oneTimePassword");
    let written = written(&given);
    // It is still the one that was given out, which somebody else has seen.
    let same = sign_in(&server, "new.one", &given, Some(&written)).await;
    assert_eq!(same.user_errors("signIn")[0].0, "PASSWORD_CHANGE_REQUIRED");
    let guessed = sign_in(&server, "new.one", &written, Some("干部甲20261118")).await;
    guessed.refuses("signIn", "WEAK_PASSWORD", "input.newPassword");
    let chosen = sign_in(&server, "new.one", &written, Some("my very own password")).await;
    assert_eq!(chosen.at("/signIn/viewer/role"), "STAFF");
    // A password of one's own is what it is.
    let capitals = sign_in(&server, "new.one", "MY VERY OWN PASSWORD", None).await;
    assert_eq!(capitals.user_errors("signIn")[0].0, "BAD_CREDENTIALS");
}

#[rstest]
#[tokio::test]
async fn an_account_that_a_clock_disabled_that_was_ahead_stays_disabled(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let administrator = server.administrator().await;
    let id = server.account_id(&administrator, "office").await;
    server.clock.advance(TimeDelta::days(3));
    act(&administrator, "disableAccount", &id).await;
    server.clock.advance(TimeDelta::days(-3));
    assert_eq!(sign_in(&server, "office", PASSWORD, None).await.user_errors("signIn")[0].0, "BAD_CREDENTIALS");
    let enabled = act(&administrator, "enableAccount", &id).await;
    assert_eq!(enabled.at("/enableAccount/account/disabledAt"), &json!(null));
    assert_eq!(sign_in(&server, "office", PASSWORD, None).await.at("/signIn/viewer/role"), "OFFICE");
}

#[rstest]
#[tokio::test]
async fn a_reset_password_ends_every_session_and_lasts_a_week(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let administrator = server.administrator().await;
    let id = server.account_id(&administrator, "leader").await;
    let query = "mutation($id: ID!) { resetPassword(input: { accountId: $id }) { oneTimePassword } }";
    let given = administrator.ask(query, json!({ "id": id })).await.text("/resetPassword/oneTimePassword");
    assert_eq!(server.as_(Leader).ask("{ viewer { role } }", json!({})).await.error(), "UNAUTHENTICATED");
    assert_eq!(sign_in(&server, "leader", PASSWORD, None).await.user_errors("signIn")[0].0, "BAD_CREDENTIALS");
    server.clock.advance(TimeDelta::days(7));
    let late = sign_in(&server, "leader", &given, Some("my very own password")).await;
    assert_eq!(late.user_errors("signIn")[0].0, "BAD_CREDENTIALS");
}

#[rstest]
#[case("disableAccount")]
#[case("revokeAccountSessions")]
#[case("setAccountRole")]
#[case("resetPassword")]
#[tokio::test]
async fn whatever_narrows_an_account_ends_its_sessions_and_subscriptions(
    #[case] mutation: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let administrator = server.administrator().await;
    let id = server.account_id(&administrator, "office").await;
    let mut socket = Socket::of(&server, Office).await;
    socket.follow_judgements().await;
    let answer = match mutation {
        "setAccountRole" => set_role(&administrator, &id, "ANALYST").await,
        _ => act(&administrator, mutation, &id).await,
    };
    assert!(answer.user_errors(mutation).is_empty());
    assert_eq!(socket.closed().await, Some(4401));
    let answer = server.as_(Office).ask("{ viewer { role } }", json!({})).await;
    assert_eq!((answer.status, answer.error()), (401, "UNAUTHENTICATED"));
    assert_eq!(administrator.ask("{ viewer { role } }", json!({})).await.at("/viewer/role"), "ADMINISTRATOR");
}

#[rstest]
#[tokio::test]
async fn a_disabled_account_comes_back_when_it_is_enabled(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let administrator = server.administrator().await;
    let id = server.account_id(&administrator, "office").await;
    let disabled = act(&administrator, "disableAccount", &id).await;
    assert_eq!(disabled.at("/disableAccount/account/disabledAt"), "2026-11-18T02:00:00+00:00");
    act(&administrator, "disableAccount", &id).await;
    assert_eq!(sign_in(&server, "office", PASSWORD, None).await.user_errors("signIn")[0].0, "BAD_CREDENTIALS");
    let enabled = act(&administrator, "enableAccount", &id).await;
    assert_eq!(enabled.at("/enableAccount/account/disabledAt"), &json!(null));
    server.signed_in("office", PASSWORD).await;
    // Its old sessions stay ended, and what changed nothing is not on record.
    assert_eq!(server.as_(Office).ask("{ viewer { role } }", json!({})).await.error(), "UNAUTHENTICATED");
    let expected =
        [entry("administrator-1", "ACCOUNT_ENABLED", "office"), entry("administrator-1", "ACCOUNT_DISABLED", "office")];
    assert_eq!(trail(&administrator).await[..2], expected);
}

#[rstest]
#[tokio::test]
async fn nobody_but_administrators_manages_accounts(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let administrator = server.administrator().await;
    let id = server.account_id(&administrator, "secretary").await;
    let before = rows(server.app().database.reader()).await;
    let create = json!({ "input": { "login": "intruder", "role": "ADMINISTRATOR" } });
    for role in [Office, Leader, Secretary, Analyst, Nobody] {
        let client = server.as_(role);
        let mut answers = vec![
            ("createAccount", client.ask(CREATE, create.clone()).await),
            ("setAccountRole", set_role(&client, &id, "ADMINISTRATOR").await),
        ];
        for mutation in ["disableAccount", "enableAccount", "resetPassword", "revokeAccountSessions"] {
            answers.push((mutation, act(&client, mutation, &id).await));
        }
        for (mutation, answer) in answers {
            if role == Nobody {
                assert_eq!(answer.error(), "UNAUTHENTICATED");
            } else {
                answer.refuses(mutation, "FORBIDDEN", "");
            }
        }
        let list = client.ask("{ accounts { totalCount nodes { login } } }", json!({})).await;
        let one = client.ask("query($id: ID!) { account(id: $id) { login } }", json!({ "id": id })).await;
        if role == Nobody {
            assert_eq!([list.error(), one.error()], ["UNAUTHENTICATED"; 2]);
        } else {
            assert_eq!([list.error(), one.error()], ["FORBIDDEN"; 2]);
        }
    }
    assert_eq!(rows(server.app().database.reader()).await, before);
}

#[rstest]
#[tokio::test]
async fn an_administrator_sees_accounts_and_nothing_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let administrator = server.administrator().await;
    let id = server.account_id(&administrator, "leader").await;
    // Even one who is a leader otherwise.
    set_role(&administrator, &id, "ADMINISTRATOR").await;
    for client in [administrator, server.signed_in("leader", PASSWORD).await] {
        let project = server.project(BEARING_PARK);
        for field in [
            &format!("project(id: \"{project}\") {{ id }}"),
            "projects { totalCount }",
            "visits { totalCount }",
            "checkIns { totalCount }",
            "reviewQueue { totalCount }",
            "ruleStatistics(from: \"2026-01-01\", to: \"2026-12-31\") { code }",
        ] {
            assert_eq!(client.ask(&format!("{{ {field} }}"), json!({})).await.error(), "FORBIDDEN", "{field}");
        }
        let query = "query($project: ID!) { node(id: $project) { id } viewer { person { name } }
            accounts(first: 3) { totalCount nodes { login role person { name phone } } } }";
        let seen = client.ask(query, json!({ "project": project })).await;
        for hidden in ["/node", "/viewer/person"] {
            assert_eq!(seen.at(hidden), &json!(null), "{hidden}");
        }
        assert_eq!(seen.at("/accounts/totalCount"), 6);
        assert_eq!(seen.at("/accounts/nodes/2/person"), &json!({ "name": "领导甲", "phone": null }));
        let refused = client.check_in(&Draft::at(&server, BEARING_PARK)).await;
        assert_eq!(refused.user_errors("checkIn")[0].0, "NOT_A_PERSON");
    }
}

#[rstest]
#[tokio::test]
async fn the_last_administrator_stays(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let administrator = server.administrator().await;
    let id = server.account_id(&administrator, "administrator-1").await;
    let disabled = act(&administrator, "disableAccount", &id).await;
    disabled.refuses("disableAccount", "LAST_ADMINISTRATOR", "");
    let demoted = set_role(&administrator, &id, "OFFICE").await;
    demoted.refuses("setAccountRole", "LAST_ADMINISTRATOR", "");
    let other = server.account_id(&administrator, "office").await;
    set_role(&administrator, &other, "ADMINISTRATOR").await;
    assert!(act(&administrator, "disableAccount", &id).await.user_errors("disableAccount").is_empty());
}

#[rstest]
#[case::taken(json!({ "login": "OFFICE", "role": "OFFICE" }), "CONFLICT", "input.login")]
#[case::no_name(json!({ "login": "a b", "role": "OFFICE" }), "INVALID", "input.login")]
#[case::long_name(json!({ "login": "a".repeat(65), "role": "OFFICE" }), "INVALID", "input.login")]
#[case::nobody(json!({ "login": "someone", "role": "STAFF" }), "INVALID", "input.person")]
#[case::a_stranger(json!({ "login": "someone", "role": "STAFF", "person": "无此人" }), "INVALID", "input.person")]
#[case::endless(json!({ "login": "someone", "role": "STAFF", "person": "长".repeat(101) }), "TOO_LARGE", "input.person")]
#[case::null(json!({ "login": "someone", "role": "STAFF", "person": "a\u{0}" }), "TOO_LARGE", "input.person")]
#[tokio::test]
async fn an_account_that_cannot_be_made_is_not(#[case] input: Value, #[case] code: &str, #[case] field: &str) {
    let server = TestServer::on(Sqlite).await;
    let administrator = server.administrator().await;
    let before = rows(server.app().database.reader()).await;
    let answer = administrator.ask(CREATE, json!({ "input": input })).await;
    answer.refuses("createAccount", code, field);
    assert_eq!(answer.at("/createAccount/oneTimePassword"), &json!(null));
    let analyst = server.account_id(&administrator, "analyst").await;
    assert_eq!(set_role(&administrator, &analyst, "STAFF").await.user_errors("setAccountRole")[0].1, "input.person");
    for id in ["", "nonsense", "FAAAAAAAAAAAAAAAAAAAAAE", &server.project(BEARING_PARK)] {
        assert_eq!(
            act(&administrator, "resetPassword", id).await.user_errors("resetPassword")[0].0,
            "ACCOUNT_NOT_FOUND"
        );
    }
    assert_eq!(rows(server.app().database.reader()).await, before);
}

#[rstest]
#[tokio::test]
async fn what_was_done_is_on_record_for_administrators_and_the_office(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let administrator = server.administrator().await;
    let id = server.account_id(&administrator, "analyst").await;
    set_role(&administrator, &id, "OFFICE").await;
    let own = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { changed } }";
    let input = json!({ "input": { "oldPassword": PASSWORD, "newPassword": "another good password" } });
    server.as_(Leader).ask(own, input).await;
    act(&administrator, "resetPassword", &id).await;

    let expected = [
        entry("administrator-1", "PASSWORD_RESET", "analyst"),
        entry("leader", "PASSWORD_CHANGED", "leader"),
        entry("administrator-1", "ROLE_CHANGED", "analyst"),
        entry("", "ACCOUNT_CREATED", "administrator-1"),
    ];
    for reader in [&administrator, &server.as_(Office)] {
        assert_eq!(trail(reader).await[..4], expected);
        let filter = json!({ "filter": { "actions": ["ROLE_CHANGED"], "from": "2026-11-18T02:00:00Z" } });
        let found = reader.ask(TRAIL, filter).await;
        assert_eq!(found.at("/auditTrail/totalCount"), 1);
        assert_eq!(found.text("/auditTrail/nodes/0/detail"), r#"{"from":"ANALYST","to":"OFFICE"}"#);
        let none = reader.ask(TRAIL, json!({ "filter": { "to": "2026-11-18T02:00:00Z" } })).await;
        assert_eq!(none.at("/auditTrail/totalCount"), 0);
    }
    let outsider = server.as_(Secretary).ask(TRAIL, json!({})).await;
    assert_eq!(outsider.error(), "FORBIDDEN");
    assert_eq!(server.as_(Nobody).ask(TRAIL, json!({})).await.error(), "UNAUTHENTICATED");
    let bad = administrator.ask(TRAIL, json!({ "filter": { "actorId": "nonsense" } })).await;
    assert_eq!(bad.error(), "BAD_USER_INPUT");
}

#[rstest]
#[tokio::test]
async fn the_record_cannot_be_changed_or_removed(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let writer = server.app().database.writer();
    let changed =
        audit_entry::Entity::update_many().col_expr(audit_entry::Column::Detail, Expr::value("{}")).exec(writer).await;
    let removed = audit_entry::Entity::delete_many().exec(writer).await;
    for refusal in [changed.unwrap_err(), removed.unwrap_err()] {
        assert!(refusal.to_string().contains("append-only"), "{refusal}");
    }
}
