//! What a phone does: take photos, upload them, and check in.

use ::client::{CheckInInput, FixInput, Upload};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use entity::{
    job, photo,
    values::{Datum, JobKind},
};
use jpeg_encoder::{ColorType, Encoder};
use reqwest::Response;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use server::clock::Source;
use sha2::{Digest, Sha256};

use super::{
    city::{BEARING_PARK, HARBOUR},
    client::{Answer, Client, http},
    server::TestServer,
};

/// What a phone asks back about a check-in.
pub(crate) const CHECK_IN_FIELDS: &str = "
    alreadyRecorded
    userErrors { code field retryAt zh: message en: message(language: EN) }
    checkIn { id uuid date capturedAt sentAt receivedAt correctedAt verdict
        visit { id date week verdict checkInCount }
        photos { id state }
        assessment { policyVersion verdict trigger sequence siteVersion { version }
            findings { code outcome measured threshold unit probability policyVersion
                zh: sentence en: sentence(language: EN) } } }";

const UPLOAD_FIELDS: &str = "
    photo { id state byteSize contentType sha256 }
    upload { method url headers { name value } expiresAt }
    userErrors { code field retryAt zh: message en: message(language: EN) }";

const WEEKS: &str =
    "query($project: ID!, $from: Date, $to: Date) { project(id: $project) { weeklyVisits(from: $from, to: $to) {
    week from to verified provisional rejected required averageVerified status leader { name } } } }";

/// A check-in on its way: the input of the mutation, in which anything may stand.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Draft(pub(crate) Value);

impl Draft {
    /// A faultless one: in the middle of the project's site, accurate to 8 m, fresh, by a phone whose clock is right.
    pub(crate) fn at(server: &TestServer, project: &str) -> Self {
        let now = server.clock.now();
        let (latitude, longitude) = match project {
            HARBOUR => (39.70, 121.90),
            BEARING_PARK => (39.62, 122.00),
            _ => (39.60, 122.10),
        };
        let fix = FixInput {
            latitude,
            longitude,
            datum: Datum::Wgs84,
            accuracy_meters: 8.0,
            fixed_at: now,
            mocked: Some(false),
        };
        let input = CheckInInput {
            project_id: Some(server.project(project)),
            fix: Some(fix),
            ..CheckInInput::new(server.clock.id(), now, now)
        };
        Self(json!(input))
    }

    /// As a faultless phone reads it.
    pub(crate) fn input(&self) -> CheckInInput {
        serde_json::from_value(self.0.clone()).unwrap()
    }

    /// With another value at a JSON pointer.
    pub(crate) fn with(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        self.0.pointer_mut(parent).unwrap()[member] = value.into();
        self
    }

    /// So many metres further east.
    pub(crate) fn east(self, metres: f64) -> Self {
        let latitude = self.0["fix"]["latitude"].as_f64().unwrap();
        let longitude = self.0["fix"]["longitude"].as_f64().unwrap();
        self.with("/fix/longitude", longitude + metres / (111_320.0 * latitude.to_radians().cos()))
    }

    /// So many metres further south, where no other datum explains it.
    pub(crate) fn south(self, metres: f64) -> Self {
        let latitude = self.0["fix"]["latitude"].as_f64().unwrap();
        self.with("/fix/latitude", latitude - metres / 111_030.0)
    }

    /// Captured, and its position fixed, at another time by the phone's clock.
    pub(crate) fn captured(self, at: &str) -> Self {
        self.with("/capturedAt", at).with("/fix/fixedAt", at)
    }
}

impl Client {
    pub(crate) async fn check_in(&self, draft: &Draft) -> Answer {
        self.change("checkIn", draft, CHECK_IN_FIELDS).await
    }

    /// Checks in for sure, and returns what is on record.
    pub(crate) async fn checked_in(&self, draft: &Draft) -> Value {
        let answer = self.check_in(draft).await;
        assert_eq!(answer.user_errors("checkIn"), [], "{:#}", answer.body);
        answer.at("/checkIn/checkIn").clone()
    }

    pub(crate) async fn check_ins(&self, drafts: &[Draft]) -> Answer {
        let fields = format!("results {{ {CHECK_IN_FIELDS} }} userErrors {{ code field }}");
        self.change("checkIns", json!({ "items": drafts }), &fields).await
    }

    pub(crate) async fn request_upload(&self, content_type: &str, byte_size: usize, sha256: &str) -> Answer {
        let input = json!({ "contentType": content_type, "byteSize": byte_size, "sha256": sha256 });
        self.change("requestPhotoUpload", input, UPLOAD_FIELDS).await
    }

    /// Uploads a photo, and returns its id.
    pub(crate) async fn uploaded(&self, bytes: &Bytes) -> String {
        let ticket = ::client::Client::request_upload(self, bytes).await.unwrap();
        let response = self.put(&ticket.upload, bytes.clone()).await.unwrap();
        assert!(response.status().is_success(), "{response:?}");
        ticket.photo
    }

    /// What leaders owed a project; this and the seven weeks before unless said otherwise.
    pub(crate) async fn weeks(&self, project: &str, days: [Option<&str>; 2]) -> Vec<Value> {
        let variables = json!({ "project": project, "from": days[0], "to": days[1] });
        self.ask(WEEKS, variables).await.list("/project/weeklyVisits").clone()
    }

    /// This week's counts: verified, provisional, rejected.
    pub(crate) async fn tally(&self, project: &str) -> [u64; 3] {
        let weeks = self.weeks(project, [None, None]).await;
        let week = weeks.last().unwrap();
        ["verified", "provisional", "rejected"].map(|count| week[count].as_u64().unwrap())
    }
}

/// A JPEG without EXIF: a patchwork that no two seeds share, nor anything like it.
pub(crate) fn photo(seed: u32) -> Bytes {
    photo_saved(seed, 90)
}

/// The same picture, saved with another quality, 1 to 100: other bytes.
pub(crate) fn photo_saved(seed: u32, quality: u8) -> Bytes {
    const PATCHES: usize = 8;
    const SIDE: usize = 8 * PATCHES;
    let shades: [[u8; 32]; 2] =
        [0_u32, 1].map(|half| Sha256::digest([seed, half].map(u32::to_be_bytes).concat()).into());
    let shades = shades.concat();
    let pixels: Vec<u8> = (0..SIDE * SIDE).map(|at| shades[at / SIDE / 8 * PATCHES + at % SIDE / 8]).collect();
    let side = u16::try_from(SIDE).unwrap();
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, quality).encode(&pixels, side, side, ColorType::Luma).unwrap();
    jpeg.into()
}

/// Has a server that died hold every photo that is uploaded until a time, and begin its inspection so often before.
pub(crate) async fn hold_photos(server: &TestServer, due_at: DateTime<Utc>, attempts: i32) {
    let database = &server.app().database;
    for photo in photo::Entity::find().all(database.reader()).await.unwrap() {
        let held = job::Model { kind: JobKind::PhotoInspection, subject: photo.id.0, due_at, attempts };
        job::Entity::insert(held.into_active_model()).exec_without_returning(database.writer()).await.unwrap();
    }
}

/// Sends a photo's bytes the way an upload says.
pub(crate) async fn put(upload: &Value, bytes: Bytes) -> Response {
    assert_eq!(upload["method"], "PUT");
    let upload = Upload::deserialize(upload).unwrap();
    ::client::Client::new(http(), "").put(&upload, bytes).await.unwrap()
}
