//! Someone signs in at the city's identity provider, and comes back.

use std::{num::NonZero, sync::Arc};

use chrono::TimeDelta;
use entity::values::AccountRole;
use rstest::rstest;
use serde_json::{Value, json};
use server::{clock::Source, identity_provider::SingleSignOnSettings, store};

use crate::{
    accounts::second_factor::{enrolled, shown},
    support::{
        Answer, Away, Back,
        Backend::{self, Postgres, Sqlite},
        Client, FakeProvider, IdToken, Key, PASSWORD, Provider,
        Role::{Leader, Office},
        TestClock, TestServer, refusal, rows, signed_in_at_provider,
    },
};

const FAILED: &str = "SINGLE_SIGN_ON_FAILED";
const LINK: &str = "mutation($input: LinkIdentityInput!) { linkIdentity(input: $input) {
    account { login identity { issuer subject linkedAt } } userErrors { code field } } }";
const UNLINK: &str = "mutation($input: AccountInput!) { unlinkIdentity(input: $input) {
    account { identity { subject } } userErrors { code field } } }";

async fn on(backend: Backend, clock: Arc<TestClock>, settings: SingleSignOnSettings) -> TestServer {
    TestServer::tuned_on(backend, clock, |config| config.single_sign_on = settings).await
}

async fn link(server: &TestServer, administrator: &Client, login: &str, subject: &str) -> Answer {
    let id = server.account_id(administrator, login).await;
    administrator.ask(LINK, json!({ "input": { "accountId": id, "subject": subject } })).await
}

async fn unlink(server: &TestServer, administrator: &Client, login: &str) -> Answer {
    let id = server.account_id(administrator, login).await;
    administrator.ask(UNLINK, json!({ "input": { "accountId": id } })).await
}

/// Every link on record, the latest first: who, what, to whom.
async fn trail(client: &Client) -> Vec<Value> {
    let query = "{ auditTrail(filter: { actions: [IDENTITY_LINKED, IDENTITY_UNLINKED] }) { nodes {
        actor { login } action target { login } detail } } }";
    client.ask(query, json!({})).await.list("/auditTrail/nodes").clone()
}

/// A server with a provider that says whatever it is to say, and the leader linked.
async fn with_fake(backend: Backend, tune: impl FnOnce(&mut SingleSignOnSettings)) -> (TestServer, FakeProvider, Key) {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let mut settings = provider.settings();
    tune(&mut settings);
    (on(backend, TestClock::new(), settings).await, provider, key)
}

/// The same, and the leader linked.
async fn with_leader(backend: Backend) -> (TestServer, FakeProvider, Key) {
    let (server, provider, key) = with_fake(backend, |_| {}).await;
    let administrator = server.administrator().await;
    assert!(link(&server, &administrator, "leader", "subject of leader").await.user_errors("linkIdentity").is_empty());
    (server, provider, key)
}

/// Someone who is sent to a provider that vouches for the leader.
async fn vouched(server: &TestServer, provider: &FakeProvider, key: &Key) -> Away {
    let away = server.sent_away().await;
    provider.gives(Some(&IdToken::new(provider, &away.parameter("nonce"), server.clock.now()).by(key)));
    away
}

