//! Answers on their way: a request is under way until the bytes of its answer are written, not until they are made.
//!
//! HTTP/2 has a window for each stream, and whoever opens none can leave answers waiting for as long as they answer pings.
//! So what waits is bounded, for each connection and in all; and an answer of which nothing is taken is given up: its
//! stream is reset, or, over HTTP/1.1, its connection closed; so is one of which so little is taken that it would last for
//! ever. Where memory is short, the address that has most waiting
//! gives up what it has taken nothing of for longest.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::response::Response;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{metrics::Metrics, pace::Pace};

mod body;
mod streams;

pub(super) use body::{AnswerBody, InMemory};
pub(super) use streams::Streams;

/// Bytes a second that even a poor network takes. What is written may be in the system's buffers still, which don't say
/// when they are empty: a connection is not idle before it can have been taken …
const POOR_NETWORK: u64 = 64 * 1024;
/// … of which buffers hold no more than this time's worth.
const BUFFERED: Duration = Duration::from_secs(120);
/// How much longer than alone an answer may stand still beside others that are taken: they share what a network gives.
const BESIDE_OTHERS: u32 = 4;

/// How long connections have, and how much may wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Without a request.
    pub(super) idle: Duration,
    /// Until something of an answer is taken.
    pub(super) stall: Duration,
    /// Bytes a second that are to be taken of it on average.
    pub(super) bytes_per_second: u32,
    /// Bytes that wait on a connection.
    pub(super) per_connection: usize,
    /// Bytes that wait in all.
    pub(super) in_all: usize,
}

impl Bounds {
    /// How fast an answer has to be taken. It has as long in any case as one may stand still beside others.
    fn pace(&self) -> Pace {
        Pace { grace: self.stall * BESIDE_OTHERS, bytes_per_second: self.bytes_per_second }
    }
}

/// The answers of all connections.
pub(super) struct Deliveries {
    bounds: Bounds,
    waiting: AtomicUsize,
    connections: Mutex<Connections>,
    metrics: Metrics,
}

#[derive(Default)]
struct Connections {
    all: Vec<Weak<Connection>>,
    /// With so many, those that are closed are cleared away.
    clear_at: usize,
}

impl Connections {
    fn add(&mut self, connection: &Arc<Connection>) {
        if self.all.len() >= self.clear_at {
            self.all.retain(|connection| connection.strong_count() > 0);
            self.clear_at = self.all.len() * 2 + 64;
        }
        self.all.push(Arc::downgrade(connection));
    }
}

/// The answers of one connection, and what else goes on there. Requests only count here, and wake nobody: there are many
/// of them, and idle connections are looked for seldom.
pub(super) struct Connection {
    all: Arc<Deliveries>,
    address: IpAddr,
    since: Instant,
    under_way: AtomicUsize,
    /// When a request last began, or something was written, milliseconds after `since`; later where it is on its way.
    latest: AtomicU64,
    /// When something was last taken.
    taken: AtomicU64,
    waiting: AtomicUsize,
    room: Notify,
    answers: Mutex<Vec<Weak<Answer>>>,
    /// The connection is given up as a whole.
    given_up: CancellationToken,
}

/// A request that is under way, until its answer is written.
pub(super) struct ActiveRequest(Arc<Connection>);

/// An answer that is on its way: of a request, or a message on a socket.
pub(super) struct Answer {
    connection: Arc<Connection>,
    active: OnceLock<ActiveRequest>,
    /// What it holds in memory.
    bytes: AtomicUsize,
    /// Pieces that are handed over and not written yet.
    chunks: AtomicUsize,
    /// When something of it was last taken.
    taken: AtomicU64,
    /// Bytes of it that were written.
    written: AtomicU64,
    /// Since when pieces wait.
    waits_since: AtomicU64,
    /// How long pieces waited before, milliseconds: nobody is slow while there is nothing to take.
    waited: AtomicU64,
    given_up: CancellationToken,
}

/// Why a connection is watched no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It has been idle for too long.
    Idle,
    /// It does not take its answers, nor that they are reset.
    Stuck,
}

impl Deliveries {
    /// None yet.
    pub(super) fn new(bounds: Bounds, metrics: Metrics) -> Arc<Self> {
        Arc::new(Self { bounds, waiting: AtomicUsize::new(0), connections: Mutex::default(), metrics })
    }

