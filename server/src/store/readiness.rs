//! Whether the database can keep anything: found out by keeping a little, in bounded time.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex as StdMutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{Database, heartbeat};
use crate::clock::Clock;

/// An answer comes within this time, whatever hangs.
const PATIENCE: Duration = Duration::from_secs(2);
/// What was kept so short a time ago need not be tried again.
const FRESH: Duration = Duration::from_secs(1);
/// Room in bytes without which SQLite does not promise to keep another check-in.
const LEAST_ROOM: u64 = 1 << 20;

/// When something was last kept for certain.
#[derive(Debug, Default)]
pub(super) struct Commits(StdMutex<Option<Instant>>);

impl Commits {
    /// Notes a commit that was asked for at a time, and is durable now.
    pub(super) fn note(&self, asked_at: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked_at);
    }

    fn fresh(&self) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|asked_at| asked_at.elapsed() <= FRESH)
    }
}

/// What a database is asked of when it is tried.
#[derive(Debug)]
pub(super) struct Probe {
    /// This program's own row: a server that stands still in its transaction must not make others wait.
    server: Uuid,
    /// SQLite's file.
    pub(super) file: Option<PathBuf>,
    /// However many ask, one tries.
    turn: Mutex<()>,
}

impl Probe {
    pub(super) fn new(file: Option<PathBuf>) -> Self {
        Self { server: Clock::system().id(), file, turn: Mutex::new(()) }
    }
}

/// How a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// It answers, and keeps what is written.
    pub database: bool,
    /// Its tables are up to date.
    pub migrations: bool,
}

/// Why nothing can be kept.
#[derive(Debug, thiserror::Error)]
enum ReadinessError {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error("{} has room for {left} bytes more, less than {LEAST_ROOM}", .file.display())]
    NoRoom { file: PathBuf, left: u64 },
}

impl Database {
    /// Tries whether the database answers and keeps what is written; takes two seconds at most.
    pub async fn ready(&self, now: DateTime<Utc>) -> Readiness {
        let failing = Readiness { database: false, migrations: false };
        match tokio::time::timeout(PATIENCE, self.tried(now)).await {
            Ok(Ok(readiness)) => readiness,
            Ok(Err(error)) => {
                tracing::error!(%error, "the database is not ready");
                failing
            }
            Err(_) => {
                tracing::error!(seconds = PATIENCE.as_secs(), "the database is not ready: it did not answer in time");
                failing
            }
        }
    }

    async fn tried(&self, now: DateTime<Utc>) -> Result<Readiness, ReadinessError> {
        // An old database has no place to try it in.
        if self.pending_migrations().await? > 0 {
            return Ok(Readiness { database: true, migrations: false });
        }
        if let Some(file) = &self.trial.file {
            has_room(file)?;
        }
        let _turn = self.trial.turn.lock().await;
        if !self.writer.commits.fresh() {
            let transaction = self.begin().await?;
            heartbeat::beat(&transaction, self.trial.server, now).await?;
            transaction.commit().await?;
        }
        Ok(Readiness { database: true, migrations: true })
    }
}

/// Refuses where the next check-in may not fit. What SQLite set aside for its log earlier would hide it for a while.
fn has_room(file: &Path) -> Result<(), ReadinessError> {
    let Ok(found) = rustix::fs::statvfs(file) else { return Ok(()) };
    let left = found.f_bavail.saturating_mul(found.f_frsize);
    if left < LEAST_ROOM { Err(ReadinessError::NoRoom { file: file.to_owned(), left }) } else { Ok(()) }
}
