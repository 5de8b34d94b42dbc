//! Connections: accepted, bounded in number and in time, and closed in order.
//!
//! A connection is closed when it has been idle for too long, whatever keeps it from asking: silence, half a request
//! head, or an HTTP/2 connection without streams. It is closed too if it does not take what it is sent. What a request
//! may take once it has come is bounded elsewhere: bodies by [`super::pace`], execution by the document's limits, and what
//! waits to be taken by [`super::delivery`].

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use serde::Deserialize;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::task::TaskTracker;

use super::{
    RouteState,
    client::Proxies,
    concurrency::{Concurrency, Permit},
    delivery::{Bounds, Connection, Deliveries, End, Streams},
    metrics::Metrics,
    pace::{Pace, Paced},
    routed,
    spelling::WebSocketCase,
    tls::Certificates,
};
use crate::graphql::RequestTime;

/// Bounds on connections. `onsite.example.toml` gives each one's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionLimits {
    /// Connections in all.
    pub all: usize,
    /// Connections of an address.
    pub per_address: usize,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Seconds without a request, or until a request's head is complete.
    pub idle_seconds: u64,
    /// Seconds that a body has in any case.
    pub body_seconds: u64,
    /// Bytes a second that a body must keep beyond that.
    pub body_bytes_per_second: u32,
    /// Seconds in which a client must take something of what it is sent.
    pub write_seconds: u64,
    /// Bytes a second of what it is sent that a client must take on average.
    pub write_bytes_per_second: u32,
    /// Bytes of answers that wait to be taken on one connection.
    pub waiting_bytes_per_connection: usize,
    /// Bytes of answers that wait to be taken in all.
    pub waiting_bytes: usize,
    /// WebSockets and event streams of whoever is signed in.
    pub streams_per_viewer: usize,
    /// Operations under way on one WebSocket.
    pub operations_per_socket: usize,
    /// Seconds that a WebSocket has for `connection_init`.
    pub init_seconds: u64,
    /// Seconds of silence after which a WebSocket is closed; it is pinged after half of them.
    pub silence_seconds: u64,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            all: 10_000,
            per_address: 500,
            head_bytes: 16 * 1024,
            idle_seconds: 8,
            body_seconds: 8,
            body_bytes_per_second: 4096,
            write_seconds: 8,
            write_bytes_per_second: 512,
            waiting_bytes_per_connection: 32 * 1024 * 1024,
            waiting_bytes: 256 * 1024 * 1024,
            streams_per_viewer: 20,
            operations_per_socket: 20,
            init_seconds: 5,
            silence_seconds: 60,
        }
    }
}

impl ConnectionLimits {
    /// Those on what waits to be taken.
    pub(super) fn deliveries(&self) -> Bounds {
        Bounds {
            idle: Duration::from_secs(self.idle_seconds),
            stall: Duration::from_secs(self.write_seconds),
            bytes_per_second: self.write_bytes_per_second,
            per_connection: self.waiting_bytes_per_connection,
            in_all: self.waiting_bytes,
        }
    }
}

/// The other end of a request's connection.
#[derive(Clone)]
pub(crate) struct Peer {
    /// Its address.
    pub(super) address: IpAddr,
    /// What is on its way to it.
    pub(super) connection: Arc<Connection>,
}

/// How long a connection that is told to end has for it, before it is dropped.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long all have, when the server stops.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How long to wait after a failure to accept, such as too many open files.
const BREATH: Duration = Duration::from_millis(100);

/// What serves connections.
pub(crate) struct Acceptor {
    pub(super) routes: Router,
    /// What answers, and logs, requests to these routes; none where they are for figures.
    pub(super) state: Option<Arc<RouteState>>,
    pub(super) limits: ConnectionLimits,
    pub(super) tls: Option<Certificates>,
    pub(super) metrics: Metrics,
    /// Proxies, whose connections are those of many.
    pub(super) proxies: Proxies,
    /// What clients have not taken yet.
    pub(super) deliveries: Arc<Deliveries>,
    pub(super) stopping: watch::Receiver<bool>,
    /// Connections, and what became of them.
    pub(super) under_way: TaskTracker,
}

