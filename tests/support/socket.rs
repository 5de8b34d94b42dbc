//! A subscriber: graphql-transport-ws over a WebSocket.

use std::{collections::VecDeque, time::Duration};

use ::client::Message;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{city::Role, server::TestServer};

const RECORDED: &str = "subscription { visitRecorded { checkIn { uuid verdict
    photos { state } assessments { verdict trigger } } } }";

/// Far longer than anything takes: waiting this long means that it never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open socket with one subscription at most.
#[derive(Debug)]
pub(crate) struct Socket {
    socket: ::client::Socket,
    /// What came while something else was waited for.
    earlier: VecDeque<Message>,
}

impl Socket {
    /// Opens a socket and presents this payload.
    pub(crate) async fn open(server: &TestServer, payload: Value) -> Self {
        let socket = ::client::Socket::open(&server.url(), payload).await.unwrap();
        Self { socket, earlier: VecDeque::new() }
    }

    /// The id of the request that opened it.
    pub(crate) fn request_id(&self) -> &str {
        self.socket.request_id().expect("the server says by which id")
    }

    /// A socket of someone who is signed in.
    pub(crate) async fn of(server: &TestServer, role: Role) -> Self {
        Self::with_token(server, &server.token(role).expect("signed in")).await
    }

    pub(crate) async fn with_token(server: &TestServer, token: &str) -> Self {
        let mut socket = Self::open(server, json!({ "authorization": format!("Bearer {token}") })).await;
        assert_eq!(socket.next().await, Message::Accepted);
        socket
    }

    /// Subscribes. The protocol has no answer to that, so two queries are asked one after the other: once they are
    /// answered, the server has long begun to follow.
    pub(crate) async fn subscribe(&mut self, subscription: &str, variables: Value) {
        self.socket.subscribe("subscription", subscription, variables).await.unwrap();
        for id in ["first", "second"] {
            self.ask(id, "{ viewer { person { name } } }").await;
        }
    }

    /// Asks a query on the socket; returns the data.
    pub(crate) async fn ask(&mut self, id: &str, query: &str) -> Message {
        self.socket.subscribe(id, query, json!({})).await.unwrap();
        let mut answer = None;
        loop {
            match self.receive().await {
                (Some(of), Message::Complete) if of == id => return answer.unwrap_or(Message::Complete),
                (Some(of), message @ Message::Errors(_)) if of == id => return message,
                (Some(of), message) if of == id => answer = Some(message),
                (None, message) => return message,
                (Some(_), message) => self.earlier.push_back(message),
            }
        }
    }

    /// The next thing the server says about the subscription.
    pub(crate) async fn next(&mut self) -> Message {
        match self.earlier.pop_front() {
            Some(message) => message,
            None => self.receive().await.1,
        }
    }

    /// The code it is closed with next; what was followed may be completed before.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.next().await {
                Message::Complete => {}
                Message::Closed(closed) => return closed.code,
                other => panic!("expected the end, got {other:?}"),
            }
        }
    }

    /// The next event's data.
    pub(crate) async fn next_event(&mut self) -> Value {
        match self.next().await {
            Message::Event(data) => data,
            other => panic!("expected an event, got {other:?}"),
        }
    }

    /// Whether nothing came of the subscription while something else was waited for.
    pub(crate) fn heard_nothing(&self) -> bool {
        self.earlier.is_empty()
    }

    /// Subscribes to judgements of check-ins.
    pub(crate) async fn follow_judgements(&mut self) {
        self.subscribe(RECORDED, json!({})).await;
    }

    /// The check-in after the judgement that follows the inspection of its photos.
    pub(crate) async fn next_inspected(&mut self) -> Value {
        loop {
            let event = self.next_event().await;
            let check_in = &event["visitRecorded"]["checkIn"];
            if check_in["assessments"].as_array().unwrap().len() == 2 {
                return check_in.clone();
            }
        }
    }

    /// The next message, and which operation it is about.
    async fn receive(&mut self) -> (Option<String>, Message) {
        let said = timeout(PATIENCE, self.socket.hear()).await.expect("the server says something").unwrap();
        (said.operation, said.message)
    }
}
