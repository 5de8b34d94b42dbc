//! An answer, as every transport sends it.

use std::io::{self, Write};

use async_graphql::{Error, Response, ServerError, Value};
use messages::message;
use serde::Serialize;

use super::limits::{Limits, excess};
use crate::graphql::support::error::{ErrorCode, name};

/// The longest message of an error, in characters: the library's quote what they are about.
const MESSAGE_LIMIT: usize = 500;

/// An answer: of an execution, which has data, if only null, or a refusal before there was one, which has none.
#[derive(Debug)]
pub struct Reply {
    /// None where nothing was executed. What was read level by level is in it as JSON already, in `Value::Binary`.
    data: Option<Value>,
    errors: Vec<ServerError>,
    extensions: Extensions,
}

/// What is said beside data and errors.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors_left_out: Option<usize>,
}

impl Extensions {
    fn is_empty(&self) -> bool {
        self.cost.is_none() && self.errors_left_out.is_none()
    }
}

/// What a request cost, and what one may cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in crate::graphql) struct Cost {
    pub(in crate::graphql) requested: usize,
    pub(in crate::graphql) limit: usize,
}

impl Reply {
    /// What an execution gave. Each error has a code, none is longer than what a client reads, and there are not more
    /// than the limit.
    pub(in crate::graphql) fn executed(response: Response, limits: &Limits) -> Self {
        Self { data: Some(response.data), ..Self::without_data(response.errors, limits) }
    }

    /// What validation found wrong.
    pub(in crate::graphql) fn invalid(errors: Vec<ServerError>, limits: &Limits) -> Self {
        Self::without_data(errors, limits)
    }

    fn without_data(mut errors: Vec<ServerError>, limits: &Limits) -> Self {
        let surplus = errors.len().saturating_sub(limits.errors);
        errors.truncate(limits.errors);
        errors.iter_mut().for_each(tidy);
        let errors_left_out = (surplus > 0).then_some(surplus);
        Self { data: None, errors, extensions: Extensions { cost: None, errors_left_out } }
    }

    /// A refusal for one reason.
    pub fn refused(error: Error) -> Self {
        let error = error.into_server_error(async_graphql::Pos::default());
        // It is about the request as a whole.
        let error = ServerError { locations: Vec::new(), ..error };
        Self { data: None, errors: vec![error], extensions: Extensions::default() }
    }

    /// With what it cost.
    #[must_use]
    pub(in crate::graphql) fn costing(mut self, cost: Cost) -> Self {
        self.extensions.cost = Some(cost);
        self
    }

    /// Whether nothing was executed: then there are only errors.
    pub fn is_refusal(&self) -> bool {
        self.data.is_none()
    }

    /// Whether there are errors.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// What went wrong.
    pub fn errors(&self) -> &[ServerError] {
        &self.errors
    }

    /// The code of the first error.
    pub fn code(&self) -> Option<ErrorCode> {
        code_of(self.errors.first()?)
    }

    /// Whether an error has this code.
    pub fn has(&self, code: ErrorCode) -> bool {
        self.errors.iter().any(|error| code_of(error) == Some(code))
    }

    /// Where an event stands among all events, if it was asked for: whoever has seen it can go on after it.
    pub fn cursor(&self) -> Option<&str> {
        let Some(Value::Object(fields)) = &self.data else { return None };
        match fields.values().next()? {
            Value::Object(event) => match event.get("cursor")? {
                Value::String(cursor) => Some(cursor),
                _ => None,
            },
            _ => None,
        }
    }

    /// Seconds after which the same may be asked again, where an error says so.
    pub fn retry_after(&self) -> Option<u64> {
        let said = |error: &ServerError| match error.extensions.as_ref()?.get("retryAfterSeconds") {
            Some(Value::Number(seconds)) => seconds.as_u64(),
            _ => None,
        };
        self.errors.iter().find_map(said)
    }

    /// As JSON, in place of which a refusal stands where it would be longer than `limit` bytes.
    pub fn to_json(&self, limit: usize) -> Vec<u8> {
        self.within(limit).unwrap_or_else(|refusal| refusal.within(usize::MAX).unwrap_or_default())
    }

    /// As JSON, or the refusal that stands in its place where it would be longer than `limit` bytes.
    pub fn within(&self, limit: usize) -> Result<Vec<u8>, Box<Self>> {
        let mut json = Bounded { bytes: Vec::with_capacity(4096), limit };
        match self.write(&mut json) {
            Ok(()) => Ok(json.bytes),
            // Values of a response are JSON; only the bound makes writing them fail.
            Err(_) => Err(Box::new(Self::refused(excess("resultBytes", limit.saturating_add(1), limit)))),
        }
    }

