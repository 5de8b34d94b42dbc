//! A client of the GraphQL endpoint, and the answers it gets: as the typed client has them, but that a story fails where
//! something does not come about.

use std::ops::Deref;

use ::client::USER_ERROR;
use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};

/// What a server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// How many SQL statements it took.
    pub(crate) statements: u64,
}

impl From<::client::Answer> for Answer {
    fn from(::client::Answer { status, headers, body }: ::client::Answer) -> Self {
        let timing = headers.get("server-timing").and_then(|timing| timing.to_str().ok());
        let statements = timing.and_then(|timing| timing.split('"').nth(1)?.parse().ok()).unwrap_or(0);
        Self { status, body, statements }
    }
}

impl Answer {
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

    /// A mutation was refused for one reason: with this code, about this field such as `input.note`, or about none.
    #[track_caller]
    pub(crate) fn refuses(&self, mutation: &str, code: &str, field: &str) {
        assert_eq!(self.user_errors(mutation), [(code.to_owned(), field.to_owned())], "{:#}", self.body);
    }
}

/// Code and field of each user error of a payload, the field with dots.
pub(crate) fn user_errors(payload: &Value) -> Vec<(String, String)> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("no userErrors: {payload:#}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let field = |error: &Value| error["field"].as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(".");
    errors.iter().map(|error| (text(&error["code"]), field(error))).collect()
}

/// Someone's client of a server in a story.
#[derive(Clone, Debug)]
pub(crate) struct Client(::client::Client);

impl Deref for Client {
    type Target = ::client::Client;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Client {
    /// One that sends this as its `Authorization`.
    pub(crate) fn new(url: String, authorization: Option<String>) -> Self {
        let client = ::client::Client::new(http(), url);
        Self(authorization.into_iter().fold(client, ::client::Client::with_authorization))
    }

    pub(crate) fn with_token(url: String, token: &str) -> Self {
        Self(::client::Client::new(http(), url).with_token(token))
    }

    /// Asks, whatever comes of it.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Answer {
        self.0.post(query, variables).await.unwrap().into()
    }

    /// Does a mutation, whatever comes of it.
    pub(crate) async fn change(&self, mutation: &str, input: impl Serialize, fields: &str) -> Answer {
        self.0.change(mutation, &input, fields).await.unwrap().into()
    }

    /// Posts a body as it stands.
    pub(crate) async fn post(&self, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.0.request(Method::POST, "/graphql").header("content-type", content_type).body(body);
        self.0.send(request).await.unwrap().into()
    }

    /// Asks by GET.
    pub(crate) async fn get(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        let path = reqwest::Url::parse_with_params(&format!("{}{path}", self.server()), parameters).unwrap();
        let path = path.as_str().strip_prefix(self.server()).unwrap();
        self.0.send(self.0.request(Method::GET, path)).await.unwrap().into()
    }

    pub(crate) async fn sign_in(&self, login: &str, password: &str) -> Answer {
        let fields = format!("token expiresAt viewer {{ role person {{ name }} }} userErrors {{ {USER_ERROR} }}");
        self.change("signIn", json!({ "login": login, "password": password }), &fields).await
    }
}

/// An HTTP client that asks nobody but the server.
pub(crate) fn http() -> reqwest::Client {
    // No certificates: reading the system's takes longer than most stories.
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}
