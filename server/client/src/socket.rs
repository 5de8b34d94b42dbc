//! The client's end of graphql-transport-ws
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).

use std::fmt;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, client::IntoClientRequest, handshake::client::Response, http::HeaderValue},
};

use crate::{Client, Error, answer::member};

/// The WebSocket sub-protocol.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// An open WebSocket.
pub type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a WebSocket at a server's address, with this sub-protocol and these headers, and says nothing yet.
///
/// # Errors
/// When the server can't be reached, or refuses.
pub async fn connect(
    server: &str,
    protocol: Option<&str>,
    headers: &[(&'static str, &str)],
) -> Result<Stream, tungstenite::Error> {
    Ok(answered(server, protocol, headers).await?.0)
}

/// The same, with what the server answered.
async fn answered(
    server: &str,
    protocol: Option<&str>,
    headers: &[(&'static str, &str)],
) -> Result<(Stream, Response), tungstenite::Error> {
    let mut request = format!("{}/graphql", server.replacen("http", "ws", 1)).into_client_request()?;
    let protocol = protocol.map(|protocol| ("sec-websocket-protocol", protocol));
    for (name, value) in headers.iter().copied().chain(protocol) {
        request.headers_mut().insert(name, HeaderValue::from_str(value)?);
    }
    connect_async(request).await
}

/// What a server says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The operation it is about; none if it is about the connection.
    pub operation: Option<String>,
    /// What it says of that.
    pub message: Message,
}

/// What a server says of an operation or of the connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The connection is accepted.
    Accepted,
    /// It answers a ping.
    Pong,
    /// The data of a result or an event.
    Event(Value),
    /// Errors instead of data.
    Errors(Value),
    /// The operation has ended.
    Complete,
    /// The connection was closed.
    Closed(Closed),
}

/// How a connection was closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// The frame's code; none if it broke off without a frame.
    pub code: Option<u16>,
    /// The frame's reason.
    pub reason: String,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{code} {}", self.reason),
            None => f.write_str("broken off"),
        }
    }
}

/// An open socket. Each operation on it has an id of its own.
#[derive(Debug)]
pub struct Socket {
    stream: Stream,
    request_id: Option<String>,
}

impl Client {
    /// Opens a socket of this client.
    ///
    /// # Errors
    /// When the server can't be reached, or does not accept it.
    pub async fn socket(&self) -> Result<Socket, Error> {
        let payload = self.authorization.as_ref().map(|authorization| json!({ "authorization": authorization }));
        let mut socket = Socket::open(&self.server, payload.unwrap_or_default()).await?;
        match socket.hear().await?.message {
            Message::Accepted => Ok(socket),
            Message::Closed(closed) => Err(Error::Closed(closed)),
            other => Err(Error::Unexpected(format!("{other:?}"))),
        }
    }
}

impl Socket {
    /// Opens a socket at a server's address and presents this payload, whatever it is; nothing was heard yet.
    ///
    /// # Errors
    /// When the server can't be reached, or refuses.
    pub async fn open(server: &str, payload: Value) -> Result<Self, Error> {
        let (stream, answer) = answered(server, Some(PROTOCOL), &[]).await.map_err(Box::new)?;
        let request_id = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        let mut socket = Self { stream, request_id: request_id.map(str::to_owned) };
        socket.say(&json!({ "type": "connection_init", "payload": payload })).await?;
        Ok(socket)
    }

    /// By which id the server's log knows the request that opened it.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Asks or follows something, under this id.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn subscribe(&mut self, id: &str, document: &str, variables: Value) -> Result<(), Error> {
        let payload = json!({ "query": document, "variables": variables });
        self.say(&json!({ "id": id, "type": "subscribe", "payload": payload })).await
    }

    /// Shows that somebody is there still.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn ping(&mut self) -> Result<(), Error> {
        self.say(&json!({ "type": "ping" })).await
    }

    /// Says anything.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn say(&mut self, message: &Value) -> Result<(), Error> {
        Ok(self.stream.send(tungstenite::Message::text(message.to_string())).await.map_err(Box::new)?)
    }

    /// What the server says next. A connection that is gone is told as closed.
    ///
    /// # Errors
    /// When it says what is not of the protocol.
    pub async fn hear(&mut self) -> Result<Said, Error> {
        loop {
            let closed = match self.stream.next().await {
                Some(Ok(tungstenite::Message::Text(text))) => return read(&text),
                Some(Ok(tungstenite::Message::Close(Some(frame)))) => {
                    Closed { code: Some(frame.code.into()), reason: frame.reason.to_string() }
                }
                Some(Ok(tungstenite::Message::Close(None)) | Err(_)) | None => Closed::default(),
                Some(Ok(_)) => continue,
            };
            return Ok(Said { operation: None, message: Message::Closed(closed) });
        }
    }
}

fn read(text: &str) -> Result<Said, Error> {
    let mut said: Value = serde_json::from_str(text)?;
    let operation = said["id"].as_str().map(str::to_owned);
    let mut payload = member(&mut said, "payload");
    let message = match said["type"].as_str().unwrap_or_default() {
        "connection_ack" => Message::Accepted,
        "pong" => Message::Pong,
        "next" if payload["errors"].is_null() => Message::Event(member(&mut payload, "data")),
        "next" => Message::Errors(member(&mut payload, "errors")),
        "error" => Message::Errors(payload),
        "complete" => Message::Complete,
        _ => return Err(Error::Unexpected(text.to_owned())),
    };
    Ok(Said { operation, message })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::accepted(json!({ "type": "connection_ack" }), None, Message::Accepted)]
    #[case::pong(json!({ "type": "pong" }), None, Message::Pong)]
    #[case::event(
        json!({ "type": "next", "id": "1", "payload": { "data": { "a": 1 } } }),
        Some("1"),
        Message::Event(json!({ "a": 1 })),
    )]
    #[case::errors_of_a_field(
        json!({ "type": "next", "id": "1", "payload": { "data": null, "errors": [{ "message": "no" }] } }),
        Some("1"),
        Message::Errors(json!([{ "message": "no" }])),
    )]
    #[case::errors(
        json!({ "type": "error", "id": "1", "payload": [{ "message": "no" }] }),
        Some("1"),
        Message::Errors(json!([{ "message": "no" }])),
    )]
    #[case::complete(json!({ "type": "complete", "id": "1" }), Some("1"), Message::Complete)]
    fn each_message_is_read(#[case] said: Value, #[case] operation: Option<&str>, #[case] message: Message) {
        let heard = read(&said.to_string()).unwrap();
        assert_eq!(heard, Said { operation: operation.map(str::to_owned), message });
    }

    #[test]
    fn what_is_not_of_the_protocol_is_an_error() {
        assert!(matches!(read("hello"), Err(Error::Shape(_))));
        for said in ["[]", "7", r#"{"id": "1"}"#, r#"{"type": "data"}"#] {
            assert!(matches!(read(said), Err(Error::Unexpected(_))), "{said}");
        }
    }
}
