//! Connections: accepted, bounded in number and in time, and closed in order.
//!
//! A connection is closed when it has been idle for too long, whatever keeps it from asking: silence, half a request
//! head, or an HTTP/2 connection without streams. It is closed too if it does not take what it is sent. What a request
//! may take once it has come is bounded elsewhere: bodies by [`super::pace`], execution by the document's limits.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use http_body::{Frame, SizeHint};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use serde::Deserialize;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::task::TaskTracker;

use super::{
    Surface,
    metrics::Metrics,
    pace::{Pace, Paced},
    routed,
    seats::{Seat, Seats},
    tls::Certificates,
};

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
            streams_per_viewer: 20,
            operations_per_socket: 20,
            init_seconds: 5,
            silence_seconds: 60,
        }
    }
}

/// The other end of a request's connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(super) IpAddr);

/// How long a connection that is told to end has for it, before it is dropped.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long all have, when the server stops.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How long to wait after a failure to accept, such as too many open files.
const BREATH: Duration = Duration::from_millis(100);

/// What serves connections.
pub(crate) struct Door {
    pub(super) routes: Router,
    /// What answers, and logs, requests to these routes; none where they are for figures.
    pub(super) surface: Option<Arc<Surface>>,
    pub(super) limits: ConnectionLimits,
    pub(super) tls: Option<Certificates>,
    pub(super) metrics: Metrics,
    pub(super) stopping: watch::Receiver<bool>,
    /// Connections, and what became of them.
    pub(super) under_way: TaskTracker,
}

impl Door {
    /// Serves until it is told to stop; then finishes what was begun. True if everything could be finished.
    pub(crate) async fn serve(self, listener: TcpListener) -> bool {
        let connections = self.under_way.clone();
        let door = Arc::new(self);
        let (all, addresses) = (Seats::new(door.limits.all), Seats::new(door.limits.per_address));
        let mut stopping = door.stopping.clone();
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
            let Some(seat) = all.take(()).zip(addresses.take(peer.ip())) else {
                door.metrics.connection_refused();
                continue;
            };
            connections.spawn(Arc::clone(&door).connection(stream, peer, seat));
        }
        drop(listener);
        connections.close();
        timeout(PATIENCE, connections.wait()).await.is_ok()
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, seat: (Seat<()>, Seat<IpAddr>)) {
        let _ = stream.set_nodelay(true);
        let open = self.metrics.connection_opened();
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(Duration::from_secs(self.limits.write_seconds)));
        let stream = Seated { stream: Box::pin(stream), _held: (seat, open) };
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
        let activity = Arc::new(Activity::new());
        let watched = Arc::clone(&activity);
        let (routes, surface, pace) = (self.routes.clone(), self.surface.clone(), self.pace());
        let service = service_fn(move |request: Request<Incoming>| {
            let busy = Busy::begin(&activity);
            let mut request = request.map(|body| Body::new(Paced::new(body, pace)));
            request.extensions_mut().insert(Peer(peer.ip()));
            let (routes, surface) = (routes.clone(), surface.clone());
            async move {
                let response = match &surface {
                    Some(surface) => surface.answer(routes, request).await,
                    None => routed(routes, request).await,
                };
                Ok::<_, Infallible>(response.map(|body| Held { body, _busy: busy }))
            }
        });
        let builder = self.protocols();
        let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let mut stopping = self.stopping.clone();
        tokio::select! {
            biased;
            // A client that breaks off is no news.
            _ = connection.as_mut() => return,
            () = watched.idle(Duration::from_secs(self.limits.idle_seconds)) => {}
            () = told(&mut stopping) => {
                connection.as_mut().graceful_shutdown();
                let _ = timeout(PATIENCE, connection).await;
                return;
            }
        }
        connection.as_mut().graceful_shutdown();
        let _ = timeout(FAREWELL, connection).await;
    }

    fn pace(&self) -> Pace {
        Pace {
            grace: Duration::from_secs(self.limits.body_seconds),
            bytes_per_second: self.limits.body_bytes_per_second,
        }
    }

    fn protocols(&self) -> Builder<TokioExecutor> {
        let head = u32::try_from(self.limits.head_bytes).unwrap_or(u32::MAX);
        let mut builder = Builder::new(TokioExecutor::new());
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

/// What goes on on a connection. Requests only count here, and wake nobody: there are many of them, and idle connections
/// are looked for seldom.
struct Activity {
    since: Instant,
    under_way: AtomicUsize,
    /// When a request last began or ended, milliseconds after `since`.
    latest: AtomicU64,
}

impl Activity {
    fn new() -> Self {
        Self { since: Instant::now(), under_way: AtomicUsize::new(0), latest: AtomicU64::new(0) }
    }

    fn note(&self) {
        let after = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.latest.store(after, Ordering::Relaxed);
    }

    /// Waits until no request has been under way for so long.
    async fn idle(&self, limit: Duration) {
        let mut until = self.since + limit;
        loop {
            sleep_until(until).await;
            let idle_at = self.since + Duration::from_millis(self.latest.load(Ordering::Relaxed)) + limit;
            let now = Instant::now();
            match self.under_way.load(Ordering::Relaxed) {
                0 if idle_at <= now => return,
                0 => until = idle_at,
                _ => until = now + limit,
            }
        }
    }
}

/// A request that is under way, until its answer is sent.
struct Busy(Arc<Activity>);

impl Busy {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.under_way.fetch_add(1, Ordering::Relaxed);
        activity.note();
        Self(Arc::clone(activity))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.note();
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An answer's body that keeps its request under way.
struct Held {
    body: Body,
    _busy: Busy,
}

impl http_body::Body for Held {
    type Data = bytes::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection that keeps its seat for as long as it is open, also after it became a WebSocket.
struct Seated<H> {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    _held: H,
}

impl<H: Unpin> AsyncRead for Seated<H> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(cx, buffer)
    }
}

impl<H: Unpin> AsyncWrite for Seated<H> {
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