#[rstest]
#[tokio::test]
async fn whoever_is_linked_signs_in_at_a_real_provider(#[values(Sqlite, Postgres)] backend: Backend) {
    let provider = Provider::start().await;
    let server = on(backend, TestClock::of_the_wall(), provider.settings("onsite-RS256")).await;
    let offered = server.nobody().ask("{ singleSignOn { issuer } }", json!({})).await;
    assert_eq!(offered.at("/singleSignOn/issuer"), &json!(provider.issuer));

    let away = server.sent_away().await;
    let back = signed_in_at_provider(&away.url, "leader", &["pwd"]).await;
    assert_eq!(refusal(&server.came_back(&away, &back, None).await), FAILED, "nobody is linked yet");

    let administrator = server.administrator().await;
    let linked = link(&server, &administrator, "leader", "subject of leader").await;
    assert_eq!(linked.at("/linkIdentity/account/identity/issuer"), &json!(provider.issuer));
    let away = server.sent_away().await;
    assert_eq!(away.parameter("scope"), "openid profile");
    let back = signed_in_at_provider(&away.url, "leader", &["pwd"]).await;
    let answer = server.came_back(&away, &back, None).await;
    assert_eq!(refusal(&answer), "");
    assert_eq!(answer.at("/completeSingleSignOn/viewer"), &json!({ "role": "STAFF", "person": { "name": "领导甲" } }));
    let leader = Client::with_token(server.url(), &answer.text("/completeSingleSignOn/token"));
    let sessions = leader.ask("{ viewer { sessions { deviceName current } } }", json!({})).await;
    assert_eq!(sessions.at("/viewer/sessions/0"), &json!({ "deviceName": "浏览器", "current": true }));
    assert_eq!(refusal(&server.came_back(&away, &back, None).await), FAILED, "it works once");

    assert_eq!(unlink(&server, &administrator, "leader").await.at("/unlinkIdentity/account/identity"), &Value::Null);
    assert_eq!(leader.ask("{ viewer { role } }", json!({})).await.error(), "UNAUTHENTICATED");
    let away = server.sent_away().await;
    let back = signed_in_at_provider(&away.url, "leader", &["pwd"]).await;
    assert_eq!(refusal(&server.came_back(&away, &back, None).await), FAILED);
    let trail = trail(&administrator).await;
    assert_eq!([&trail[0]["action"], &trail[1]["action"]], ["IDENTITY_UNLINKED", "IDENTITY_LINKED"]);
    assert_eq!([&trail[0]["actor"]["login"], &trail[1]["target"]["login"]], ["administrator-1", "leader"]);
}

#[rstest]
#[case("onsite-PS256")]
#[case("onsite-ES256")]
#[case("onsite-EdDSA")]
#[case::without_a_secret("onsite-public")]
#[tokio::test]
async fn it_does_not_matter_how_the_provider_signs(#[case] client_id: &str) {
    let provider = Provider::start().await;
    let mut settings = provider.settings(client_id);
    settings.login_claim = "preferred_username".to_owned();
    if client_id == "onsite-public" {
        settings.client_secret = None;
    }
    let server = on(Sqlite, TestClock::of_the_wall(), settings).await;
    let away = server.sent_away().await;
    let back = signed_in_at_provider(&away.url, "leader", &["pwd"]).await;
    let answer = server.came_back(&away, &back, None).await;
    assert_eq!(answer.at("/completeSingleSignOn/viewer/person/name"), "领导甲", "{:#}", answer.body);
}

#[tokio::test]
async fn a_code_that_was_made_for_someone_else_is_refused() {
    let provider = Provider::start().await;
    let mut settings = provider.settings("onsite-RS256");
    settings.login_claim = "preferred_username".to_owned();
    let server = on(Sqlite, TestClock::of_the_wall(), settings).await;

    let away = server.sent_away().await;
    let elsewhere = away.url.replace("client_id=onsite-RS256", "client_id=another");
    let back = signed_in_at_provider(&elsewhere, "leader", &["pwd"]).await;
    assert_eq!(refusal(&server.came_back(&away, &back, None).await), FAILED, "another client's");

    // Slipped into somebody else's attempt: PKCE tells.
    let [mine, theirs] = [server.sent_away().await, server.sent_away().await];
    let back = signed_in_at_provider(&theirs.url, "leader", &["pwd"]).await;
    let slipped = Back { state: mine.parameter("state"), code: back.code.clone() };
    assert_eq!(refusal(&server.came_back(&mine, &slipped, None).await), FAILED, "another attempt's");
}