impl Acceptor {
    /// Serves until it is told to stop; then finishes what was begun. True if everything could be finished.
    pub(crate) async fn serve(self, listener: TcpListener) -> bool {
        let connections = self.under_way.clone();
        let acceptor = Arc::new(self);
        let (all, addresses) = (Concurrency::new(acceptor.limits.all), Concurrency::new(acceptor.limits.per_address));
        let mut stopping = acceptor.stopping.clone();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = told(&mut stopping) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(BREATH).await;
                    continue;
                }
            };
            // One too many is closed at once: those that are open get done, and this one may come again.
            let own = match acceptor.proxies.customer(peer.ip()) {
                Some(address) => addresses.take(address).map(Some),
                None => Some(None),
            };
            let Some(permit) = all.take(()).zip(own) else {
                acceptor.metrics.connection_refused();
                continue;
            };
            connections.spawn(Arc::clone(&acceptor).connection(stream, peer, permit));
        }
        drop(listener);
        connections.close();
        timeout(PATIENCE, connections.wait()).await.is_ok()
    }

    async fn connection(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        permit: (Permit<()>, Option<Permit<IpAddr>>),
    ) {
        let _ = stream.set_nodelay(true);
        let open = self.metrics.connection_opened();
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(Duration::from_secs(self.limits.write_seconds)));
        let stream = PermittedStream { stream: Box::pin(stream), _held: (permit, open) };
        match &self.tls {
            None => self.speak(stream, peer).await,
            Some(certificates) => {
                if let Ok(Ok(stream)) = timeout(HANDSHAKE, certificates.acceptor().accept(stream)).await {
                    self.speak(stream, peer).await;
                }
            }
        }
    }

    /// Speaks HTTP/1.1 or HTTP/2 with a client, until one of the two has enough.
    async fn speak(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: SocketAddr) {
        let connection = self.deliveries.connection(peer.ip());
        let peer = Peer { address: peer.ip(), connection: Arc::clone(&connection) };
        let (routes, state, pace) = (self.routes.clone(), self.state.clone(), self.pace());
        let service = service_fn(move |request: Request<Incoming>| {
            // Its head is there: what comes of its body, or waits for room, tells nothing of a client's clock.
            let arrived = state.as_ref().map(|state| RequestTime(state.app.clock.now()));
            let (active, connection) = (peer.connection.begin(), Arc::clone(&peer.connection));
            let (routes, state, peer) = (routes.clone(), state.clone(), peer.clone());
            async move {
                connection.room().await;
                // While it waited for room, nothing of its body was asked for: that is not the client's slowness.
                let mut request = request.map(|body| Body::new(Paced::new(body, pace)));
                request.extensions_mut().insert(peer);
                arrived.map(|arrived| request.extensions_mut().insert(arrived));
                let response = match &state {
                    Some(state) => state.answer(routes, request).await,
                    None => routed(routes, request).await,
                };
                Ok::<_, Infallible>(connection.deliver(active, response))
            }
        });
        let builder = self.protocols();
        let mut serving = pin!(builder.serve_connection_with_upgrades(TokioIo::new(WebSocketCase(stream)), service));
        let mut stopping = self.stopping.clone();
        tokio::select! {
            biased;
            // A client that breaks off is no news.
            _ = serving.as_mut() => return,
            () = connection.given_up() => return,
            end = connection.watch() => if end == End::Stuck { return },
            () = told(&mut stopping) => {
                serving.as_mut().graceful_shutdown();
                let _ = timeout(PATIENCE, serving).await;
                return;
            }
        }
        serving.as_mut().graceful_shutdown();
        let _ = timeout(FAREWELL, serving).await;
    }

    fn pace(&self) -> Pace {
        Pace {
            grace: Duration::from_secs(self.limits.body_seconds),
            bytes_per_second: self.limits.body_bytes_per_second,
        }
    }

    fn protocols(&self) -> Builder<Streams> {
        let head = u32::try_from(self.limits.head_bytes).unwrap_or(u32::MAX);
        let mut builder = Builder::new(Streams);
        builder
            .http1()
            .timer(TokioTimer::new())
            .max_buf_size(self.limits.head_bytes.max(8192))
            .max_headers(64)
            // Half a head is no request: its connection is idle, and closed as such.
            .header_read_timeout(None);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(head)
            .max_concurrent_streams(100)
            .keep_alive_interval(Duration::from_secs(self.limits.silence_seconds / 2))
            .keep_alive_timeout(Duration::from_secs(self.limits.write_seconds));
        builder
    }
}

/// Waits until the server is to stop.
pub(super) async fn told(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server is gone: time to stop as well.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// A connection that keeps its permits for as long as it is open, also after it became a WebSocket.
struct PermittedStream<H> {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    _held: H,
}

impl<H: Unpin> AsyncRead for PermittedStream<H> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(cx, buffer)
    }
}

impl<H: Unpin> AsyncWrite for PermittedStream<H> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(cx)
    }
}