    /// Those of another connection.
    pub(super) fn connection(self: &Arc<Self>, address: IpAddr) -> Arc<Connection> {
        let connection = Arc::new(Connection {
            all: Arc::clone(self),
            address,
            since: Instant::now(),
            under_way: AtomicUsize::new(0),
            latest: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
            room: Notify::new(),
            answers: Mutex::default(),
            given_up: CancellationToken::new(),
        });
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).add(&connection);
        connection
    }

    /// So many bytes wait, and no longer so many as before.
    fn waits(&self, before: usize, now: usize) {
        if now > before {
            self.make_room(now - before);
        }
        self.waiting.fetch_add(now, Ordering::Relaxed);
        self.waiting.fetch_sub(before, Ordering::Relaxed);
        self.metrics.waiting(before, now);
    }

    /// Gives answers up until so many more bytes find room; a bit more than that, for it takes a look at all connections.
    fn make_room(&self, bytes: usize) {
        let limit = self.bounds.in_all;
        if self.waiting.load(Ordering::Relaxed).saturating_add(bytes) <= limit {
            return;
        }
        let connections: Vec<Arc<Connection>> = {
            let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
            connections
                .all
                .iter()
                .filter_map(Weak::upgrade)
                .filter(|connection| connection.waiting.load(Ordering::Relaxed) > 0)
                .collect()
        };
        let mut waiting: HashMap<IpAddr, (usize, Vec<Arc<Answer>>)> = HashMap::new();
        for connection in connections {
            let (bytes, answers) = waiting.entry(connection.address).or_default();
            *bytes += connection.waiting.load(Ordering::Relaxed);
            answers.extend(connection.answers());
        }
        for (_, answers) in waiting.values_mut() {
            answers.sort_by_key(|answer| std::cmp::Reverse(answer.last_taken()));
        }
        while self.waiting.load(Ordering::Relaxed).saturating_add(bytes) > limit - limit / 8 {
            let Some((held, answers)) = waiting.values_mut().max_by_key(|(held, _)| *held) else { return };
            let Some(answer) = answers.pop() else { return };
            *held = held.saturating_sub(answer.give_up());
        }
    }
}

impl Connection {
    /// A request has come.
    pub(super) fn begin(self: &Arc<Self>) -> ActiveRequest {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        self.note(0);
        ActiveRequest(Arc::clone(self))
    }

    /// Waits while so much is waiting on the connection that another answer might find no room.
    pub(super) async fn room(&self) {
        loop {
            let freed = self.room.notified();
            if self.waiting.load(Ordering::Relaxed) <= self.all.bounds.per_connection / 2 {
                return;
            }
            freed.await;
        }
    }

    /// Keeps room for an answer beside what waits; false if there is none. Alone, any answer may wait.
    pub(super) fn keep_room(self: &Arc<Self>, response: &mut Response) -> bool {
        let bytes = body::held_by(response).unwrap_or(0);
        let waiting = self.waiting.fetch_add(bytes, Ordering::Relaxed);
        if waiting > 0 && waiting.saturating_add(bytes) > self.all.bounds.per_connection {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            return false;
        }
        let answer = self.answer(streams::this_one());
        answer.bytes.store(bytes, Ordering::Relaxed);
        self.all.waits(0, bytes);
        response.extensions_mut().insert(answer);
        true
    }

    /// Sends an answer on its way.
    pub(super) fn deliver(self: &Arc<Self>, active: ActiveRequest, mut response: Response) -> Response<AnswerBody> {
        let bytes = body::held_by(&response);
        let answer = response.extensions_mut().remove::<Arc<Answer>>().unwrap_or_else(|| {
            let answer = self.answer(streams::this_one());
            answer.holds(bytes.unwrap_or(0));
            answer
        });
        let _ = answer.active.set(active);
        response.map(|body| AnswerBody::new(body, answer, bytes.is_some()))
    }

    /// Holds so many bytes until they are sent, on a connection that is something else than HTTP by now.
    pub(super) fn hold(self: &Arc<Self>, bytes: usize) -> Arc<Answer> {
        let answer = self.answer(None);
        answer.holds(bytes);
        answer
    }

    /// Ready once the connection is given up.
    pub(super) async fn given_up(&self) {
        self.given_up.cancelled().await;
    }

