//! A phone: a client that checks in by the clock it has.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use client::{CheckIn, CheckInInput, CheckInPayload, Client, Error, FixInput, Ticket, Uploaded, UserError};
use domain::projects::datum::{Position, from_wgs84};
use entity::values::Datum;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::{CommandError, PATIENCE, failed, words};
use crate::{clock::Clock, command::speech::of_both};

/// How old the fixes are when a check-in is captured.
const FIX_AGE: TimeDelta = TimeDelta::seconds(4);

/// Someone signed in on a device.
#[derive(Clone, Debug)]
pub(super) struct Phone {
    client: Client,
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

impl Phone {
    /// Signs in at a server, on a device whose clock is right.
    pub(super) async fn sign_in(
        server: &str,
        clock: &Clock,
        login: &str,
        password: &str,
    ) -> Result<Self, CommandError> {
        // The server is on this machine, where no proxy reaches it.
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let client = Client::new(http, server).sign_in(login, password, "onsite demo").await;
        Ok(Self { client: told(&words!(DemoSigningIn), client)?, clock: clock.clone(), ahead: TimeDelta::zero() })
    }

    /// The same session on a device whose clock is so much ahead.
    pub(super) fn with_clock_ahead(&self, ahead: TimeDelta) -> Self {
        Self { ahead, ..self.clone() }
    }

    /// The session's client.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Asks the server, and returns the value of the document's one field; `what` is told if that fails.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        what: &str,
        document: &str,
        variables: Value,
    ) -> Result<T, CommandError> {
        told(what, self.client.ask(document, variables).await)
    }

    /// Asks for leave to upload a photo.
    pub(super) async fn request_upload(&self, photo: &[u8]) -> Result<Ticket, CommandError> {
        told(&words!(DemoAskingForUpload), self.client.request_upload(photo).await)
    }

    /// Sends bytes to the object store, the way the ticket says.
    pub(super) async fn upload(&self, ticket: &Ticket, bytes: Vec<u8>) -> Result<Uploaded, CommandError> {
        told(&words!(DemoUploading), self.client.upload(&ticket.upload, bytes).await)
    }

    /// Fetches a photo.
    pub(super) async fn download(&self, url: &str) -> Result<Bytes, CommandError> {
        told(&words!(DemoFetching), self.client.download(url).await)
    }

    /// Checks in.
    pub(super) async fn check_in(&self, draft: &Draft) -> Result<CheckInPayload, CommandError> {
        told(&words!(DemoCheckingIn), self.client.check_in(&self.input(draft)).await)
    }

    /// Sends an offline queue; one answer for each, in order.
    pub(super) async fn check_ins(&self, drafts: &[Draft]) -> Result<Vec<CheckInPayload>, CommandError> {
        let items: Vec<_> = drafts.iter().map(|draft| self.input(draft)).collect();
        told(&words!(DemoSendingQueue), self.client.check_ins(&items).await)
    }

    /// A check-in as it stands now.
    pub(super) async fn look_up(&self, id: &str) -> Result<CheckIn, CommandError> {
        let found = told(&words!(DemoLookingUp), self.client.look_up(id).await)?;
        found.ok_or_else(|| CommandError(vec![words!(DemoNotFound)]))
    }

    /// The check-in as it is sent now: times by the device's clock, the position in the device's datum.
    fn input(&self, draft: &Draft) -> CheckInInput {
        let told = from_wgs84(draft.position, draft.datum);
        let captured_at = draft.at + self.ahead;
        CheckInInput {
            project_id: Some(draft.project.clone()),
            fix: Some(FixInput {
                latitude: told.latitude(),
                longitude: told.longitude(),
                datum: draft.datum,
                accuracy_meters: draft.accuracy_m,
                fixed_at: captured_at - FIX_AGE,
                mocked: Some(false),
            }),
            photo_ids: draft.photos.clone(),
            ..CheckInInput::new(draft.id, captured_at, self.clock.now() + self.ahead)
        }
    }
}

/// What came of a request; `what` is told if it failed.
pub(super) fn told<T>(what: &str, done: Result<T, Error>) -> Result<T, CommandError> {
    done.map_err(|error| match error {
        Error::Refused(errors) => {
            CommandError(errors.iter().map(|error| format!("{what}: {}", refusal(error))).collect())
        }
        error => failed(what, error),
    })
}

/// Why something was refused, with its code.
pub(super) fn refusal(error: &UserError) -> String {
    format!("{}: {}", error.code, of_both(&error.zh, &error.en).join(" / "))
}
