//! Follows the outbox and hands it to subscribers, without gap or repeat.

use std::{
    collections::VecDeque,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{Stream, TryStreamExt, stream};
use sea_orm::{DatabaseConnection, DbBackend, DbErr};
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, watch};

use super::Event;
use crate::store::{self, Database};

/// Events kept in memory, so that following live costs no query.
const RECENT: usize = 4096;
/// Events read at once.
const BATCH: u64 = 500;
/// How often the outbox is looked at when nobody wakes the feed: other servers on SQLite can't.
const POLL: Duration = Duration::from_millis(500);

/// An event and its place in the order of all events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedEvent {
    /// 1, 2, 3 … without gaps.
    pub position: i64,
    /// What happened.
    pub event: Event,
}

/// Why a place in the feed can't be followed from.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Events after it have been forgotten.
    #[error("events after position {0} are no longer kept")]
    Forgotten(i64),
    /// It has not been given out yet.
    #[error("position {0} lies in the future")]
    Future(i64),
    /// The outbox can't be read.
    #[error("outbox: {0}")]
    Database(#[from] DbErr),
}

/// The outbox, followed by one task and handed to many subscribers.
#[derive(Debug)]
pub struct Feed {
    connection: DatabaseConnection,
    recent: RwLock<VecDeque<Arc<PublishedEvent>>>,
    head: watch::Sender<i64>,
    committed: Arc<Notify>,
    session_changes: AtomicU64,
}

impl Feed {
    /// A feed that stands at the outbox's present end. [`Feed::run`] moves it on.
    pub async fn open(database: &Database) -> Result<Arc<Self>, DbErr> {
        let connection = database.pool().clone();
        let head = store::outbox::head(&connection).await?;
        Ok(Arc::new(Self {
            connection,
            recent: RwLock::default(),
            head: watch::Sender::new(head),
            committed: Arc::new(Notify::new()),
            session_changes: AtomicU64::new(0),
        }))
    }

    /// Position of the last event seen.
    pub fn head(&self) -> i64 {
        *self.head.borrow()
    }

    /// Wakes the feed: something was committed.
    pub fn wake(&self) {
        self.committed.notify_one();
    }

    /// How often sessions have changed, as far as is known here: whatever was looked up before the last change may no
    /// longer be so.
    pub fn session_changes(&self) -> u64 {
        self.session_changes.load(Ordering::Acquire)
    }

    /// Tells that sessions have ended, or may do something else now.
    pub fn sessions_changed(&self) {
        self.session_changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Follows the outbox for ever; drop the future to stop.
    pub async fn run(&self) {
        let listening = self.listen();
        let following = async {
            loop {
                if let Err(error) = self.catch_up().await {
                    tracing::warn!(%error, "the outbox can't be read; trying again");
                    tokio::time::sleep(POLL).await;
                }
                // What is told while catching up is kept, so nothing waits for the poll.
                let _ = tokio::time::timeout(POLL, self.committed.notified()).await;
            }
        };
        tokio::join!(listening, following);
    }

    async fn catch_up(&self) -> Result<(), DbErr> {
        loop {
            let seen = self.head();
            let events = read(&self.connection, seen).await?;
            let Some(last) = events.last().map(|event| event.position) else { return Ok(()) };
            if events.iter().any(|event| matches!(event.event, Event::SessionEnded { .. })) {
                self.sessions_changed();
            }
            let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
            recent.extend(events);
            let surplus = recent.len().saturating_sub(RECENT);
            recent.drain(..surplus);
            drop(recent);
            self.head.send_replace(last);
        }
    }

    /// Lets other servers on the same PostgreSQL wake the feed.
    async fn listen(&self) {
        if self.connection.get_database_backend() != DbBackend::Postgres {
            return;
        }
        loop {
            if let Err(error) = self.listen_once().await {
                tracing::warn!(%error, "not listening for other servers; trying again");
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn listen_once(&self) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(self.connection.get_postgres_connection_pool()).await?;
        listener.listen(store::outbox::CHANNEL).await?;
        self.wake();
        loop {
            listener.recv().await?;
            self.wake();
        }
    }

    /// All events after a position, those of the past first, then live ones as they come.
    pub async fn follow(
        self: &Arc<Self>,
        after: Option<i64>,
    ) -> Result<impl Stream<Item = Result<Arc<PublishedEvent>, DbErr>> + use<>, FollowError> {
        let from = match after {
            Some(position) => self.checked(position).await?,
            None => self.head(),
        };
        let state = (Arc::clone(self), self.head.subscribe(), from);
        let batches = stream::try_unfold(state, async |(feed, mut head, seen)| {
            // The sender lives as long as the feed, which `state` holds.
            if head.wait_for(|head| *head > seen).await.is_err() {
                return Ok::<_, DbErr>(None);
            }
            let events = feed.after(seen).await?;
            let seen = events.last().map_or(seen, |event| event.position);
            Ok(Some((stream::iter(events.into_iter().map(Ok::<_, DbErr>)), (feed, head, seen))))
        });
        Ok(batches.try_flatten())
    }

    async fn checked(&self, position: i64) -> Result<i64, FollowError> {
        let head = store::outbox::head(&self.connection).await?;
        if position > head {
            return Err(FollowError::Future(position));
        }
        let earliest = store::outbox::earliest(&self.connection).await?.unwrap_or(head + 1);
        if position < 0 || position + 1 < earliest {
            return Err(FollowError::Forgotten(position));
        }
        Ok(position)
    }

    /// Events after a position: from memory if they are all there, otherwise from the outbox.
    async fn after(&self, position: i64) -> Result<Vec<Arc<PublishedEvent>>, DbErr> {
        let kept = {
            let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
            let complete = recent.front().is_some_and(|first| first.position <= position + 1);
            complete.then(|| {
                let start = recent.partition_point(|event| event.position <= position);
                recent.range(start..).cloned().collect()
            })
        };
        match kept {
            Some(events) => Ok(events),
            None => read(&self.connection, position).await,
        }
    }
}

async fn read(connection: &DatabaseConnection, after: i64) -> Result<Vec<Arc<PublishedEvent>>, DbErr> {
    let rows = store::outbox::after(connection, after, BATCH).await?;
    rows.into_iter()
        .map(|row| {
            let event = serde_json::from_str(&row.payload)
                .map_err(|error| DbErr::Custom(format!("outbox event {}: {error}", row.position)))?;
            Ok(Arc::new(PublishedEvent { position: row.position, event }))
        })
        .collect()
}
