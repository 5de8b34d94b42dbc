//! A phone: an HTTP client that signs in, uploads photos and checks in, by the clock it has.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    digest::Sha256Digest,
    projects::datum::{Position, from_wgs84},
};
use entity::values::Datum;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    PATIENCE, Undone, failed,
    wire::{self, Answer, Answers, CheckIn, CheckInInput, FixInput, SignedIn, Upload, UploadPayload, UserError},
};
use crate::clock::Clock;

/// How old the fixes are when a check-in is captured.
const FIX_AGE: TimeDelta = TimeDelta::seconds(4);

/// Someone signed in on a device.
#[derive(Clone, Debug)]
pub(super) struct Phone {
    http: reqwest::Client,
    graphql: String,
    token: String,
    clock: Clock,
    /// How much the device's clock is ahead of the true time.
    ahead: TimeDelta,
}

/// A check-in as its phone keeps it until it is sent.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Made on the phone.
    pub(super) id: Uuid,
    /// The project's global id.
    pub(super) project: String,
    /// When it really happened.
    pub(super) at: DateTime<Utc>,
    /// Where, as the phone measured it: WGS-84.
    pub(super) position: Position,
    /// The datum the phone tells it in.
    pub(super) datum: Datum,
    /// 68 % radius, metres.
    pub(super) accuracy_m: f64,
    /// Global ids.
    pub(super) photos: Vec<String>,
}

/// Leave to upload one photo.
#[derive(Debug)]
pub(super) struct Ticket {
    /// The photo's global id.
    pub(super) photo: String,
    upload: Upload,
}

/// What the object store said to an upload.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Uploaded {
    /// HTTP status.
    pub(super) status: u16,
    /// Code and texts of the refusal, if it was one.
    pub(super) refusal: Option<Refusal>,
}

/// Why the object store refused.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) message_zh: String,
}

#[derive(Deserialize)]
struct Refused {
    error: Refusal,
}

/// An answer of which the document asks one field.
#[derive(Deserialize)]
struct Response<T> {
    data: Option<HashMap<String, T>>,
    #[serde(default)]
    errors: Vec<Value>,
}

impl Phone {
    /// Signs in at a server, on a device whose clock is right.
    pub(super) async fn sign_in(server: &str, clock: &Clock, login: &str, password: &str) -> Result<Self, Undone> {
        let mut phone = Self {
            // The server is on this machine, where no proxy reaches it.
            http: reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?,
            graphql: format!("{server}/graphql"),
            token: String::new(),
            clock: clock.clone(),
            ahead: TimeDelta::zero(),
        };
        let input = json!({ "input": { "login": login, "password": password, "deviceName": "onsite demo" } });
        let signed_in: SignedIn = phone.ask("signing in", wire::SIGN_IN, input).await?;
        phone.token = signed_in.token.ok_or_else(|| refused("signing in", &signed_in.user_errors))?;
        Ok(phone)
    }

    /// The same session on a device whose clock is so much ahead.
    pub(super) fn with_clock_ahead(&self, ahead: TimeDelta) -> Self {
        Self { ahead, ..self.clone() }
    }

