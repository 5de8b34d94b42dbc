//! GraphQL over server-sent events, in its distinct connections mode
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>), read as browsers read it (HTML, section "Event
//! stream interpretation").

use std::{collections::VecDeque, fmt, pin::Pin};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Answer, Client, Error, RequestError, answer::member, only_field};

/// The longest line that is read, bytes: beyond what a server sends by its default settings.
const LINE_LIMIT: usize = 32 << 20;

/// An event that a browser would hear.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamEvent {
    /// `next` or `complete`.
    pub kind: String,
    /// A result; null where there is none.
    pub data: Value,
}

/// A stream of events.
pub struct EventStream {
    pieces: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    lines: Lines,
    last_id: String,
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("last_id", &self.last_id).finish_non_exhaustive()
    }
}

impl Client {
    /// Asks or follows something as a stream of events; `body` is that of a POST, `headers` are further ones.
    ///
    /// # Errors
    /// When the server can't be reached, or answers with anything else than a stream.
    pub async fn follow(&self, body: &Value, headers: &[(&str, &str)]) -> Result<EventStream, Error> {
        let request = self.request(Method::POST, "/graphql").header("accept", "text/event-stream").json(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().await?;
        let kind = response.headers().get("content-type");
        if response.status().is_success() && kind.is_some_and(|kind| kind == "text/event-stream") {
            let pieces = response.bytes_stream().boxed();
            return Ok(EventStream { pieces, lines: Lines::default(), last_id: String::new() });
        }
        let Answer { status, body, .. } = Answer::read(response).await?;
        Err(Error::Request { status, errors: RequestError::read(&body["errors"]) })
    }
}

impl EventStream {
    /// What a browser would send as `Last-Event-ID`.
    pub fn last_id(&self) -> &str {
        &self.last_id
    }

    /// The next event; none at the end, or where it broke off.
    ///
    /// # Errors
    /// When a line is too long or no text.
    pub async fn next(&mut self) -> Result<Option<StreamEvent>, Error> {
        let (mut kind, mut data) = (String::new(), String::new());
        while let Some(line) = self.line().await? {
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut kind),
                "data" if data.len() + value.len() > LINE_LIMIT => return Err(too_long()),
                "data" => data += &format!("{value}\n"),
                "id" => value.clone_into(&mut self.last_id),
                "" if line.is_empty() && data.is_empty() => kind.clear(),
                "" if line.is_empty() => {
                    return Ok(Some(StreamEvent { kind, data: serde_json::from_str(&data).unwrap_or_default() }));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// The value of the one field that the next result has; none at the end.
    ///
    /// # Errors
    /// As with [`EventStream::next`], and when errors come instead, or a value of another shape.
    pub async fn next_field<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        match self.next().await? {
            Some(StreamEvent { kind, mut data }) if kind == "next" => match &data["errors"] {
                Value::Null => only_field(member(&mut data, "data")).map(Some),
                errors => Err(Error::Request { status: 200, errors: RequestError::read(errors) }),
            },
            _ => Ok(None),
        }
    }

    async fn line(&mut self) -> Result<Option<String>, Error> {
        loop {
            if let Some(line) = self.lines.next() {
                let line = String::from_utf8(line).map_err(|_| Error::Unexpected("an event that is no text".into()))?;
                return Ok(Some(line));
            }
            match self.pieces.next().await {
                Some(Ok(piece)) => self.lines.push(&piece)?,
                Some(Err(_)) | None => return Ok(None),
            }
        }
    }
}

fn too_long() -> Error {
    Error::Unexpected(format!("an event of more than {LINE_LIMIT} bytes"))
}

/// Bytes as they come, cut into lines. A line ends with CRLF, LF or CR.
#[derive(Default)]
struct Lines {
    whole: VecDeque<Vec<u8>>,
    begun: Vec<u8>,
    /// Whether the last byte was a CR, after which an LF ends nothing more.
    after_cr: bool,
}

impl Lines {
    fn push(&mut self, piece: &[u8]) -> Result<(), Error> {
        for &byte in piece {
            match byte {
                b'\n' if self.after_cr => {}
                b'\n' | b'\r' => self.whole.push_back(std::mem::take(&mut self.begun)),
                _ => self.begun.push(byte),
            }
            self.after_cr = byte == b'\r';
        }
        if self.begun.len() > LINE_LIMIT { Err(too_long()) } else { Ok(()) }
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        self.whole.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt, stream};
    use rstest::rstest;
    use serde_json::json;

    /// What comes in pieces, here with bars between them.
    fn stream_of(said: &'static [u8]) -> EventStream {
        let pieces: Vec<_> = said.split(|byte| *byte == b'|').map(|piece| Ok(Bytes::from_static(piece))).collect();
        EventStream { pieces: stream::iter(pieces).boxed(), lines: Lines::default(), last_id: String::new() }
    }

    fn event(kind: &str, data: Value) -> StreamEvent {
        StreamEvent { kind: kind.to_owned(), data }
    }

    fn next(events: &mut EventStream) -> Option<StreamEvent> {
        events.next().now_or_never().unwrap().unwrap()
    }

    #[rstest]
    #[case::whole(b"event: next\ndata: {\"a\":\"\xe5\x9c\xa8\"}\n\n")]
    #[case::in_pieces(b"event: ne|xt\ndata: {\"a\":\"\xe5|\x9c\xa8\"}\n|\n")]
    #[case::other_ends(b"event: next\r\ndata: {\"a\":\"\xe5\x9c\xa8\"}\r|\n\r\n")]
    #[case::carriage_returns(b"event:next\rdata:{\"a\":\rdata:\"\xe5\x9c\xa8\"}\r\r")]
    #[case::among_comments(b":\n\n:\n\nevent: next\nretry: 5\ndata: {\"a\":\"\xe5\x9c\xa8\"}\n\n")]
    fn an_event_is_read_however_it_comes(#[case] said: &'static [u8]) {
        let mut events = stream_of(said);
        assert_eq!(next(&mut events), Some(event("next", json!({ "a": "在" }))));
        assert_eq!(next(&mut events), None);
    }

    #[test]
    fn the_last_id_is_kept_and_what_is_not_ended_is_not_heard() {
        let mut events = stream_of(b"id: 7\nevent: next\ndata: 1\n\nevent: complete\ndata:\n\nevent: next\ndata: 2\n");
        assert_eq!(next(&mut events), Some(event("next", json!(1))));
        assert_eq!(events.last_id(), "7");
        assert_eq!(next(&mut events), Some(event("complete", Value::Null)));
        assert_eq!(next(&mut events), None);
    }

    #[test]
    fn a_line_has_a_limit() {
        let mut lines = Lines::default();
        assert!(lines.push(&vec![b'x'; LINE_LIMIT]).is_ok());
        assert!(lines.push(b"x").is_err());
    }
}
