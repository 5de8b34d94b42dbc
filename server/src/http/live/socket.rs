//! GraphQL over WebSocket: graphql-transport-ws, authenticated when it is opened, ended with its session.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::HeaderValue,
    response::Response,
};
use entity::ids::AccountId;
use futures_util::{
    FutureExt, SinkExt, StreamExt,
    future::{self, BoxFuture},
    stream::{self, AbortHandle, BoxStream, SelectAll, SplitSink},
};
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite;
use tracing::{Instrument, Span};

use super::{
    operation::replies,
    protocol::{Close, FromClient, NAME, to_client},
    session_over,
};
use crate::{
    graphql::{Access, Reply, RequestTime, engine::limits::excess},
    http::{
        RouteState,
        authentication::{TokenError, access},
        client::Caller,
        concurrency::Permit,
        delivery::Connection,
        graphql::parameters::Parameters,
        listen::told,
    },
};

/// How long a client has to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(1);

/// Who opens a socket.
pub(in crate::http) struct SocketClient {
    /// From where.
    pub(in crate::http) address: IpAddr,
    /// On which connection.
    pub(in crate::http) connection: Arc<Connection>,
    /// What the request carried. Pages can't send it: it is as good as what `connection_init` carries.
    pub(in crate::http) authorization: Option<HeaderValue>,
}

/// Opens a socket.
pub(in crate::http) fn open(state: Arc<RouteState>, upgrade: WebSocketUpgrade, client: SocketClient) -> Response {
    let limit = state.executor.limits().body_bytes;
    let upgrade = upgrade.protocols([NAME]).max_message_size(limit).max_frame_size(limit);
    let understood = upgrade.selected_protocol().is_some();
    // Its connection ends when it becomes a socket: from then on, the server waits for this when it stops.
    let under_way = state.under_way.token();
    // It goes on after the request that opened it was answered, and is that request's still.
    let span = Span::current();
    upgrade.on_upgrade(move |socket| {
        let conversation = async move {
            let open = state.metrics.socket_opened();
            let (sink, mut messages) = socket.split();
            let write_limit = Duration::from_secs(state.connections.write_seconds);
            let SocketClient { address, connection, authorization } = client;
            let mut writer = Writer { sink, connection, write_limit };
            let ended = match understood {
                true => Conversation::new(state, address, authorization, &mut writer).hold(&mut messages).await,
                false => Err(Some(Close::OtherProtocol)),
            };
            if let Err(close) = ended {
                writer.close(close.as_ref()).await;
            }
            // Both say goodbye (RFC 6455, section 7.1.1): a connection dropped before might take the reason with it.
            let _ = timeout(FAREWELL, messages.for_each(|_| future::ready(()))).await;
            drop((open, under_way));
        };
        conversation.instrument(span)
    })
}

/// Why a conversation goes no further: with a close code, or, if the client has gone, without.
type Ended = Option<Close>;

/// What is sent to a client, which must take it in time.
struct Writer {
    sink: SplitSink<WebSocket, Message>,
    connection: Arc<Connection>,
    write_limit: Duration,
}

impl Writer {
    /// Sends a message, for as long as something of it is taken, but no longer than it takes at the slowest pace that answers
    /// have to be taken at.
    async fn send(&mut self, message: Message) -> Result<(), Ended> {
        let held = self.connection.hold(match &message {
            Message::Text(text) => text.len(),
            _ => 0,
        });
        tokio::select! {
            sent = self.sink.send(message) => sent.map_err(|_| None),
            // Who does not read does not read a reason either.
            () = held.given_up() => Err(None),
            () = sleep(held.longest()) => Err(None),
        }
    }

    async fn text(&mut self, text: String) -> Result<(), Ended> {
        self.send(Message::Text(text.into())).await
    }

    /// Closes for a reason, or as the client asked.
    async fn close(&mut self, close: Option<&Close>) {
        if let Some((code, reason)) = close.map(Close::frame) {
            let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _ = timeout(self.write_limit, self.sink.send(frame)).await;
        }
        let _ = timeout(self.write_limit, self.sink.close()).await;
    }
}

