//! A provider that lies, breaks or is gone signs nobody in.

use std::time::Duration;

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};
use server::clock::Source;
use sha2::{Digest, Sha256};

use crate::support::{
    Backend::Sqlite, CLIENT_ID, FakeProvider, IdToken, Key, PASSWORD, TestClock, TestServer, refusal, rows,
};

const FAILED: &str = "SINGLE_SIGN_ON_FAILED";
const UNAVAILABLE: &str = "PROVIDER_UNAVAILABLE";
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// A server that takes a claim's word for who someone is.
async fn on(provider: &FakeProvider) -> TestServer {
    TestServer::tuned_on(Sqlite, TestClock::new(), |config| {
        config.single_sign_on = provider.settings();
        config.single_sign_on.login_claim = "login".to_owned();
    })
    .await
}

/// What comes of a token that is made from a right one.
async fn told(make: impl FnOnce(&mut IdToken, &Key) -> String) -> String {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let server = on(&provider).await;
    let away = server.sent_away().await;
    let mut token = IdToken::new(&provider, &away.parameter("nonce"), server.clock.now());
    token.claims["login"] = json!("leader");
    provider.gives(Some(&make(&mut token, &key)));
    let before = rows(server.app().database.reader()).await;
    let refused = refusal(&server.came_back(&away, &away.back(), None).await);
    let after = rows(server.app().database.reader()).await;
    assert_eq!(after["session"] - before["session"], i64::from(refused.is_empty()));
    assert_eq!(after["identity"], i64::from(refused.is_empty()));
    refused
}

fn now() -> i64 {
    TestClock::new().now().timestamp()
}

#[rstest]
#[case::as_it_is(json!({}))]
#[case::for_others_too(json!({ "aud": [CLIENT_ID, "another"], "azp": CLIENT_ID }))]
#[case::of_a_clock_behind(json!({ "iat": now() - 120, "exp": now() - 59 }))]
#[case::of_a_clock_ahead(json!({ "iat": now() + 59, "nbf": now() + 59 }))]
#[case::as_some_providers_write_it(json!({ "email_verified": "true", "updated_at": "2026-11-18T02:00:00.000Z" }))]
#[case::without_a_hash(json!({ "at_hash": null }))]
#[tokio::test]
async fn a_token_that_is_right_is_believed(#[case] claims: Value) {
    let told = told(|token, key| {
        merge(&mut token.claims, claims);
        token.by(key)
    });
    assert_eq!(told.await, "");
}

#[rstest]
#[case::a_text(json!({ "email_verified": "yes", "phone_number_verified": "1" }))]
#[case::a_number(json!({ "email": 7, "name": 1.5, "locale": 8, "zoneinfo": false, "gender": 1 }))]
#[case::a_list(json!({ "name": ["领导", "甲"], "email": ["a@example.org"], "email_verified": [true], "birthdate": [] }))]
#[case::an_object(json!({ "picture": {}, "profile": { "a": 1 }, "updated_at": { "seconds": 1 }, "sid": {} }))]
#[case::an_address(json!({ "address": "滨海路 1 号" }))]
#[case::when(json!({ "auth_time": "1764000000", "updated_at": "yesterday" }))]
#[case::how(json!({ "amr": "pwd", "acr": 1, "c_hash": 5 }))]
#[case::how_else(json!({ "amr": [1, null, "pwd"], "acr": ["a"] }))]
#[case::times_as_text(json!({ "iat": now().to_string(), "exp": (now() + 60).to_string(), "nbf": now().to_string() }))]
#[case::broken_seconds(json!({ "iat": now() as f64 + 0.25, "exp": now() as f64 + 60.75 }))]
#[case::for_us_and_something(json!({ "aud": [CLIENT_ID, 7], "azp": CLIENT_ID }))]
#[tokio::test]
async fn what_nobody_needs_may_be_spelled_otherwise(#[case] claims: Value) {
    let told = told(|token, key| {
        merge(&mut token.claims, claims);
        token.by(key)
    });
    assert_eq!(told.await, "");
}

