//! A phone: an HTTP client that signs in, uploads photos and checks in, by the clock it has.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::values::{AssessmentTrigger, Datum, FindingCode, FindingOutcome, Verdict};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{PATIENCE, Undone, failed};
use crate::{
    clock::Clock,
    domain::{datum::Position, digest::Sha256Digest, datum::from_wgs84},
};

const SIGN_IN: &str = "mutation SignIn($input: SignInInput!) { signIn(input: $input) {
    token userErrors { code message(language: EN) } } }";

const REQUEST_UPLOAD: &str = "mutation RequestUpload($input: RequestPhotoUploadInput!) {
    requestPhotoUpload(input: $input) {
        photo { id } upload { url method headers { name value } } userErrors { code message(language: EN) } } }";

/// What every answer to a check-in is asked for.
const ANSWER: &str = "fragment Answer on CheckInPayload {
    alreadyRecorded userErrors { code zh: message message(language: EN) }
    checkIn { uuid verdict date correctedAt
        visit { id week verdict checkInCount }
        assessment { findings {
            code outcome measured probability zh: sentence en: sentence(language: EN) } }
        assessments { trigger verdict }
        photos { state downloadUrl } } }";

/// Someone signed in on a device.
#[derive(Debug)]
pub(super) struct Phone {
    http: reqwest::Client,
    graphql: String,
    token: String,
    clock: Clock,
    /// How much the device's clock is ahead.
    ahead: TimeDelta,
}

/// Leave to upload one photo.
#[derive(Debug, Deserialize)]
pub(super) struct Ticket {
    photo: Node,
    upload: Upload,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Upload {
    url: String,
    method: String,
    headers: Vec<Header>,
}

#[derive(Debug, Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// What the object store said to an upload.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Uploaded {
    /// HTTP status.
    pub(super) status: u16,
    /// Its code, where it refused.
    pub(super) code: Option<String>,
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
    /// Where it really happened, as far as the phone knows: WGS-84.
    pub(super) position: Position,
    /// The datum the phone gives its position in.
    pub(super) datum: Datum,
    /// 68 % radius, metres.
    pub(super) accuracy_m: f64,
    /// Global ids.
    pub(super) photos: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckInInput {
    id: Uuid,
    project_id: String,
    captured_at: DateTime<Utc>,
    sent_at: DateTime<Utc>,
    fix: FixInput,
    photo_ids: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FixInput {
    latitude: f64,
    longitude: f64,
    datum: Datum,
    accuracy_meters: f64,
    fixed_at: DateTime<Utc>,
    mocked: bool,
}

/// What became of a check-in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// Whether an earlier request had recorded it.
    pub(super) already_recorded: bool,
    /// What is on record.
    pub(super) check_in: Option<CheckIn>,
    /// Why it was not recorded.
    pub(super) user_errors: Vec<UserError>,
}

/// A check-in on record.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckIn {
    pub(super) uuid: Uuid,
    pub(super) verdict: Verdict,
    pub(super) date: NaiveDate,
    pub(super) corrected_at: DateTime<Utc>,
    pub(super) visit: Visit,
    pub(super) assessment: Assessment,
    pub(super) assessments: Vec<Judged>,
    pub(super) photos: Vec<Photo>,
}

/// The visit it is part of.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Visit {
    pub(super) id: String,
    pub(super) week: String,
    pub(super) verdict: Verdict,
    pub(super) check_in_count: u32,
}

/// The assessment that stands.
#[derive(Debug, Deserialize)]
pub(super) struct Assessment {
    pub(super) findings: Vec<Finding>,
}

/// One assessment of its history.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Judged {
    pub(super) trigger: AssessmentTrigger,
    pub(super) verdict: Verdict,
}

/// What one rule found.
#[derive(Debug, Deserialize)]
pub(super) struct Finding {
    pub(super) code: FindingCode,
    pub(super) outcome: FindingOutcome,
    pub(super) measured: Option<f64>,
    pub(super) probability: Option<f64>,
    pub(super) zh: String,
    pub(super) en: String,
}

/// A photo on record.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Photo {
    pub(super) state: String,
    pub(super) download_url: Option<String>,
}

/// Why something was refused.
#[derive(Debug, Deserialize)]
pub(super) struct UserError {
    pub(super) code: String,
    #[serde(default)]
    pub(super) zh: String,
    pub(super) message: String,
}

#[derive(Deserialize)]
struct Response<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<Value>,
}

impl Phone {
    /// Signs in at a server, on a device whose clock is right.
    pub(super) async fn sign_in(server: &str, clock: &Clock, login: &str, password: &str) -> Result<Self, Undone> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Data {
            sign_in: SignedIn,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct SignedIn {
            token: Option<String>,
            user_errors: Vec<UserError>,
        }
        let mut phone = Self {
            // The server is on this machine: a proxy could not reach it.
            http: reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?,
            graphql: format!("{server}/graphql"),
            token: String::new(),
            clock: clock.clone(),
            ahead: TimeDelta::zero(),
        };
        let input = json!({ "login": login, "password": password, "deviceName": "onsite demo" });
        let Data { sign_in } = phone.ask("signing in", SIGN_IN, json!({ "input": input })).await?;
        phone.token = sign_in.token.ok_or_else(|| refused("signing in", &sign_in.user_errors))?;
        Ok(phone)
    }

