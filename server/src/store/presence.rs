//! Who is at work on a database, so that nobody takes its tables away meanwhile.
//!
//! Servers share a lock, and whoever takes migrations back needs it alone. It ends with its holder, however that ends: a
//! lock on a file beside SQLite's, an advisory lock of a session on PostgreSQL.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::Duration,
};

use sea_orm::{DbErr, RuntimeErr};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::Database;

/// The advisory lock's number: "onsite" in ASCII.
const LOCK: i64 = 0x6f6e_7369_7465;
/// How often it is looked whether the lock is still held; a PostgreSQL that was restarted has forgotten it.
const LOOK: Duration = Duration::from_secs(5);

/// How the lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// With others.
    Shared,
    /// By nobody else.
    Alone,
}

/// The lock, until it is dropped.
#[derive(Debug)]
pub enum PresenceLock {
    /// On a file beside SQLite's.
    File(File),
    /// Of a session on PostgreSQL.
    Session(PgConnection),
}

impl PresenceLock {
    /// Lets the lock go.
    pub async fn leave(self) {
        if let Self::Session(connection) = self {
            let _ = connection.close().await;
        }
    }
}

impl Database {
    /// Takes the lock; nothing if others hold it in a manner that does not go with this one.
    pub async fn attend(&self, manner: LockMode) -> Result<Option<PresenceLock>, DbErr> {
        match (&self.trial.file, &self.session) {
            (Some(file), _) => locked(file, manner),
            (None, Some(options)) => session(options, manner).await,
            (None, None) => Ok(None),
        }
    }

    /// Holds the lock with others for ever; drop the future to stop.
    pub async fn stay(&self) {
        loop {
            match self.attend(LockMode::Shared).await {
                Ok(Some(PresenceLock::Session(mut connection))) => {
                    while connection.ping().await.is_ok() {
                        tokio::time::sleep(LOOK).await;
                    }
                }
                Ok(Some(held @ PresenceLock::File(_))) => {
                    std::future::pending::<()>().await;
                    drop(held);
                }
                Ok(None) => tracing::warn!("somebody takes the database's tables away: stop this server"),
                Err(error) => tracing::warn!(%error, "can't tell others that a server is at work; trying again"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn locked(file: &Path, manner: LockMode) -> Result<Option<PresenceLock>, DbErr> {
    let mut beside = file.as_os_str().to_owned();
    beside.push("-serving");
    let failed = |error| DbErr::Conn(RuntimeErr::Internal(format!("{}: {error}", Path::new(&beside).display())));
    let lock = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(&beside).map_err(failed)?;
    let taken = match manner {
        LockMode::Shared => lock.try_lock_shared(),
        LockMode::Alone => lock.try_lock(),
    };
    match taken {
        Ok(()) => Ok(Some(PresenceLock::File(lock))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

async fn session(options: &PgConnectOptions, manner: LockMode) -> Result<Option<PresenceLock>, DbErr> {
    let failed = |error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(error.into()));
    let mut connection = PgConnection::connect_with(options).await.map_err(failed)?;
    let lock = match manner {
        LockMode::Shared => "SELECT pg_try_advisory_lock_shared($1)",
        LockMode::Alone => "SELECT pg_try_advisory_lock($1)",
    };
    let held: bool = sqlx::query_scalar(lock).bind(LOCK).fetch_one(&mut connection).await.map_err(failed)?;
    Ok(held.then_some(PresenceLock::Session(connection)))
}