#[rstest]
#[case::nulls(json!({ "at_hash": null, "azp": null, "nbf": null, "amr": null, "acr": null, "email_verified": null }))]
#[tokio::test]
async fn nothing_is_as_good_as_absent(#[case] claims: Value) {
    let told = told(|token, key| {
        let all = token.claims.as_object_mut().unwrap();
        all.extend(claims.as_object().unwrap().clone());
        token.header["cty"] = Value::Null;
        token.header["crit"] = Value::Null;
        token.by(key)
    });
    assert_eq!(told.await, "");
}

#[rstest]
#[case::issuer(json!({ "iss": 7 }), UNAVAILABLE)]
#[case::subject(json!({ "sub": 7 }), UNAVAILABLE)]
#[case::expiry(json!({ "exp": "soon" }), UNAVAILABLE)]
#[case::expired_as_text(json!({ "exp": (now() - 61).to_string() }), FAILED)]
#[case::not_valid_yet_as_text(json!({ "nbf": (now() + 61).to_string() }), FAILED)]
#[case::audience(json!({ "aud": { "onsite": true } }), FAILED)]
#[case::among_odd_ones(json!({ "aud": [CLIENT_ID, 7] }), FAILED)]
#[case::party(json!({ "azp": 7 }), FAILED)]
#[case::attempt(json!({ "nonce": 7 }), FAILED)]
#[case::hash(json!({ "at_hash": 7 }), FAILED)]
#[tokio::test]
async fn what_is_needed_must_be_right_however_it_is_spelled(#[case] claims: Value, #[case] refused: &str) {
    let told = told(|token, key| {
        merge(&mut token.claims, claims);
        token.by(key)
    });
    assert_eq!(told.await, refused);
}

#[rstest]
#[case::an_access_token(json!({ "typ": "at+jwt" }))]
#[case::a_nested_one(json!({ "cty": "JWT" }))]
#[case::with_something_to_be_understood(json!({ "crit": ["b64"], "b64": false }))]
#[tokio::test]
async fn what_is_no_id_token_is_none(#[case] header: Value) {
    let told = told(|token, key| {
        merge(&mut token.header, header);
        token.by(key)
    });
    assert_eq!(told.await, FAILED);
}

#[rstest]
#[case::seconds_as_text(json!({ "expires_in": "3599" }))]
#[case::broken_seconds(json!({ "expires_in": 3599.5 }))]
#[case::no_seconds(json!({ "expires_in": null, "refresh_token": null, "scope": null }))]
#[case::scopes_as_a_list(json!({ "scope": ["openid", "profile"] }))]
#[case::another_kind(json!({ "token_type": "bEaReR" }))]
#[case::a_kind_nobody_knows(json!({ "token_type": 7 }))]
#[case::no_kind(json!({ "token_type": null }))]
#[case::more(json!({ "refresh_token": 7, "ext_expires_in": "0", "not-before-policy": "0", "session_state": {} }))]
#[tokio::test]
async fn an_answer_to_a_code_may_be_spelled_as_it_likes(#[case] members: Value) {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let server = on(&provider).await;
    let away = server.sent_away().await;
    let mut token = IdToken::new(&provider, &away.parameter("nonce"), server.clock.now());
    token.claims["login"] = json!("leader");
    let mut answer = json!({ "access_token": "an access token", "token_type": "Bearer", "id_token": token.by(&key) });
    answer.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    provider.answers("/token", StatusCode::OK, answer.to_string());
    assert_eq!(refusal(&server.came_back(&away, &away.back(), None).await), "");
}

#[rstest]
#[case::described_oddly(json!({ "error": "invalid_grant", "error_description": ["used"], "error_uri": null, "code": 7 }), FAILED)]
#[case::not_named(json!({ "error": { "code": 7 } }), UNAVAILABLE)]
#[tokio::test]
async fn a_refusal_may_be_spelled_as_it_likes(#[case] body: Value, #[case] refused: &str) {
    let provider = FakeProvider::start(&Key::new("first")).await;
    let server = on(&provider).await;
    provider.answers("/token", StatusCode::BAD_REQUEST, body.to_string());
    let away = server.sent_away().await;
    assert_eq!(refusal(&server.came_back(&away, &away.back(), None).await), refused);
}

