//! A provider that says whatever a story has it say: a real one never lies.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use server::identity_provider::SingleSignOnSettings;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use super::provider::REDIRECT_URI;

pub(crate) const CLIENT_ID: &str = "onsite";
const CLIENT_SECRET: &str = "a secret of thirty-two characters";
pub(crate) const ACCESS_TOKEN: &str = "an access token";

/// What it answers at a path, and what it was asked.
#[derive(Debug, Default)]
struct Says {
    at: Vec<(&'static str, StatusCode, Vec<u8>)>,
    heard: Vec<(String, String)>,
}

/// A provider that says whatever a story has it say.
#[derive(Debug)]
pub(crate) struct FakeProvider {
    pub(crate) issuer: String,
    says: Arc<Mutex<Says>>,
}

impl FakeProvider {
    /// One that discovers itself rightly, and has this key.
    pub(crate) async fn start(key: &Key) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let says = Arc::new(Mutex::new(Says::default()));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&says));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let provider = Self { issuer, says };
        provider.discovers(&provider.discovery());
        provider.has_keys(&[key]);
        provider
    }

    /// A discovery document that is right.
    pub(crate) fn discovery(&self) -> Value {
        let issuer = &self.issuer;
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        })
    }

    pub(crate) fn settings(&self) -> SingleSignOnSettings {
        SingleSignOnSettings {
            issuer: Some(self.issuer.clone()),
            client_id: Some(CLIENT_ID.to_owned()),
            client_secret: Some(CLIENT_SECRET.into()),
            redirect_uri: Some(REDIRECT_URI.to_owned()),
            ..SingleSignOnSettings::default()
        }
    }

    /// Has it answer so at a path from now on.
    pub(crate) fn answers(&self, path: &'static str, status: StatusCode, body: impl Into<Vec<u8>>) {
        let at = &mut self.says.lock().unwrap().at;
        at.retain(|(known, ..)| *known != path);
        at.push((path, status, body.into()));
    }

    pub(crate) fn discovers(&self, document: &Value) {
        self.answers("/.well-known/openid-configuration", StatusCode::OK, document.to_string());
    }

    pub(crate) fn has_keys(&self, keys: &[&Key]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.public()).collect();
        self.answers("/jwks", StatusCode::OK, json!({ "keys": keys }).to_string());
    }

    /// Has it give this ID token for whatever code.
    pub(crate) fn gives(&self, id_token: Option<&str>) {
        let mut body = json!({ "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 60 });
        if let Some(id_token) = id_token {
            body["id_token"] = json!(id_token);
        }
        self.answers("/token", StatusCode::OK, body.to_string());
    }

    /// What it was asked at a path, the bodies.
    pub(crate) fn heard(&self, path: &str) -> Vec<String> {
        let heard = &self.says.lock().unwrap().heard;
        heard.iter().filter(|(at, _)| at == path).map(|(_, body)| body.clone()).collect()
    }
}

async fn answer(State(says): State<Arc<Mutex<Says>>>, uri: Uri, body: String) -> Response {
    let mut says = says.lock().unwrap();
    says.heard.push((uri.path().to_owned(), body));
    let found = says.at.iter().find(|(path, ..)| *path == uri.path());
    let (status, body) = found.map_or((StatusCode::NOT_FOUND, Vec::new()), |(_, status, body)| (*status, body.clone()));
    let location = [("content-type", "application/json"), ("location", "/elsewhere")];
    (status, location, body).into_response()
}

/// A key that ID tokens are signed with: ES256.
#[derive(Debug)]
pub(crate) struct Key {
    id: &'static str,
    pair: EcdsaKeyPair,
}

impl Key {
    pub(crate) fn new(id: &'static str) -> Self {
        Self { id, pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap() }
    }

    pub(crate) fn public(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let [x, y] = [x, y].map(|half| URL_SAFE_NO_PAD.encode(half));
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": x, "y": y })
    }
}

/// An ID token, before it is signed.
#[derive(Clone, Debug)]
pub(crate) struct IdToken {
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl IdToken {
    /// One that is right in every way.
    pub(crate) fn new(provider: &FakeProvider, nonce: &str, now: DateTime<Utc>) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(ACCESS_TOKEN)[..16]);
        let claims = json!({
            "iss": provider.issuer,
            "sub": "subject of leader",
            "aud": CLIENT_ID,
            "iat": now.timestamp(),
            "exp": (now + TimeDelta::minutes(5)).timestamp(),
            "nonce": nonce,
            "at_hash": hash,
        });
        Self { header: json!({ "alg": "ES256", "kid": "first" }), claims }
    }

    fn signed(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(&self.header), part(&self.claims))
    }

    fn with(&self, signature: &[u8]) -> String {
        format!("{}.{}", self.signed(), URL_SAFE_NO_PAD.encode(signature))
    }

    pub(crate) fn by(&self, key: &Key) -> String {
        self.with(key.pair.sign(&SystemRandom::new(), self.signed().as_bytes()).unwrap().as_ref())
    }

    pub(crate) fn unsigned(&self) -> String {
        self.with(&[])
    }

    /// By what the client proves itself with, or by the key that everyone knows: HS256.
    pub(crate) fn by_secret(&self, public: Option<&Key>) -> String {
        let secret = public.map_or_else(|| CLIENT_SECRET.as_bytes(), |key| key.pair.public_key().as_ref());
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        self.with(hmac::sign(&key, self.signed().as_bytes()).as_ref())
    }
}
