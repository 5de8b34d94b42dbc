//! What a server answers, and what can be wrong with it.

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio_tungstenite::tungstenite;

use crate::Closed;

/// What is asked of every user error. A macro, so that selections can be made of it while compiling.
macro_rules! user_error {
    () => {
        "code field retryAt zh: message en: message(language: EN)"
    };
}
pub(crate) use user_error;

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// The JSON; a text that is none stays a text.
    pub body: Value,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Result<Self, Error> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Self { status, headers, body })
    }

    /// The value of the one field that was asked for.
    ///
    /// # Errors
    /// When there are errors in the answer, no data, or data of another shape.
    pub fn field<T: DeserializeOwned>(mut self) -> Result<T, Error> {
        match member(&mut self.body, "data") {
            data @ Value::Object(_) if self.body["errors"].is_null() => only_field(data),
            _ => Err(Error::Request { status: self.status, errors: RequestError::read(&self.body["errors"]) }),
        }
    }
}

/// A member, taken out; null if it is not there, or if this is no object.
pub(crate) fn member(of: &mut Value, name: &str) -> Value {
    of.get_mut(name).map(Value::take).unwrap_or_default()
}

/// The value of the one field that data have.
///
/// # Errors
/// When there is no field, or one of another shape.
pub fn only_field<T: DeserializeOwned>(mut data: Value) -> Result<T, Error> {
    let value = data.as_object_mut().and_then(|data| data.values_mut().next()).map(Value::take);
    Ok(serde_json::from_value(value.unwrap_or_default())?)
}

/// An error of the whole request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    /// The reason, for programs; empty if none was given.
    pub code: String,
    /// The reason, for people.
    pub message: String,
}

impl RequestError {
    /// Reads the `errors` of an answer; what else is there is an error without a code.
    pub fn read(errors: &Value) -> Vec<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let read = |error: &Value| Self { code: text(&error["extensions"]["code"]), message: text(&error["message"]) };
        errors.as_array().into_iter().flatten().map(read).collect()
    }
}

/// Why a mutation was refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserError {
    /// The reason, for programs.
    pub code: String,
    /// Path of the input field it is about.
    pub field: Vec<String>,
    /// When it is worth trying again; none where waiting does not help.
    pub retry_at: Option<DateTime<Utc>>,
    /// The reason in Chinese.
    pub zh: String,
    /// The reason in English.
    pub en: String,
}

/// Why something did not come about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server could not be reached, or its answer not be read to the end.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// The server answered with errors.
    #[error("the server answered {status}{}", each(errors, |error| format!("{}: {}", error.code, error.message)))]
    Request {
        /// HTTP status.
        status: u16,
        /// What was wrong.
        errors: Vec<RequestError>,
    },
    /// A mutation was refused.
    #[error("refused{}", each(.0, |error| format!("{}: {} / {}", error.code, error.zh, error.en)))]
    Refused(Vec<UserError>),
    /// What was answered or was to be sent has another shape.
    #[error("unexpected JSON: {0}")]
    Shape(#[from] serde_json::Error),
    /// A socket failed.
    #[error(transparent)]
    Socket(#[from] Box<tungstenite::Error>),
    /// A connection was closed while something was waited for.
    #[error("the server closed the connection: {0}")]
    Closed(Closed),
    /// A message or an event that the protocol does not have.
    #[error("the server said {0}")]
    Unexpected(String),
    /// The device's key can't be made or used.
    #[error("the device's key can't be used: {0}")]
    Key(String),
}

/// Each thing after a colon or a semicolon.
fn each<T>(things: &[T], told: impl Fn(&T) -> String) -> String {
    let told: Vec<_> = things.iter().map(told).collect();
    if told.is_empty() { String::new() } else { format!(": {}", told.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(body: Value) -> Answer {
        Answer { status: 200, headers: HeaderMap::new(), body }
    }

    #[test]
    fn the_one_field_is_given() {
        let week: u32 = answer(json!({ "data": { "week": 47 } })).field().unwrap();
        assert_eq!(week, 47);
        let nothing: Option<u32> = answer(json!({ "data": { "week": null } })).field().unwrap();
        assert_eq!(nothing, None);
    }

    #[test]
    fn errors_come_with_code_and_message() {
        let body = json!({
            "data": { "week": 47 },
            "errors": [{ "message": "Slow down.", "extensions": { "code": "RATE_LIMITED" } }, { "message": "Odd." }],
        });
        let error = answer(body).field::<u32>().unwrap_err();
        let Error::Request { errors, .. } = &error else { panic!("{error}") };
        assert_eq!(errors[0], RequestError { code: "RATE_LIMITED".to_owned(), message: "Slow down.".to_owned() });
        assert_eq!(errors[1].code, "");
        assert_eq!(error.to_string(), "the server answered 200: RATE_LIMITED: Slow down.; : Odd.");
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        for body in [json!("Bad Gateway"), json!({}), json!({ "data": null }), json!([])] {
            assert!(matches!(answer(body.clone()).field::<u32>(), Err(Error::Request { .. })), "{body}");
        }
        assert!(matches!(answer(json!({ "data": { "week": "47" } })).field::<u32>(), Err(Error::Shape(_))));
        assert!(matches!(answer(json!({ "data": {} })).field::<u32>(), Err(Error::Shape(_))));
    }

    #[test]
    fn a_refusal_tells_its_codes_in_both_languages() {
        let told =
            json!({ "code": "CONFLICT", "field": ["input", "id"], "retryAt": null, "zh": "不同。", "en": "Differs." });
        let refused = Error::Refused(vec![serde_json::from_value(told).unwrap()]);
        assert_eq!(refused.to_string(), "refused: CONFLICT: 不同。 / Differs.");
    }
}