#[rstest]
#[case::nothing_but_what_is_needed(json!({ "response_types_supported": null, "subject_types_supported": null,
    "id_token_signing_alg_values_supported": null }))]
#[case::odd_lists(json!({ "response_types_supported": "code", "subject_types_supported": 7, "scopes_supported": {},
    "id_token_signing_alg_values_supported": [1], "claims_supported": "sub", "grant_types_supported": [null] }))]
#[case::odd_endpoints(json!({ "userinfo_endpoint": "not a URL", "registration_endpoint": 7, "op_policy_uri": "",
    "service_documentation": false, "end_session_endpoint": [] }))]
#[case::one_method(json!({ "token_endpoint_auth_methods_supported": "client_secret_post" }))]
#[case::odd_methods(json!({ "token_endpoint_auth_methods_supported": ["client_secret_post", 7, "tls_something"] }))]
#[case::odd_flags(json!({ "claims_parameter_supported": "yes", "require_request_uri_registration": "false" }))]
#[tokio::test]
async fn a_discovery_document_may_be_spelled_as_it_likes(#[case] members: Value) {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let mut document = provider.discovery();
    let only_post = members["token_endpoint_auth_methods_supported"].to_string().contains("client_secret_post");
    merge(&mut document, members);
    provider.discovers(&document);
    let server = on(&provider).await;
    let named = |token: &mut IdToken| token.claims["login"] = json!("leader");
    assert_eq!(refusal(&server.told_by(&provider, &key, named).await), "");
    assert_eq!(provider.heard("/token").pop().unwrap().contains("client_secret="), only_post);
}

#[tokio::test]
async fn keys_of_unknown_kinds_hide_no_known_one() {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let mut known = key.public();
    merge(&mut known, json!({ "x5c": "not a list", "key_ops": "verify", "nbf": "0", "use": ["sig"], "ext": 1 }));
    let keys = json!({ "keys": [
        { "kty": "AKP", "alg": "ML-DSA-44", "kid": "first", "pub": "AAAA" }, { "kty": 7 }, { "kid": "first" }, null, 7, "key",
        { "kty": "oct", "k": "c2VjcmV0", "kid": "first" }, { "kty": "RSA", "n": 7, "e": [], "kid": "first" },
        { "kty": "EC", "crv": "P-512", "x": "AAAA", "y": "AAAA", "kid": "first" }, known,
    ], "more": 1 });
    provider.answers("/jwks", StatusCode::OK, keys.to_string());
    let server = on(&provider).await;
    let named = |token: &mut IdToken| token.claims["login"] = json!("leader");
    assert_eq!(refusal(&server.told_by(&provider, &key, named).await), "");
    // Nor does one that is the client's secret, or everybody's, make a signature.
    let away = server.sent_away().await;
    let mut token = IdToken::new(&provider, &away.parameter("nonce"), server.clock.now());
    token.header = json!({ "alg": "HS256", "kid": "first" });
    provider.gives(Some(&token.by_secret(None)));
    assert_eq!(refusal(&server.came_back(&away, &away.back(), None).await), FAILED);
}

#[rstest]
#[case::a_number(json!(10_023), "10023")]
#[case::one_of_one(json!(["leader"]), "leader")]
#[tokio::test]
async fn a_name_is_read_from_what_plainly_is_one(#[case] claim: Value, #[case] login: &str) {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let server = on(&provider).await;
    if login != "leader" {
        let new = server::app::NewAccount {
            login: login.to_owned(),
            password: PASSWORD.into(),
            role: entity::values::AccountRole::Analyst,
            person: None,
        };
        server.app().add_account(new).await.unwrap();
    }
    assert_eq!(refusal(&server.told_by(&provider, &key, |token| token.claims["login"] = claim).await), "");
}