#[rstest]
#[tokio::test]
async fn whatever_is_wrong_looks_the_same(#[values(Sqlite, Postgres)] backend: Backend) {
    let (server, provider, key) = with_leader(backend).await;
    let [away, other] = [vouched(&server, &provider, &key).await, vouched(&server, &provider, &key).await];
    let unknown = Back { state: "AAAA".to_owned(), ..away.back() };
    let before = rows(server.app().database.reader()).await;
    let mut refused = vec![
        server.came_back(&away, &unknown, None).await,
        server.came_back(&other, &away.back(), None).await,
        server.came_back(&Away { binding: String::new(), ..away.clone() }, &away.back(), None).await,
        server.came_back(&away, &Back { code: "c".repeat(5000), ..away.back() }, None).await,
    ];
    assert!(provider.heard("/token").is_empty(), "nobody else's binding makes the server ask the provider");

    provider.answers("/token", axum::http::StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" }).to_string());
    refused.push(server.came_back(&other, &other.back(), None).await);
    assert_eq!(rows(server.app().database.reader()).await, before);

    let administrator = server.signed_in("administrator-1", PASSWORD).await;
    let id = server.account_id(&administrator, "leader").await;
    let query = "mutation($id: ID!) { disableAccount(input: { accountId: $id }) { userErrors { code } } }";
    administrator.ask(query, json!({ "id": id })).await;
    let disabled = vouched(&server, &provider, &key).await;
    refused.push(server.came_back(&disabled, &disabled.back(), None).await);
    refused.push(server.told_by(&provider, &key, |token| token.claims["sub"] = json!("nobody")).await);

    let late = vouched(&server, &provider, &key).await;
    server.clock.advance(TimeDelta::minutes(10));
    refused.push(server.came_back(&late, &late.back(), None).await);
    assert_eq!(refusal(&refused[0]), FAILED);
    for answer in &refused {
        assert_eq!(answer.body, refused[0].body);
    }
    // What it is too late for is forgotten.
    let (writer, now) = (server.app().database.writer(), server.clock.now());
    assert_eq!(store::single_sign_on_attempt::forget(writer, now).await.unwrap(), 5);
    assert_eq!(rows(server.app().database.reader()).await["single_sign_on_attempt"], 0);
}

#[rstest]
#[tokio::test]
async fn of_two_who_come_back_at_once_one_is_signed_in(#[values(Sqlite, Postgres)] backend: Backend) {
    let (server, provider, key) = with_leader(backend).await;
    let another = server.another_tuned(|config| config.single_sign_on = provider.settings()).await;
    for _ in 0..5 {
        let away = vouched(&server, &provider, &key).await;
        let back = away.back();
        let sessions = async || rows(server.app().database.reader()).await["session"];
        let before = sessions().await;
        let (one, two, three) = tokio::join!(
            server.came_back(&away, &back, None),
            another.came_back(&away, &back, None),
            server.came_back(&away, &back, None)
        );
        let mut told = [refusal(&one), refusal(&two), refusal(&three)];
        told.sort();
        assert_eq!(told, ["", FAILED, FAILED]);
        assert_eq!(sessions().await, before + 1);
    }
    assert_eq!(provider.heard("/token").len(), 5);
}

#[rstest]
#[tokio::test]
async fn the_accounts_own_second_factor_is_asked_for(#[values(Sqlite, Postgres)] backend: Backend) {
    let (server, provider, key) = with_leader(backend).await;
    let (secret, codes) = enrolled(&server, &server.as_(Leader)).await;
    server.clock.advance(TimeDelta::seconds(30));
    let away = vouched(&server, &provider, &key).await;
    let back = away.back();
    let needed = server.came_back(&away, &back, None).await;
    let field = |code: &str| vec![(code.to_owned(), "input.totpCode".to_owned())];
    assert_eq!(needed.user_errors("completeSingleSignOn"), field("SECOND_FACTOR_REQUIRED"));
    let wrong = server.came_back(&away, &back, Some("000000")).await;
    assert_eq!(wrong.user_errors("completeSingleSignOn"), field("WRONG_CODE"));
    let other = Back { code: "another code".to_owned(), ..back.clone() };
    let code = shown(&server, &secret);
    assert_eq!(refusal(&server.came_back(&away, &other, Some(&code)).await), FAILED);
    assert_eq!(refusal(&server.came_back(&away, &back, Some(&code)).await), "");
    assert_eq!(refusal(&server.came_back(&away, &back, codes[0].as_str()).await), FAILED, "once");
    assert_eq!(provider.heard("/token").len(), 1, "the provider takes a code once");

    // A code given at once, of two who come back at once.
    let away = vouched(&server, &provider, &key).await;
    let (one, two) = (codes[1].as_str(), codes[2].as_str());
    let needed = server.came_back(&away, &away.back(), None).await;
    assert_eq!(refusal(&needed), "SECOND_FACTOR_REQUIRED");
    let back = away.back();
    let (one, two) = tokio::join!(server.came_back(&away, &back, one), server.came_back(&away, &back, two));
    let mut told = [refusal(&one), refusal(&two)];
    told.sort();
    assert_eq!(told, ["", FAILED]);
}

#[rstest]
#[tokio::test]
async fn codes_are_not_to_be_guessed(#[values(Sqlite, Postgres)] backend: Backend) {
    let (server, provider, key) = with_leader(backend).await;
    enrolled(&server, &server.as_(Leader)).await;
    let away = vouched(&server, &provider, &key).await;
    let back = away.back();
    for _ in 0..5 {
        assert_eq!(refusal(&server.came_back(&away, &back, Some("0000-0000")).await), "WRONG_CODE");
    }
    assert_eq!(refusal(&server.came_back(&away, &back, Some("0000-0000")).await), "TOO_MANY_ATTEMPTS");
    let away = vouched(&server, &provider, &key).await;
    assert_eq!(refusal(&server.came_back(&away, &away.back(), Some("0000-0000")).await), "TOO_MANY_ATTEMPTS");
}

/// Whoever gave a right code in the end begins anew.
#[rstest]
#[tokio::test]
async fn a_right_code_forgives_the_wrong_ones_before_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let (server, provider, key) = with_leader(backend).await;
    let (_, codes) = enrolled(&server, &server.as_(Leader)).await;
    for right in &codes[..2] {
        let away = vouched(&server, &provider, &key).await;
        let back = away.back();
        for _ in 0..4 {
            assert_eq!(refusal(&server.came_back(&away, &back, Some("0000-0000")).await), "WRONG_CODE");
        }
        assert_eq!(refusal(&server.came_back(&away, &back, right.as_str()).await), "");
    }
}