    /// The same session on a device whose clock is `ahead` of the true time.
    pub(super) fn with_clock_ahead(&self, ahead: TimeDelta) -> Self {
        let (http, clock) = (self.http.clone(), self.clock.clone());
        Self { http, graphql: self.graphql.clone(), token: self.token.clone(), clock, ahead }
    }

    /// The session's token.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Asks the server something; `what` is told if no answer comes.
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
        let response: Response<T> = answer.json().await.map_err(|error| failed(what, error))?;
        match response {
            Response { data: Some(data), errors } if errors.is_empty() => Ok(data),
            Response { errors, .. } => Err(Undone(errors.iter().map(|error| format!("{what}: {error}")).collect())),
        }
    }

    /// Asks for leave to upload a photo.
    pub(super) async fn request_upload(&self, photo: &[u8]) -> Result<Ticket, Undone> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Data {
            request_photo_upload: Payload,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Payload {
            photo: Option<Node>,
            upload: Option<Upload>,
            user_errors: Vec<UserError>,
        }
        let sha256 = Sha256Digest::from_bytes(Sha256::digest(photo).into()).to_string();
        let input = json!({ "contentType": "image/jpeg", "byteSize": photo.len(), "sha256": sha256 });
        let what = "asking for an upload";
        let Data { request_photo_upload: payload } = self.ask(what, REQUEST_UPLOAD, json!({ "input": input })).await?;
        match (payload.photo, payload.upload) {
            (Some(photo), Some(upload)) => Ok(Ticket { photo, upload }),
            _ => Err(refused(what, &payload.user_errors)),
        }
    }

    /// Sends bytes to the object store, as the ticket says.
    pub(super) async fn upload(&self, ticket: &Ticket, bytes: Vec<u8>) -> Result<Uploaded, Undone> {
        let method = ticket.upload.method.parse::<reqwest::Method>()?;
        let request = self.http.request(method, &ticket.upload.url).body(bytes);
        let request = ticket.upload.headers.iter().fold(request, |request, header| {
            // The body's length is the client's to say.
            if header.name == "content-length" { request } else { request.header(&header.name, &header.value) }
        });
        let answer = request.send().await.map_err(|error| failed("uploading a photo", error))?;
        let status = answer.status().as_u16();
        let refusal: Option<Value> = answer.json().await.ok();
        let code = refusal.and_then(|refusal| refusal.pointer("/error/code")?.as_str().map(str::to_owned));
        Ok(Uploaded { status, code })
    }

    /// Fetches a photo.
    pub(super) async fn download(&self, url: &str) -> Result<Vec<u8>, Undone> {
        let what = "downloading a photo";
        let answer = self.http.get(url).send().await.and_then(reqwest::Response::error_for_status);
        let bytes = answer.map_err(|error| failed(what, error))?.bytes().await.map_err(|error| failed(what, error))?;
        Ok(bytes.to_vec())
    }

    /// Checks in.
    pub(super) async fn check_in(&self, draft: &Draft) -> Result<Answer, Undone> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Data {
            check_in: Answer,
        }
        let document =
            format!("mutation CheckIn($input: CheckInInput!) {{ checkIn(input: $input) {{ ...Answer }} }} {ANSWER}");
        let data: Data = self.ask("checking in", &document, json!({ "input": self.input(draft) })).await?;
        Ok(data.check_in)
    }

    /// Sends an offline queue.
    pub(super) async fn check_ins(&self, drafts: &[Draft]) -> Result<Vec<Answer>, Undone> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Data {
            check_ins: Payload,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Payload {
            results: Vec<Answer>,
            user_errors: Vec<UserError>,
        }
        let document = format!(
            "mutation CheckIns($input: CheckInsInput!) {{ checkIns(input: $input) {{
                results {{ ...Answer }} userErrors {{ code message(language: EN) }} }} }} {ANSWER}"
        );
        let items: Vec<_> = drafts.iter().map(|draft| self.input(draft)).collect();
        let what = "sending an offline queue";
        let data: Data = self.ask(what, &document, json!({ "input": { "items": items } })).await?;
        let Payload { results, user_errors } = data.check_ins;
        if user_errors.is_empty() && results.len() == drafts.len() { Ok(results) } else { Err(refused(what, &user_errors)) }
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
                fixed_at: captured_at - TimeDelta::seconds(4),
                mocked: false,
            },
            photo_ids: draft.photos.clone(),
        }
    }
}

impl Ticket {
    /// The photo's global id.
    pub(super) fn photo(&self) -> &str {
        &self.photo.id
    }
}

fn refused(what: &str, errors: &[UserError]) -> Undone {
    Undone(errors.iter().map(|error| format!("{what}: {} ({})", error.message, error.code)).collect())
}