/// With these; without what is null.
fn merge(claims: &mut Value, changes: Value) {
    let Value::Object(changes) = changes else { panic!("{changes}") };
    let claims = claims.as_object_mut().unwrap();
    for (name, value) in changes {
        if value.is_null() {
            claims.remove(&name)
        } else {
            claims.insert(name, value)
        };
    }
}

#[rstest]
#[case::of_another_issuer(json!({ "iss": "https://login.example" }))]
#[case::for_another(json!({ "aud": "another" }))]
#[case::for_nobody(json!({ "aud": null }))]
#[case::for_no_one_of_many(json!({ "aud": [] }))]
#[case::for_many_made_for_none(json!({ "aud": [CLIENT_ID, "another"] }))]
#[case::for_many_made_for_another(json!({ "aud": [CLIENT_ID, "another"], "azp": "another" }))]
#[case::made_for_another(json!({ "azp": "another" }))]
#[case::expired(json!({ "exp": now() - 61 }))]
#[case::not_issued_yet(json!({ "iat": now() + 61 }))]
#[case::issued_long_ago(json!({ "iat": now() - 661 }))]
#[case::not_valid_yet(json!({ "nbf": now() + 61 }))]
#[case::of_another_attempt(json!({ "nonce": "another" }))]
#[case::of_no_attempt(json!({ "nonce": null }))]
#[case::of_another_access_token(json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }))]
#[case::about_an_empty_name(json!({ "sub": "" }))]
#[case::about_a_long_name(json!({ "sub": "s".repeat(256) }))]
#[case::about_a_name_that_cannot_be_kept(json!({ "sub": "a\0b" }))]
#[tokio::test]
async fn a_token_that_is_wrong_is_not(#[case] claims: Value) {
    let told = told(|token, key| {
        merge(&mut token.claims, claims);
        token.by(key)
    });
    assert_eq!(told.await, FAILED);
}

#[rstest]
#[tokio::test]
async fn what_lacks_a_claim_that_every_id_token_has_is_none(#[values("iss", "sub", "exp", "iat")] claim: &str) {
    let told = told(|token, key| {
        merge(&mut token.claims, json!({ claim: null }));
        token.by(key)
    });
    assert_eq!(told.await, UNAVAILABLE);
}

#[tokio::test]
async fn a_signature_is_by_the_providers_key_and_by_nothing_else() {
    let another = Key::new("first");
    let unsigned = |alg: &str, token: &mut IdToken| {
        token.header["alg"] = json!(alg);
        token.unsigned()
    };
    let secret = |token: &mut IdToken, key: Option<&Key>| {
        token.header = json!({ "alg": "HS256" });
        token.by_secret(key)
    };
    let changed = |token: &mut IdToken, key: &Key| {
        let signed = token.by(key);
        token.claims["login"] = json!("office");
        let signature = signed.rsplit('.').next().unwrap();
        format!("{}.{signature}", token.unsigned().rsplit_once('.').unwrap().0)
    };
    let refused = [
        ("no signature", told(|token, _| unsigned("none", token)).await),
        ("an empty signature", told(|token, _| unsigned("ES256", token)).await),
        ("by the client's secret", told(|token, _| secret(token, None)).await),
        ("by the public key as a secret", told(|token, key| secret(token, Some(key))).await),
        ("by another key of that name", told(|token, _| token.by(&another)).await),
        (
            "by an unknown key",
            told(|token, key| {
                token.header["kid"] = json!("second");
                token.by(key)
            })
            .await,
        ),
        (
            "of another kind",
            told(|token, key| {
                token.header["alg"] = json!("RS256");
                token.by(key)
            })
            .await,
        ),
        ("of something else", told(changed).await),
    ];
    for (what, told) in refused {
        assert_eq!(told, FAILED, "{what}");
    }
    // These can't even be read.
    assert_eq!(told(|_, _| "nothing".to_owned()).await, UNAVAILABLE);
    let unknown = told(|token, key| {
        token.header["alg"] = json!("ROT13");
        token.by(key)
    });
    assert_eq!(unknown.await, UNAVAILABLE);
}

