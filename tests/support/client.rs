//! A client of the GraphQL endpoint, and the answers it gets.

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

const SIGN_IN: &str = "mutation($input: SignInInput!) { signIn(input: $input) {
    token expiresAt viewer { role person { name } } userErrors { code field zh: message en: message(language: EN) } } }";

/// What a server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// How many SQL statements it took.
    pub(crate) statements: u64,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let timing = response.headers().get("server-timing").and_then(|timing| timing.to_str().ok());
        let statements = timing.and_then(|timing| timing.split('"').nth(1)?.parse().ok()).unwrap_or(0);
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, body, statements }
    }

    /// The data at a JSON pointer, of an answer without errors.
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        assert!(self.body.get("errors").is_none(), "{:#}", self.body);
        self.body["data"].pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}: {:#}", self.body))
    }

    /// The rows at a JSON pointer.
    pub(crate) fn list(&self, pointer: &str) -> &Vec<Value> {
        self.at(pointer).as_array().unwrap_or_else(|| panic!("no list at {pointer}: {:#}", self.body))
    }

    /// The text at a JSON pointer.
    pub(crate) fn text(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer}: {:#}", self.body)).to_owned()
    }

    /// The code of the first error.
    pub(crate) fn error(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {:#}", self.body))
    }

    /// Code and field of each user error of a mutation.
    pub(crate) fn user_errors(&self, mutation: &str) -> Vec<(String, String)> {
        user_errors(self.at(&format!("/{mutation}")))
    }
}

/// Code and field of each user error of a payload, the field with dots.
pub(crate) fn user_errors(payload: &Value) -> Vec<(String, String)> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("no userErrors: {payload:#}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let field = |error: &Value| error["field"].as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(".");
    errors.iter().map(|error| (text(&error["code"]), field(error))).collect()
}

/// Someone's GraphQL client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    authorization: Option<String>,
}

impl Client {
    /// One that sends this as its `Authorization`.
    pub(crate) fn new(url: String, authorization: Option<String>) -> Self {
        Self { http: http(), url, authorization }
    }

    pub(crate) fn with_token(url: String, token: &str) -> Self {
        Self::new(url, Some(format!("Bearer {token}")))
    }

    /// The token it sends.
    pub(crate) fn token(&self) -> Option<String> {
        self.authorization.as_ref()?.strip_prefix("Bearer ").map(str::to_owned)
    }

    /// Asks, whatever comes of it.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Answer {
        self.send(self.http.post(self.endpoint()).json(&json!({ "query": query, "variables": variables }))).await
    }

    /// Posts a body as it stands.
    pub(crate) async fn post(&self, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        self.send(self.http.post(self.endpoint()).header("content-type", content_type).body(body)).await
    }

    /// Asks by GET.
    pub(crate) async fn get(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        let url = reqwest::Url::parse_with_params(&format!("{}{path}", self.url), parameters).unwrap();
        self.send(self.http.get(url)).await
    }

    pub(crate) async fn sign_in(&self, login: &str, password: &str) -> Answer {
        self.ask(SIGN_IN, json!({ "input": { "login": login, "password": password } })).await
    }

    fn endpoint(&self) -> String {
        format!("{}/graphql", self.url)
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        let request = match &self.authorization {
            Some(authorization) => request.header("authorization", authorization),
            None => request,
        };
        Answer::of(request.send().await.unwrap()).await
    }
}

/// An HTTP client that asks nobody but the server.
pub(crate) fn http() -> reqwest::Client {
    // No certificates: reading the system's takes longer than most stories.
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}