    fn write(&self, json: &mut Bounded) -> io::Result<()> {
        let mut members = 0;
        let mut member = |json: &mut Bounded, name: &str| {
            members += 1;
            write!(json, "{}\"{name}\":", if members == 1 { '{' } else { ',' })
        };
        if let Some(data) = &self.data {
            member(json, "data")?;
            json.value(data)?;
        }
        if !self.errors.is_empty() {
            member(json, "errors")?;
            serde_json::to_writer(&mut *json, &self.errors)?;
        }
        if !self.extensions.is_empty() {
            member(json, "extensions")?;
            serde_json::to_writer(&mut *json, &self.extensions)?;
        }
        json.write_all(if members == 0 { b"{}" } else { b"}" })
    }
}

fn code_of(error: &ServerError) -> Option<ErrorCode> {
    match error.extensions.as_ref()?.get("code") {
        Some(Value::String(code)) => ErrorCode::named(code),
        _ => None,
    }
}

fn tidy(error: &mut ServerError) {
    // Lines begin with 1: what is said of the request as a whole has no place in it.
    error.locations.retain(|place| place.line > 0);
    if error.message.len() > MESSAGE_LIMIT {
        error.message = error.message.chars().take(MESSAGE_LIMIT).chain(['…']).collect();
    }
    // A path leads to the field whose arguments can't be read; without one, validation refused the document.
    let detail = error.message.as_str();
    let (code, message) = match error.path.is_empty() {
        true => (ErrorCode::GraphqlValidationFailed, message!(DocumentInvalid { detail })),
        false => (ErrorCode::BadUserInput, message!(ArgumentInvalid { detail })),
    };
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        name(extensions, code, &message);
    }
}

struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Bounded {
    fn value(&mut self, value: &Value) -> io::Result<()> {
        match value {
            Value::Binary(json) => self.write_all(json),
            Value::List(items) => {
                self.write_all(b"[")?;
                for (place, item) in items.iter().enumerate() {
                    self.comma(place)?;
                    self.value(item)?;
                }
                self.write_all(b"]")
            }
            Value::Object(members) => {
                self.write_all(b"{")?;
                for (place, (name, value)) in members.iter().enumerate() {
                    self.comma(place)?;
                    write!(self, "\"{name}\":")?;
                    self.value(value)?;
                }
                self.write_all(b"}")
            }
            // Maps given as arguments can have any names; an answer's are those of its fields.
            leaf => Ok(serde_json::to_writer(self, leaf)?),
        }
    }

    fn comma(&mut self, place: usize) -> io::Result<()> {
        if place > 0 { self.write_all(b",") } else { Ok(()) }
    }
}

impl Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > self.limit {
            return Err(io::Error::other("longer than allowed"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_no_data_and_an_execution_always_has() {
        let refusal = Reply::refused(Error::new("no"));
        assert_eq!(refusal.to_json(1000), br#"{"errors":[{"message":"no"}]}"#);
        let executed = Reply::executed(Response::new(Value::Null), &Limits::default());
        assert_eq!(executed.to_json(1000), br#"{"data":null}"#);
    }

    #[test]
    fn an_answer_that_is_too_long_is_replaced_by_a_refusal() {
        let long = Reply::executed(Response::new(Value::from("x".repeat(1000))), &Limits::default());
        let told: serde_json::Value = serde_json::from_slice(&long.to_json(100)).unwrap();
        assert_eq!(told["errors"][0]["extensions"]["limit"], "resultBytes");
        assert_eq!(long.to_json(2000).len(), 1000 + r#"{"data":""}"#.len());
    }

    #[test]
    fn errors_are_few_short_and_coded() {
        let errors = (0..60).map(|_| ServerError::new("字".repeat(4000), None)).collect();
        let reply = Reply::invalid(errors, &Limits::default());
        assert_eq!(reply.errors.len(), 50);
        assert!(reply.errors.iter().all(|error| error.message.chars().count() == MESSAGE_LIMIT + 1));
        assert_eq!(reply.code(), Some(ErrorCode::GraphqlValidationFailed));
        assert!(String::from_utf8(reply.to_json(1 << 20)).unwrap().contains(r#""errorsLeftOut":10"#));
    }
}