#[tokio::test]
async fn an_answer_without_an_id_token_signs_nobody_in() {
    let provider = FakeProvider::start(&Key::new("first")).await;
    let server = on(&provider).await;
    let away = server.sent_away().await;
    provider.gives(None);
    assert_eq!(refusal(&server.came_back(&away, &away.back(), None).await), FAILED);
}

#[tokio::test]
async fn what_is_sent_to_the_provider_is_what_it_needs_and_nothing_else() {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let server = on(&provider).await;
    let away = server.sent_away().await;
    let parameters = ["response_type", "client_id", "redirect_uri", "scope", "code_challenge_method"];
    let sent = parameters.map(|name| away.parameter(name));
    assert_eq!(sent, ["code", CLIENT_ID, "https://dashboard.example/signed-in", "openid", "S256"]);
    assert!(!away.url.contains(&away.binding));
    server.came_back(&away, &away.back(), None).await;
    let heard = provider.heard("/token").pop().unwrap();
    let form: Vec<(&str, &str)> = heard.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
    let verifier = form.iter().find(|(name, _)| *name == "code_verifier").unwrap().1;
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)), away.parameter("code_challenge"));
    assert!(!heard.contains("secret") && !heard.contains(&away.binding), "{heard}");
    // Nothing of what would be needed to complete it is kept.
    let kept = entity_rows(&server).await;
    for secret in [&away.binding, &away.parameter("state"), &away.parameter("nonce"), &verifier.to_owned()] {
        assert!(!kept.contains(secret.as_str()));
    }
}

async fn entity_rows(server: &TestServer) -> String {
    use sea_orm::EntityTrait;
    let rows = entity::single_sign_on_attempt::Entity::find().all(server.app().database.reader()).await.unwrap();
    assert!(!rows.is_empty());
    format!("{rows:?}")
}

#[tokio::test]
async fn new_keys_are_fetched_but_not_for_everyone_who_makes_one_up() {
    let (first, second) = (Key::new("first"), Key::new("second"));
    let provider = FakeProvider::start(&first).await;
    let server = on(&provider).await;
    let told = async |key: &Key, name: &str| {
        let change = |token: &mut IdToken| {
            token.header["kid"] = json!(name);
            token.claims["login"] = json!("leader");
        };
        refusal(&server.told_by(&provider, key, change).await)
    };
    assert_eq!(told(&first, "first").await, "");
    provider.has_keys(&[&second]);
    assert_eq!(told(&second, "second").await, FAILED, "keys are a moment old");
    assert_eq!(provider.heard("/jwks").len(), 1);
    server.clock.advance(TimeDelta::minutes(1));
    assert_eq!(told(&second, "second").await, "");
    assert_eq!(told(&Key::new("third"), "third").await, FAILED);
    assert_eq!(provider.heard("/jwks").len(), 2);
    assert_eq!(told(&first, "first").await, FAILED, "it was given up");
    // A key that was given up is not believed for long, even if nobody brings a new one.
    provider.has_keys(&[&first]);
    assert_eq!(told(&second, "second").await, "");
    server.clock.advance(TimeDelta::hours(1));
    assert_eq!(told(&second, "second").await, FAILED);
}