    /// The session's token.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Asks the server, and returns the value of the document's one field; `what` is told if that fails.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        what: &str,
        document: &str,
        variables: Value,
    ) -> Result<T, Undone> {
        let mut request = self.http.post(&self.graphql).json(&json!({ "query": document, "variables": variables }));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let answer = request.send().await.map_err(|error| failed(what, error))?;
        let Response { data, errors } = answer.json().await.map_err(|error| failed(what, error))?;
        match data.and_then(|data| data.into_values().next()) {
            Some(value) if errors.is_empty() => Ok(value),
            _ => Err(Undone(vec![format!("{what}: the server answered {}", Value::Array(errors))])),
        }
    }

    /// Asks for leave to upload a photo.
    pub(super) async fn request_upload(&self, photo: &[u8]) -> Result<Ticket, Undone> {
        let what = "asking for an upload";
        let sha256 = Sha256Digest::from_bytes(Sha256::digest(photo).into()).to_string();
        let input = json!({ "input": { "contentType": "image/jpeg", "byteSize": photo.len(), "sha256": sha256 } });
        let payload: UploadPayload = self.ask(what, wire::REQUEST_UPLOAD, input).await?;
        match (payload.photo, payload.upload) {
            (Some(photo), Some(upload)) => Ok(Ticket { photo: photo.id, upload }),
            _ => Err(refused(what, &payload.user_errors)),
        }
    }

    /// Sends bytes to the object store, the way the ticket says.
    pub(super) async fn upload(&self, ticket: &Ticket, bytes: Vec<u8>) -> Result<Uploaded, Undone> {
        let what = "uploading a photo";
        let method: reqwest::Method = ticket.upload.method.parse()?;
        let mut request = self.http.request(method, &ticket.upload.url);
        for header in &ticket.upload.headers {
            request = request.header(&header.name, &header.value);
        }
        let answer = request.body(bytes).send().await.map_err(|error| failed(what, error))?;
        let status = answer.status().as_u16();
        let refusal = match answer.status().is_success() {
            true => None,
            false => Some(answer.json::<Refused>().await.map_err(|error| failed(what, error))?.error),
        };
        Ok(Uploaded { status, refusal })
    }

    /// Fetches a photo.
    pub(super) async fn download(&self, url: &str) -> Result<Vec<u8>, Undone> {
        let what = "fetching a photo";
        let answer = self.http.get(url).send().await.and_then(reqwest::Response::error_for_status);
        let bytes = answer.map_err(|error| failed(what, error))?.bytes().await.map_err(|error| failed(what, error))?;
        Ok(bytes.to_vec())
    }

    /// Checks in.
    pub(super) async fn check_in(&self, draft: &Draft) -> Result<Answer, Undone> {
        let document = [wire::CHECK_IN, wire::ON_RECORD].concat();
        self.ask("checking in", &document, json!({ "input": self.input(draft) })).await
    }

    /// Sends an offline queue; one answer for each, in order.
    pub(super) async fn check_ins(&self, drafts: &[Draft]) -> Result<Vec<Answer>, Undone> {
        let what = "sending an offline queue";
        let document = [wire::CHECK_INS, wire::ON_RECORD].concat();
        let items: Vec<_> = drafts.iter().map(|draft| self.input(draft)).collect();
        let answers: Answers = self.ask(what, &document, json!({ "input": { "items": items } })).await?;
        if answers.user_errors.is_empty() { Ok(answers.results) } else { Err(refused(what, &answers.user_errors)) }
    }

    /// A check-in as it stands now.
    pub(super) async fn look_up(&self, id: &str) -> Result<CheckIn, Undone> {
        let document = [wire::LOOK_UP, wire::ON_RECORD].concat();
        self.ask("looking up a check-in", &document, json!({ "id": id })).await
    }

    /// The check-in as it is sent now: times by the device's clock, the position in the device's datum.
    fn input(&self, draft: &Draft) -> CheckInInput {
        let told = from_wgs84(draft.position, draft.datum);
        let captured_at = draft.at + self.ahead;
        CheckInInput {
            id: draft.id,
            project_id: draft.project.clone(),
            captured_at,
            sent_at: self.clock.now() + self.ahead,
            fix: FixInput {
                latitude: told.latitude(),
                longitude: told.longitude(),
                datum: draft.datum,
                accuracy_meters: draft.accuracy_m,
                fixed_at: captured_at - FIX_AGE,
                mocked: false,
            },
            photo_ids: draft.photos.clone(),
        }
    }
}

fn refused(what: &str, errors: &[UserError]) -> Undone {
    Undone(errors.iter().map(|error| format!("{what}: {}: {} / {}", error.code, error.zh, error.en)).collect())
}