#[rstest]
#[tokio::test]
async fn a_stranger_who_keeps_a_name_locked_out_keeps_nobody_from_coming_back(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let (server, provider, key) = with_leader(backend).await;
    let (secret, _) = enrolled(&server, &server.as_(Leader)).await;
    for _ in 0..6 {
        server.nobody().sign_in("leader", "wrong horse battery").await;
    }
    let away = vouched(&server, &provider, &key).await;
    server.clock.advance(TimeDelta::seconds(30));
    let code = shown(&server, &secret);
    assert_eq!(refusal(&server.came_back(&away, &away.back(), Some(&code)).await), "");
}

#[rstest]
#[tokio::test]
async fn an_attempt_of_a_clock_that_was_ahead_is_over(#[values(Sqlite, Postgres)] backend: Backend) {
    let (server, provider, key) = with_leader(backend).await;
    server.clock.advance(TimeDelta::days(3));
    let away = vouched(&server, &provider, &key).await;
    server.clock.advance(TimeDelta::days(-3));
    assert_eq!(refusal(&server.came_back(&away, &away.back(), None).await), FAILED);
    // What is known of the provider is of that clock, too, and is asked for anew.
    let away = vouched(&server, &provider, &key).await;
    assert_eq!(refusal(&server.came_back(&away, &away.back(), None).await), "");
    assert_eq!(provider.heard("/jwks").len(), 2);
}