#[rstest]
#[case::not_found(StatusCode::NOT_FOUND, b"{}".to_vec())]
#[case::broken(StatusCode::INTERNAL_SERVER_ERROR, b"oops".to_vec())]
#[case::garbage(StatusCode::OK, vec![0xff; 1000])]
#[case::another_document(StatusCode::OK, b"[1, 2, 3]".to_vec())]
#[case::empty(StatusCode::OK, Vec::new())]
#[case::ten_megabytes(StatusCode::OK, vec![b' '; 10 << 20])]
#[case::elsewhere(StatusCode::FOUND, Vec::new())]
#[tokio::test]
async fn a_provider_that_breaks_is_told_apart_from_one_that_refuses(
    #[case] status: StatusCode,
    #[case] body: Vec<u8>,
    #[values(DISCOVERY, "/jwks", "/token")] path: &'static str,
) {
    let key = Key::new("first");
    let provider = FakeProvider::start(&key).await;
    let server = on(&provider).await;
    provider.answers(path, status, body);
    if path == "/token" {
        let away = server.sent_away().await;
        assert_eq!(refusal(&server.came_back(&away, &away.back(), None).await), UNAVAILABLE);
    } else {
        let begun = server.begin_single_sign_on().await;
        assert_eq!(begun.user_errors("beginSingleSignOn")[0].0, UNAVAILABLE);
        assert_eq!(begun.at("/beginSingleSignOn/authorizationUrl"), &Value::Null);
        // It is not asked again at once, but soon.
        let asked = provider.heard(DISCOVERY).len();
        provider.discovers(&provider.discovery());
        provider.has_keys(&[&key]);
        assert_eq!(server.begin_single_sign_on().await.user_errors("beginSingleSignOn")[0].0, UNAVAILABLE);
        assert_eq!(provider.heard(DISCOVERY).len(), asked);
        server.clock.advance(TimeDelta::seconds(5));
        server.sent_away().await;
    }
    assert!(provider.heard("/elsewhere").is_empty(), "redirects are not followed");
}

#[rstest]
#[case::another_issuer("issuer", json!("https://login.example"))]
#[case::a_script("authorization_endpoint", json!("javascript:alert(1)"))]
#[case::in_the_clear("authorization_endpoint", json!("http://login.example/auth"))]
#[case::codes_in_the_clear("token_endpoint", json!("http://login.example/token"))]
#[case::keys_in_the_clear("jwks_uri", json!("http://login.example/jwks"))]
#[case::no_keys("jwks_uri", Value::Null)]
#[case::no_token_endpoint("token_endpoint", Value::Null)]
#[tokio::test]
async fn a_discovery_document_that_leads_astray_is_not_followed(#[case] member: &str, #[case] value: Value) {
    let provider = FakeProvider::start(&Key::new("first")).await;
    let server = on(&provider).await;
    let mut document = provider.discovery();
    merge(&mut document, json!({ member: value }));
    provider.discovers(&document);
    assert_eq!(server.begin_single_sign_on().await.user_errors("beginSingleSignOn")[0].0, UNAVAILABLE);
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_no_server_from_starting() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let server = TestServer::tuned(|config| {
        config.single_sign_on.issuer = Some(format!("http://127.0.0.1:{port}"));
        config.single_sign_on.client_id = Some(CLIENT_ID.to_owned());
        config.single_sign_on.redirect_uri = Some("http://localhost/".to_owned());
    })
    .await;
    assert_eq!(server.begin_single_sign_on().await.user_errors("beginSingleSignOn")[0].0, UNAVAILABLE);
    let offered = server.nobody().ask("{ singleSignOn { issuer } }", json!({})).await;
    assert!(offered.at("/singleSignOn/issuer").is_string());
}

#[tokio::test]
async fn a_provider_that_never_answers_is_given_up() {
    // Connections are made, and nobody takes them.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = TestServer::tuned(|config| {
        config.single_sign_on.issuer = Some(format!("http://{}", silent.local_addr().unwrap()));
        config.single_sign_on.client_id = Some(CLIENT_ID.to_owned());
        config.single_sign_on.redirect_uri = Some("http://localhost/".to_owned());
    })
    .await;
    // Whoever comes meanwhile doesn't wait for as long once more.
    let both = async { tokio::join!(server.begin_single_sign_on(), server.begin_single_sign_on()) };
    let (one, two) = tokio::time::timeout(Duration::from_secs(15), both).await.unwrap();
    for answer in [one, two] {
        assert_eq!(answer.user_errors("beginSingleSignOn")[0].0, UNAVAILABLE);
    }
}
