//! The messages of graphql-transport-ws, and its close codes
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).

use messages::Language;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::{
    graphql::Reply,
    http::graphql::parameters::{ParameterError, Parameters},
};

/// The sub-protocol's name.
pub(super) const NAME: &str = "graphql-transport-ws";

/// The longest id of an operation, in bytes.
const ID_LIMIT: usize = 128;
/// The longest payload of `connection_init`, `ping` and `pong`, in bytes.
const PAYLOAD_LIMIT: usize = 8 * 1024;

/// Why a socket is closed. Reasons are 123 bytes at most, for that is what a close frame holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// 4400: a message is none of the protocol's.
    BadMessage(String),
    /// 4401: an operation before the connection was acknowledged.
    Unacknowledged,
    /// 4401: the token is no good, or is no longer.
    Unauthenticated(&'static str),
    /// 4406: another sub-protocol was asked for.
    OtherProtocol,
    /// 4408: no `connection_init` in time.
    InitTimeout,
    /// 4409: an id is in use.
    SubscriberExists(String),
    /// 4429: a second `connection_init`.
    SecondInit,
    /// 4429: too many sockets, or too many requests.
    TooMany(&'static str),
    /// 1009: a message is longer than allowed.
    MessageTooLong,
    /// 1001: nothing was heard for too long.
    Silence,
    /// 1001: the server stops.
    Stopping,
    /// 1013: the database is away.
    TryLater,
    /// 1011: the server has a fault.
    Fault,
}

impl Close {
    /// Code and reason.
    pub(super) fn frame(&self) -> (u16, String) {
        let (code, reason) = match self {
            Self::BadMessage(reason) => (4400, reason.clone()),
            Self::Unacknowledged => (4401, "Unauthorized".to_owned()),
            Self::Unauthenticated(reason) => (4401, format!("Unauthorized: {reason}")),
            Self::OtherProtocol => (4406, format!("Subprotocol not acceptable; speak {NAME}")),
            Self::InitTimeout => (4408, "Connection initialisation timeout".to_owned()),
            Self::SubscriberExists(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::SecondInit => (4429, "Too many initialisation requests".to_owned()),
            Self::TooMany(what) => (4429, format!("Too many {what}")),
            Self::MessageTooLong => (1009, "The message exceeds the limit bodyBytes".to_owned()),
            Self::Silence => (1001, "Nothing was heard for too long".to_owned()),
            Self::Stopping => (1001, "The server is stopping".to_owned()),
            Self::TryLater => (1013, "The database is unavailable; try again later".to_owned()),
            Self::Fault => (1011, "The server has a fault".to_owned()),
        };
        (code, truncated(reason))
    }
}

fn truncated(mut reason: String) -> String {
    while reason.len() > 123 {
        reason.pop();
    }
    reason
}

/// A message of a client.
#[derive(Debug)]
pub(super) enum FromClient {
    /// It presents itself.
    Init(Option<Value>),
    /// It wants to hear something.
    Ping(Option<Value>),
    /// It heard.
    Pong,
    /// It wants an operation done.
    Subscribe(String, Box<Parameters>),
    /// It wants no more of an operation.
    Complete(String),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    r#type: String,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl FromClient {
    /// Reads a message.
    pub(super) fn parse(text: &str) -> Result<Self, Close> {
        let bad = |reason: &str| Close::BadMessage(reason.to_owned());
        let envelope: Envelope<'_> = serde_json::from_str(text)
            .map_err(|_| bad("Invalid message: a JSON object with a text \"type\" is expected"))?;
        let payload = envelope.payload.map(RawValue::get).filter(|payload| *payload != "null");
        match envelope.r#type.as_str() {
            "connection_init" => Ok(Self::Init(object(payload)?)),
            "ping" => Ok(Self::Ping(object(payload)?)),
            "pong" => object(payload).map(|_| Self::Pong),
            "subscribe" => {
                let id = id(envelope.id)?;
                let payload = payload.ok_or_else(|| bad("Invalid message: subscribe has no payload"))?;
                match Parameters::from_json(payload.as_bytes()) {
                    Ok(parameters) => Ok(Self::Subscribe(id, Box::new(parameters))),
                    Err(ParameterError::NotJson(why) | ParameterError::Malformed(why)) => {
                        Err(Close::BadMessage(format!("Invalid payload: {}", why.said(Language::SOURCE))))
                    }
                }
            }
            "complete" => Ok(Self::Complete(id(envelope.id)?)),
            _ => Err(bad("Invalid message: the type is none of the protocol's")),
        }
    }
}

fn id(given: Option<String>) -> Result<String, Close> {
    match given {
        Some(id) if !id.is_empty() && id.len() <= ID_LIMIT => Ok(id),
        _ => Err(Close::BadMessage(format!("Invalid message: an id of 1 to {ID_LIMIT} bytes is expected"))),
    }
}

fn object(payload: Option<&str>) -> Result<Option<Value>, Close> {
    let bad =
        || Close::BadMessage(format!("Invalid message: the payload is an object of {PAYLOAD_LIMIT} bytes at most"));
    let Some(payload) = payload else { return Ok(None) };
    if payload.len() > PAYLOAD_LIMIT {
        return Err(bad());
    }
    match serde_json::from_str(payload) {
        Ok(value @ Value::Object(_)) => Ok(Some(value)),
        _ => Err(bad()),
    }
}

/// A message of the server, as text.
pub(super) mod to_client {
    use super::{Reply, Value};

    /// The connection is acknowledged.
    pub(crate) fn ack() -> String {
        r#"{"type":"connection_ack"}"#.to_owned()
    }

    /// It heard, and says back what it heard.
    pub(crate) fn pong(payload: Option<Value>) -> String {
        match payload {
            Some(payload) => serde_json::json!({ "type": "pong", "payload": payload }).to_string(),
            None => r#"{"type":"pong"}"#.to_owned(),
        }
    }

    /// A result; an error instead, and the end with it, where there is none. Tells whether that is so.
    pub(crate) fn result(id: &str, reply: &Reply, limit: usize) -> (String, bool) {
        if reply.is_refusal() {
            return (error(id, reply), true);
        }
        match reply.within(limit) {
            Ok(payload) => {
                let (id, payload) = (Value::from(id), String::from_utf8(payload).unwrap_or_default());
                (format!(r#"{{"id":{id},"type":"next","payload":{payload}}}"#), false)
            }
            Err(refusal) => (error(id, &refusal), true),
        }
    }

    /// A refusal: nothing more is said of the operation.
    pub(crate) fn error(id: &str, refusal: &Reply) -> String {
        let errors = serde_json::to_string(refusal.errors()).unwrap_or_else(|_| "[]".to_owned());
        format!(r#"{{"id":{},"type":"error","payload":{errors}}}"#, Value::from(id))
    }

    /// The end of an operation.
    pub(crate) fn complete(id: &str) -> String {
        format!(r#"{{"id":{},"type":"complete"}}"#, Value::from(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::no_json("hello")]
    #[case::a_list("[]")]
    #[case::no_type("{}")]
    #[case::unknown_type(r#"{"type": "start"}"#)]
    #[case::servers_type(r#"{"type": "connection_ack"}"#)]
    #[case::type_twice(r#"{"type": "ping", "type": "pong"}"#)]
    #[case::payload_list(r#"{"type": "connection_init", "payload": []}"#)]
    #[case::no_id(r#"{"type": "subscribe", "payload": {"query": "{a}"}}"#)]
    #[case::empty_id(r#"{"id": "", "type": "subscribe", "payload": {"query": "{a}"}}"#)]
    #[case::numeric_id(r#"{"id": 1, "type": "complete"}"#)]
    #[case::no_payload(r#"{"id": "1", "type": "subscribe"}"#)]
    #[case::no_query(r#"{"id": "1", "type": "subscribe", "payload": {}}"#)]
    #[case::a_batch(r#"{"id": "1", "type": "subscribe", "payload": [{"query": "{a}"}]}"#)]
    #[case::variables_list(r#"{"id": "1", "type": "subscribe", "payload": {"query": "{a}", "variables": []}}"#)]
    fn what_is_no_message(#[case] text: &str) {
        let (code, reason) = FromClient::parse(text).unwrap_err().frame();
        assert!(code == 4400 && reason.starts_with("Invalid "), "{code} {reason}");
    }

    #[test]
    fn large_payloads_are_none() {
        for kind in ["connection_init", "ping", "pong"] {
            let payload = serde_json::json!({ "type": kind, "payload": { "a": "x".repeat(PAYLOAD_LIMIT) } });
            assert_eq!(FromClient::parse(&payload.to_string()).unwrap_err().frame().0, 4400);
        }
    }

    #[test]
    fn reasons_fit_into_a_close_frame() {
        let (code, reason) = Close::SubscriberExists("字".repeat(42)).frame();
        assert!(code == 4409 && reason.len() <= 123 && reason.starts_with("Subscriber for 字"), "{reason}");
    }

    #[test]
    fn null_is_no_payload() {
        assert!(matches!(
            FromClient::parse(r#"{"type":"connection_init","payload":null}"#),
            Ok(FromClient::Init(None))
        ));
    }
}