/// What `connection_init` says of who it is: under the name of HTTP's header, in any letters.
fn authorization_in(payload: Option<&Value>) -> Option<&Value> {
    let members = payload?.as_object()?;
    let named = members.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    named.map(|(_, value)| value).filter(|value| !value.is_null())
}

/// What became of an operation.
enum Progress {
    Reply(String, Reply),
    Complete(String),
}

struct Conversation<'a> {
    state: Arc<RouteState>,
    writer: &'a mut Writer,
    caller: Caller,
    /// What the opening request carried.
    offered: Option<HeaderValue>,
    /// What `connection_init` carried, or else that.
    authorization: Arc<SecretString>,
    /// Taken once the connection is acknowledged.
    permit: Option<Permit<AccountId>>,
    /// Ready once the session behind the connection has ended.
    over: BoxFuture<'static, ()>,
    /// Operations under way.
    active: HashMap<String, AbortHandle>,
    progress: SelectAll<BoxStream<'static, Progress>>,
    heard: Instant,
}

impl<'a> Conversation<'a> {
    fn new(state: Arc<RouteState>, address: IpAddr, offered: Option<HeaderValue>, writer: &'a mut Writer) -> Self {
        Self {
            caller: Caller::of(address, RequestTime(state.app.clock.now())),
            state,
            writer,
            offered,
            authorization: Arc::default(),
            permit: None,
            over: future::pending().boxed(),
            active: HashMap::new(),
            progress: SelectAll::new(),
            heard: Instant::now(),
        }
    }

    async fn hold(
        mut self,
        mut messages: impl futures_util::Stream<Item = Result<Message, axum::Error>> + Unpin,
    ) -> Result<(), Ended> {
        let limits = self.state.connections;
        let mut init = Box::pin(sleep(Duration::from_secs(limits.init_seconds)));
        let silence = Duration::from_secs(limits.silence_seconds);
        let mut ticks = interval(silence / 2);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        let mut stopping = self.state.stopping.clone();
        loop {
            tokio::select! {
                // In this order: no event passes once the session has ended.
                biased;
                () = &mut self.over => return Err(Some(Close::Unauthenticated("the session has ended"))),
                () = told(&mut stopping) => return Err(Some(Close::Stopping)),
                () = &mut init, if self.permit.is_none() => return Err(Some(Close::InitTimeout)),
                _ = ticks.tick() => self.listen_for_life(silence).await?,
                message = messages.next() => self.hear(message).await?,
                Some(progress) = self.progress.next() => {
                    self.report(progress).await?;
                    // Who has taken it is alive, and could not be heard meanwhile.
                    self.heard = Instant::now();
                }
            }
        }
    }

