//! A socket on which everything can be said, the protocol's or not.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::support::{Role, TestServer};

/// Far longer than anything takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A socket on which everything can be said, the protocol's or not.
pub(super) struct Raw(pub(super) client::Stream);

impl Raw {
    pub(super) async fn open(server: &TestServer) -> Self {
        Self::speaking(server, Some(client::PROTOCOL), &[]).await.unwrap()
    }

    pub(super) async fn speaking(
        server: &TestServer,
        protocol: Option<&str>,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        client::connect(&server.url(), protocol, headers).await.map(Self)
    }

    /// An acknowledged connection.
    pub(super) async fn of(server: &TestServer, role: Role) -> Self {
        Self::with_token(server, &server.token(role).unwrap()).await
    }

    pub(super) async fn with_token(server: &TestServer, token: &str) -> Self {
        let mut socket = Self::open(server).await;
        socket.say(init(token)).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    pub(super) async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(super) async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// The next message.
    pub(super) async fn hear(&mut self) -> Value {
        match self.receive().await {
            Ok(text) => serde_json::from_str(&text).unwrap(),
            Err(closed) => panic!("closed: {closed:?}"),
        }
    }

    /// Code and reason of the close frame that comes next.
    pub(super) async fn closed(&mut self) -> (u16, String) {
        match self.receive().await {
            Ok(text) => panic!("expected a close frame: {text}"),
            Err(closed) => closed.expect("closed with a frame"),
        }
    }

    async fn receive(&mut self) -> Result<String, Option<(u16, String)>> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("the server says something") {
                Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                Some(Ok(Message::Close(frame))) => {
                    return Err(frame.map(|frame| (frame.code.into(), frame.reason.to_string())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }
}

pub(super) fn init(token: &str) -> Value {
    json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } })
}

pub(super) async fn assert_closed(socket: &mut Raw, code: u16, reason: &str) {
    let closed = socket.closed().await;
    assert!(closed.0 == code && closed.1.contains(reason), "{closed:?}");
}