#[tokio::test]
async fn whoever_must_have_a_second_factor_sets_it_up_or_brings_the_providers() {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let server = TestServer::tuned(|config| {
        config.accounts.second_factor_roles = vec![AccountRole::Staff];
        config.single_sign_on = SingleSignOnSettings {
            trusted_amr: vec!["otp".to_owned(), "urn:example:silver".to_owned()],
            login_claim: "name".to_owned(),
            ..provider.settings()
        };
    })
    .await;
    let projects = async |claims: Value| {
        let answer = server
            .told_by(&provider, &key, |token| {
                token.claims["name"] = json!("leader");
                token.claims.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
            })
            .await;
        let client = Client::with_token(server.url(), &answer.text("/completeSingleSignOn/token"));
        (client.ask("{ projects { totalCount } }", json!({})).await, client)
    };
    assert_eq!(projects(json!({})).await.0.error(), "SECOND_FACTOR_NEEDED");
    assert_eq!(
        projects(json!({ "amr": ["pwd"], "acr": "urn:example:bronze" })).await.0.error(),
        "SECOND_FACTOR_NEEDED"
    );
    assert_eq!(projects(json!({ "amr": ["pwd", "otp"] })).await.0.at("/projects/totalCount"), 2);
    let (answer, client) = projects(json!({ "acr": "urn:example:silver" })).await;
    assert_eq!(answer.at("/projects/totalCount"), 2);

    // A token that this session makes is as good.
    let create = "mutation($input: CreatePersonalAccessTokenInput!) {
        createPersonalAccessToken(input: $input) { token userErrors { code } } }";
    let input = json!({ "name": "figures", "scopes": ["READ"], "expiresAt": "2026-12-01T00:00:00Z" });
    let token = client.ask(create, json!({ "input": input })).await.text("/createPersonalAccessToken/token");
    let reading = Client::with_token(server.url(), &token).ask("{ projects { totalCount } }", json!({})).await;
    assert_eq!(reading.at("/projects/totalCount"), 2);

    // With one of its own, the provider's still does.
    enrolled(&server, &client).await;
    assert_eq!(projects(json!({ "amr": ["otp"] })).await.0.at("/projects/totalCount"), 2);
}

#[rstest]
#[tokio::test]
async fn the_providers_name_for_someone_links_once_and_never_twice(#[values(Sqlite, Postgres)] backend: Backend) {
    let (server, provider, key) = with_fake(backend, |settings| settings.login_claim = "login".to_owned()).await;
    let administrator = server.administrator().await;
    // Somebody whose name ends with a Kelvin sign, the small letter of which is k, is not the clerk.
    let create = "mutation { createAccount(input: { login: \"clerk\", role: ANALYST }) { userErrors { code } } }";
    assert!(administrator.ask(create, json!({})).await.user_errors("createAccount").is_empty());
    let told = async |subject: &str, login: &str| {
        let change = |token: &mut IdToken| {
            token.claims["sub"] = json!(subject);
            token.claims["login"] = json!(login);
        };
        refusal(&server.told_by(&provider, &key, change).await)
    };
    for nobody in ["", "nobody", "administrator-1", "leader\0", "leader ", "cler\u{212a}"] {
        assert_eq!(told("a", nobody).await, FAILED, "{nobody}");
    }
    assert_eq!(told("a", "Leader").await, "");
    assert_eq!(told("a", "office").await, "", "they are linked: their name does not matter any more");
    assert_eq!(told("b", "leader").await, FAILED, "somebody else of that name");
    let entry = &trail(&administrator).await[0];
    assert_eq!((&entry["actor"]["login"], &entry["action"]), (&json!("leader"), &json!("IDENTITY_LINKED")));
    let detail: Value = serde_json::from_str(entry["detail"].as_str().unwrap()).unwrap();
    assert_eq!(detail, json!({ "issuer": provider.issuer, "subject": "a" }));

    unlink(&server, &administrator, "leader").await;
    assert_eq!(told("a", "leader").await, FAILED, "what an administrator took away stays away");
    assert_eq!(told("b", "leader").await, FAILED);
    assert!(link(&server, &administrator, "leader", "b").await.user_errors("linkIdentity").is_empty());
    assert_eq!(told("b", "").await, "");
    let length = trail(&administrator).await.len();
    assert!(link(&server, &administrator, "leader", "b").await.user_errors("linkIdentity").is_empty());
    assert_eq!(trail(&administrator).await.len(), length, "what changed nothing is not on record");
    for (login, subject) in [("leader", "c"), ("office", "b")] {
        let conflict = link(&server, &administrator, login, subject).await;
        conflict.refuses("linkIdentity", "CONFLICT", "input.subject");
    }
}