    /// An answer that holds nothing yet. What can't be given up alone takes the connection with it.
    fn answer(self: &Arc<Self>, given_up: Option<CancellationToken>) -> Arc<Answer> {
        let answer = Arc::new(Answer {
            connection: Arc::clone(self),
            active: OnceLock::new(),
            bytes: AtomicUsize::new(0),
            chunks: AtomicUsize::new(0),
            taken: AtomicU64::new(self.now()),
            written: AtomicU64::new(0),
            waits_since: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            given_up: given_up.unwrap_or_else(|| self.given_up.clone()),
        });
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|answer| answer.strong_count() > 0);
        answers.push(Arc::downgrade(&answer));
        drop(answers);
        answer
    }

    fn answers(&self) -> Vec<Arc<Answer>> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.iter().filter_map(Weak::upgrade).collect()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Something went on, and so many bytes were written.
    fn note(&self, bytes: usize) {
        let now = self.now();
        let most = now.saturating_add(u64::try_from(BUFFERED.as_millis()).unwrap_or(u64::MAX));
        let on_its_way = (bytes as u64).saturating_mul(1000) / POOR_NETWORK;
        let latest = self.latest.load(Ordering::Relaxed).max(now).saturating_add(on_its_way).min(most);
        self.latest.store(latest, Ordering::Relaxed);
    }

    /// Watches the connection until it has been idle for too long, and gives up what nothing is taken of.
    pub(super) async fn watch(&self) -> End {
        let Bounds { idle, stall, .. } = self.all.bounds;
        let mut until = self.since + idle.min(stall);
        loop {
            sleep_until(until).await;
            let now = Instant::now();
            until = now + idle.min(stall) / 2;
            if self.under_way.load(Ordering::Relaxed) > 0 {
                if self.is_stuck(now) {
                    return End::Stuck;
                }
                continue;
            }
            let idle_at = self.at(self.latest.load(Ordering::Relaxed)) + idle;
            if idle_at <= now {
                return End::Idle;
            }
            until = until.min(idle_at);
        }
    }

    /// Gives up the answers that have stood still for too long, or go too slowly. True if one stands that was given up so long ago.
    fn is_stuck(&self, now: Instant) -> bool {
        let stall = self.all.bounds.stall;
        let others_go = now < self.at(self.taken.load(Ordering::Relaxed)) + stall;
        let patience = if others_go { stall * BESIDE_OTHERS } else { stall };
        let waits = |answer: &Arc<Answer>| answer.chunks.load(Ordering::Relaxed) > 0;
        let waiting: Vec<_> = self.answers().into_iter().filter(waits).collect();
        let beside = waiting.len() as u64;
        let late = |answer: &Arc<Answer>, patience| now >= self.at(answer.last_taken()) + patience;
        let mut stuck = false;
        let too_late = |answer: &Arc<Answer>| late(answer, patience) || answer.is_too_slow(beside);
        for answer in waiting.into_iter().filter(too_late) {
            stuck |= answer.given_up.is_cancelled() && late(&answer, patience + stall);
            answer.give_up();
        }
        stuck
    }

    fn at(&self, milliseconds: u64) -> Instant {
        self.since + Duration::from_millis(milliseconds)
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        self.0.note(0);
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Answer {
    /// It holds so many bytes now.
    fn holds(&self, bytes: usize) {
        let before = self.bytes.swap(bytes, Ordering::Relaxed);
        self.connection.waiting.fetch_add(bytes, Ordering::Relaxed);
        self.connection.waiting.fetch_sub(before, Ordering::Relaxed);
        self.connection.all.waits(before, bytes);
        if bytes < before {
            self.connection.room.notify_waiters();
        }
    }

    /// Gives it up; tells how many bytes will be free, and takes them for free at once.
    fn give_up(&self) -> usize {
        let bytes = self.bytes.load(Ordering::Relaxed);
        self.holds(0);
        if !self.given_up.is_cancelled() {
            self.connection.all.metrics.answer_given_up();
            self.given_up.cancel();
        }
        bytes
    }

    /// Ready once it is given up.
    pub(super) async fn given_up(&self) {
        self.given_up.cancelled().await;
    }

    fn last_taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// A piece is handed over: from now on, what has to be taken waits for whoever takes it.
    fn handed_over(&self) {
        if self.chunks.fetch_add(1, Ordering::Relaxed) == 0 {
            let now = self.connection.now();
            self.taken.store(now, Ordering::Relaxed);
            self.waits_since.store(now, Ordering::Relaxed);
        }
    }

    /// A piece is written, or given up.
    fn done_with_piece(&self) {
        if self.chunks.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.waited.fetch_add(self.waiting_now(), Ordering::Relaxed);
        }
    }

    /// How long pieces have waited this time, milliseconds.
    fn waiting_now(&self) -> u64 {
        self.connection.now().saturating_sub(self.waits_since.load(Ordering::Relaxed))
    }

    /// Whether so little of it was taken, among so many that share the connection, that it may as well never be.
    fn is_too_slow(&self, beside: u64) -> bool {
        let waited = Duration::from_millis(self.waited.load(Ordering::Relaxed).saturating_add(self.waiting_now()));
        let written = self.written.load(Ordering::Relaxed).saturating_mul(beside);
        waited > self.connection.all.bounds.pace().time_for(written)
    }

    /// How long it may take at the slowest, where nobody sees how it gets on.
    pub(super) fn longest(&self) -> Duration {
        self.connection.all.bounds.pace().time_for(self.bytes.load(Ordering::Relaxed) as u64)
    }

    /// So many bytes of it were written.
    fn took(&self, bytes: usize) {
        let now = self.connection.now();
        self.taken.store(now, Ordering::Relaxed);
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        self.connection.taken.store(now, Ordering::Relaxed);
        self.connection.note(bytes);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.holds(0);
    }
}
