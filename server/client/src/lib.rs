//! The phone, as a typed client of Onsite's API: it signs in, uploads photos, sends check-ins that its device may have
//! signed, and follows what is judged. `onsite demo` acts by it, and so do the stories in `tests/`.
//!
//! Two doors. What a phone does has a method with typed input and a typed answer. Beside it stands a raw one, for
//! whoever means to send something else or to look at an answer as it came: [`Client::post`] takes any document,
//! [`Client::change`] any input, [`Client::put`] any bytes, and [`connect`] opens a socket on which anything can be said.

mod answer;
mod check_in;
mod device;
mod event_stream;
mod input;
mod judgement;
mod photo;
mod socket;

use answer::user_error;
use reqwest::{Method, RequestBuilder};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt;

pub use answer::{Answer, Error, RequestError, UserError, only_field};
pub use check_in::{Assessment, CheckIn, CheckInPayload, Decided, Decision, Finding, Judged, Photo, Visit};
pub use device::Device;
pub use event_stream::{EventStream, StreamEvent};
pub use input::{CheckInInput, DeviceSignatureInput, FixInput, UptimeInput};
pub use judgement::{LiveCheckIn, LiveVisit, Named, VISIT_RECORDED, VisitRecorded};
pub use photo::{StoreRefusal, Ticket, Upload, Uploaded, sha256};
pub use socket::{Closed, Message, PROTOCOL, Said, Socket, Stream, connect};

/// What is asked of every user error, so that it reads as a [`UserError`].
pub const USER_ERROR: &str = user_error!();

/// Someone's client of a server, signed in or not.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    server: String,
    authorization: Option<String>,
}

impl fmt::Debug for Client {
    /// Without the token, which would open the session to whoever reads a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Client {
    /// One of nobody, of the server at this address, such as `http://127.0.0.1:8080`.
    pub fn new(http: reqwest::Client, server: impl Into<String>) -> Self {
        Self { http, server: server.into(), authorization: None }
    }

    /// The same, sending this as its `Authorization`, whatever it is.
    pub fn with_authorization(self, authorization: impl Into<String>) -> Self {
        Self { authorization: Some(authorization.into()), ..self }
    }

    /// The same, of whoever has this token.
    pub fn with_token(self, token: &str) -> Self {
        self.with_authorization(format!("Bearer {token}"))
    }

    /// The token it sends.
    pub fn token(&self) -> Option<&str> {
        self.authorization.as_deref()?.strip_prefix("Bearer ")
    }

    /// The server's address.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Signs in, and gives the client of that session.
    ///
    /// # Errors
    /// When the server can't be reached, or refuses.
    pub async fn sign_in(&self, login: &str, password: &str, device_name: &str) -> Result<Self, Error> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct SignedIn {
            token: Option<String>,
            user_errors: Vec<UserError>,
        }
        let input = json!({ "login": login, "password": password, "deviceName": device_name });
        let fields = concat!("token userErrors { ", user_error!(), " }");
        let signed_in: SignedIn = self.change("signIn", &input, fields).await?.field()?;
        let token = signed_in.token.ok_or(Error::Refused(signed_in.user_errors))?;
        Ok(self.clone().with_token(&token))
    }

    /// Asks, and gives the value of the document's one field.
    ///
    /// # Errors
    /// When the server can't be reached, answers with errors, or with something of another shape.
    pub async fn ask<T: DeserializeOwned>(&self, document: &str, variables: Value) -> Result<T, Error> {
        self.post(document, variables).await?.field()
    }

    /// Does the mutation of this name, and gives back these fields of its payload. Its input is called after it, as that
    /// of `checkIn` is called `CheckInInput`.
    ///
    /// # Errors
    /// When the server can't be reached, or the input can't be written as JSON.
    pub async fn change(&self, mutation: &str, input: &impl Serialize, fields: &str) -> Result<Answer, Error> {
        let (first, rest) = mutation.split_at(mutation.chars().next().map_or(0, char::len_utf8));
        let input_type = format!("{}{rest}Input", first.to_uppercase());
        let document = format!("mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ {fields} }} }}");
        self.post(&document, json!({ "input": serde_json::to_value(input)? })).await
    }

    /// Posts a document with its variables, whatever comes of it.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub async fn post(&self, document: &str, variables: Value) -> Result<Answer, Error> {
        let body = json!({ "query": document, "variables": variables });
        self.send(self.request(Method::POST, "/graphql").json(&body)).await
    }

    /// A request to the server, with this client's authorisation.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.server));
        match &self.authorization {
            Some(authorization) => request.header("authorization", authorization),
            None => request,
        }
    }

    /// Sends a request, whatever comes of it.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, Error> {
        Answer::read(request.send().await?).await
    }
}