#[tokio::test]
async fn only_administrators_link_and_see_who_is_linked() {
    let (server, ..) = with_leader(Sqlite).await;
    let administrator = server.signed_in("administrator-1", PASSWORD).await;
    let office = server.as_(Office);
    let id = server.account_id(&administrator, "leader").await;
    for (query, input) in [(LINK, json!({ "accountId": id, "subject": "mine" })), (UNLINK, json!({ "accountId": id }))]
    {
        let mutation = if query == LINK { "linkIdentity" } else { "unlinkIdentity" };
        let refused = office.ask(query, json!({ "input": input })).await;
        assert_eq!(refused.user_errors(mutation)[0].0, "FORBIDDEN");
        assert_eq!(server.nobody().ask(query, json!({ "input": input })).await.error(), "UNAUTHENTICATED");
    }
    let trail = "{ auditTrail(first: 1) { nodes { target { login identity { subject } } } } }";
    let target = |answer: &Answer| answer.at("/auditTrail/nodes/0/target").clone();
    let seen = target(&office.ask(trail, json!({})).await);
    assert_eq!(seen["identity"], Value::Null);
    for subject in ["", &"s".repeat(256), "a\nb"] {
        let refused = link(&server, &administrator, "office", subject).await;
        refused.refuses("linkIdentity", "INVALID", "input.subject");
    }
}

#[tokio::test]
async fn where_it_is_not_set_up_it_is_not_offered() {
    let server = TestServer::on(Sqlite).await;
    let offered = server.nobody().ask("{ singleSignOn { issuer } }", json!({})).await;
    assert_eq!(offered.at("/singleSignOn"), &Value::Null);
    let begun = server.begin_single_sign_on().await;
    assert_eq!(begun.user_errors("beginSingleSignOn")[0].0, "SINGLE_SIGN_ON_NOT_OFFERED");
    let away = Away { url: String::new(), binding: "binding".to_owned() };
    let back = Back { state: "state".to_owned(), code: "code".to_owned() };
    assert_eq!(refusal(&server.came_back(&away, &back, None).await), "SINGLE_SIGN_ON_NOT_OFFERED");
    let administrator = server.administrator().await;
    let linked = link(&server, &administrator, "leader", "subject").await;
    assert_eq!(linked.user_errors("linkIdentity")[0].0, "SINGLE_SIGN_ON_NOT_OFFERED");
}

#[tokio::test]
async fn as_many_may_be_begun_from_an_address_as_sign_ins_by_password() {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let server = TestServer::tuned(|config| {
        config.rates.sign_ins = NonZero::new(3).unwrap();
        config.single_sign_on = provider.settings();
    })
    .await;
    let away = server.sent_away().await;
    server.came_back(&away, &away.back(), None).await;
    server.sent_away().await;
    assert_eq!(server.begin_single_sign_on().await.error(), "RATE_LIMITED");
}