    /// Closes the socket of whoever has said nothing for too long, and asks the others for a sign of life.
    async fn listen_for_life(&mut self, silence: Duration) -> Result<(), Ended> {
        if self.heard.elapsed() >= silence {
            return Err(Some(Close::Silence));
        }
        self.writer.send(Message::Ping(bytes::Bytes::new())).await
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Ended> {
        self.heard = Instant::now();
        self.caller.arrived = RequestTime(self.state.app.clock.now());
        match message {
            Some(Ok(Message::Text(text))) => self.understand(FromClient::parse(&text).map_err(Some)?).await,
            Some(Ok(Message::Binary(_))) => {
                Err(Some(Close::BadMessage("Invalid message: messages are text".to_owned())))
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) | None => Err(None),
            Some(Err(error)) => {
                let error = error.into_inner();
                let too_long = matches!(error.downcast_ref(), Some(tungstenite::Error::Capacity(_)));
                let no_text = matches!(error.downcast_ref(), Some(tungstenite::Error::Utf8(_)));
                Err(match (too_long, no_text) {
                    (true, _) => Some(Close::MessageTooLong),
                    (_, true) => Some(Close::BadMessage("Invalid message: messages are UTF-8".to_owned())),
                    _ => None,
                })
            }
        }
    }

    async fn understand(&mut self, message: FromClient) -> Result<(), Ended> {
        match message {
            FromClient::Init(payload) => self.init(payload).await,
            FromClient::Ping(payload) => self.writer.text(to_client::pong(payload)).await,
            FromClient::Pong => Ok(()),
            FromClient::Subscribe(id, parameters) => self.subscribe(id, *parameters).await,
            FromClient::Complete(id) => {
                self.end(&id);
                Ok(())
            }
        }
    }

    /// `connection_init` carries `{"authorization": "Bearer …"}`, or the opening request did. Nobody gets a connection
    /// without it.
    async fn init(&mut self, payload: Option<Value>) -> Result<(), Ended> {
        if self.permit.is_some() {
            return Err(Some(Close::SecondInit));
        }
        let refused = Some(Close::Unauthenticated("connection_init has no good authorization"));
        let offered = self.offered.take();
        let authorization = match authorization_in(payload.as_ref()) {
            Some(Value::String(authorization)) => Some(&**authorization),
            Some(_) => None,
            None => offered.as_ref().and_then(|offered| offered.to_str().ok()),
        };
        let Some(authorization) = authorization else { return Err(refused) };
        if self.state.quotas.address(self.caller.address).is_err() {
            return Err(Some(Close::TooMany("requests from this address")));
        }
        let Access(Some(viewer)) =
            access(&self.state.app, authorization).await.map_err(|unaccepted| match unaccepted {
                TokenError::Token => refused.clone(),
                unaccepted if unaccepted.comes_back() => Some(Close::TryLater),
                TokenError::Broken(_) => Some(Close::Fault),
            })?
        else {
            return Err(refused);
        };
        let Some(permit) = self.state.streams.take(viewer.account) else {
            return Err(Some(Close::TooMany("connections: the limit streamsPerViewer is reached")));
        };
        self.caller.access = Access(Some(viewer));
        self.authorization = Arc::new(authorization.into());
        self.permit = Some(permit);
        self.over = session_over(Arc::clone(&self.state.app), viewer).boxed();
        self.writer.text(to_client::ack()).await
    }

    async fn subscribe(&mut self, id: String, parameters: Parameters) -> Result<(), Ended> {
        if self.permit.is_none() {
            return Err(Some(Close::Unacknowledged));
        }
        if self.active.contains_key(&id) {
            return Err(Some(Close::SubscriberExists(id)));
        }
        let most = self.state.connections.operations_per_socket;
        if self.active.len() >= most {
            let refusal = Reply::refused(excess("operationsPerSocket", self.active.len() + 1, most));
            return self.writer.text(to_client::error(&id, &refusal)).await;
        }
        let (of, last) = (id.clone(), id.clone());
        let replies = replies(Arc::clone(&self.state), self.caller, Arc::clone(&self.authorization), parameters);
        let progress = replies
            .map(move |reply| Progress::Reply(of.clone(), reply))
            .chain(stream::once(future::ready(Progress::Complete(last))));
        let (progress, handle) = stream::abortable(progress);
        self.active.insert(id, handle);
        self.progress.push(progress.boxed());
        Ok(())
    }

    /// Ends an operation, so that nothing of it is taken for another one's with the same id.
    fn end(&mut self, id: &str) {
        if let Some(operation) = self.active.remove(id) {
            operation.abort();
        }
    }

    async fn report(&mut self, progress: Progress) -> Result<(), Ended> {
        match progress {
            // Of an operation that the client has completed, or that has ended in an error, nothing more is said.
            Progress::Reply(id, _) | Progress::Complete(id) if !self.active.contains_key(&id) => Ok(()),
            Progress::Reply(id, reply) => {
                let (result, refused) = to_client::result(&id, &reply, self.state.executor.limits().result_bytes);
                if refused {
                    self.end(&id);
                }
                self.writer.text(result).await
            }
            Progress::Complete(id) => {
                self.active.remove(&id);
                self.writer.text(to_client::complete(&id)).await
            }
        }
    }
}
