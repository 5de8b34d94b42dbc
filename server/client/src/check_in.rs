//! Checking in, and what becomes of check-ins.

use chrono::{DateTime, NaiveDate, Utc};
use entity::values::{AssessmentTrigger, DecisionReason, FindingCode, FindingOutcome, PhotoState, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Client, Error, UserError, answer::user_error};

macro_rules! check_in {
    () => {
        "{ id verdict date correctedAt
            visit { week checkInCount }
            assessment { findings { code outcome measured probability zh: sentence en: sentence(language: EN) } }
            assessments { trigger verdict }
            photos { state downloadUrl } }"
    };
}
macro_rules! decided {
    () => {
        concat!("userErrors { ", user_error!(), " } checkIn ", check_in!())
    };
}
const RECORDED: &str = concat!("alreadyRecorded ", decided!());
const EACH_RECORDED: &str = concat!("results { alreadyRecorded ", decided!(), " } userErrors { ", user_error!(), " }");
const DECIDED: &str = decided!();
const LOOK_UP: &str = concat!("query($id: ID!) { checkIn(id: $id) ", check_in!(), " }");

impl Client {
    /// Checks in. The input is a [`crate::CheckInInput`], or whatever JSON is meant.
    ///
    /// # Errors
    /// When the server can't be reached or answers otherwise than with a payload; a refusal is in that.
    pub async fn check_in(&self, input: &impl Serialize) -> Result<CheckInPayload, Error> {
        self.change("checkIn", input, RECORDED).await?.field()
    }

    /// Sends an offline queue; one payload for each, in order.
    ///
    /// # Errors
    /// As with [`Client::check_in`], and when the queue as a whole is refused.
    pub async fn check_ins(&self, items: &[impl Serialize]) -> Result<Vec<CheckInPayload>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Queue {
            results: Vec<CheckInPayload>,
            user_errors: Vec<UserError>,
        }
        let queue: Queue = self.change("checkIns", &json!({ "items": items }), EACH_RECORDED).await?.field()?;
        if queue.user_errors.is_empty() { Ok(queue.results) } else { Err(Error::Refused(queue.user_errors)) }
    }

    /// A check-in as it stands now, by its global id; none where there is none to be seen.
    ///
    /// # Errors
    /// When the server can't be reached or answers with errors.
    pub async fn look_up(&self, id: &str) -> Result<Option<CheckIn>, Error> {
        self.ask(LOOK_UP, json!({ "id": id })).await
    }

    /// Appeals against a rejection.
    ///
    /// # Errors
    /// When the server can't be reached or answers otherwise than with a payload; a refusal is in that.
    pub async fn appeal(&self, id: &str, statement: &str) -> Result<Decided, Error> {
        let input = json!({ "checkInId": id, "statement": statement });
        self.change("appealCheckIn", &input, DECIDED).await?.field()
    }

    /// Decides about a check-in that waits for a person.
    ///
    /// # Errors
    /// When the server can't be reached or answers otherwise than with a payload; a refusal is in that.
    pub async fn review(&self, id: &str, decision: &Decision<'_>) -> Result<Decided, Error> {
        let Decision { verdict, reason, note } = decision;
        let input = json!({ "checkInId": id, "verdict": verdict, "reason": reason, "note": note });
        self.change("reviewCheckIn", &input, DECIDED).await?.field()
    }
}

/// What became of a check-in.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInPayload {
    /// Whether it was on record already.
    pub already_recorded: bool,
    /// The check-in; none if it could not be recorded.
    pub check_in: Option<CheckIn>,
    /// Why it could not be recorded.
    pub user_errors: Vec<UserError>,
}

/// What somebody of the office says of a check-in.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// How it shall stand.
    pub verdict: Verdict,
    /// Why.
    pub reason: DecisionReason,
    /// What there is to add.
    pub note: &'a str,
}

/// What became of a decision or an appeal.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// The check-in as it stands after it; none if it was refused.
    pub check_in: Option<CheckIn>,
    /// Why it was refused.
    pub user_errors: Vec<UserError>,
}

/// A check-in on record.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckIn {
    /// Global id.
    pub id: String,
    /// How it stands.
    pub verdict: Verdict,
    /// The local day on which it counts.
    pub date: NaiveDate,
    /// When it was captured, by the server's clock.
    pub corrected_at: DateTime<Utc>,
    /// The visit it is part of.
    pub visit: Visit,
    /// The assessment that stands.
    pub assessment: Assessment,
    /// All of them, the first one first.
    pub assessments: Vec<Judged>,
    /// Its photos.
    pub photos: Vec<Photo>,
}

/// A visit, as its check-ins see it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    /// ISO week, such as 2026-W47.
    pub week: String,
    /// How many check-ins make it.
    pub check_in_count: u32,
}

/// The assessment that stands.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Assessment {
    /// What each rule found.
    pub findings: Vec<Finding>,
}

/// One assessment of a check-in's history.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Judged {
    /// What it was judged for.
    pub trigger: AssessmentTrigger,
    /// The verdict.
    pub verdict: Verdict,
}

/// What one rule found.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Finding {
    /// The rule.
    pub code: FindingCode,
    /// What it found.
    pub outcome: FindingOutcome,
    /// What was measured, in the rule's unit.
    pub measured: Option<f64>,
    /// How likely it is, 0 to 1, where the rule tells it.
    pub probability: Option<f64>,
    /// The finding in Chinese.
    pub zh: String,
    /// The finding in English.
    pub en: String,
}

/// A photo on record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Photo {
    /// What is known of it.
    pub state: PhotoState,
    /// Where it can be fetched for a while; none for whoever may not.
    pub download_url: Option<String>,
}
