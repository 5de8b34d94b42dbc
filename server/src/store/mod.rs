//! Queries on any connection, one file a table, on SQLite and PostgreSQL.

use std::{fmt, sync::Arc};

use migration::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, DbBackend, DbErr};
use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;

mod accounts;
mod check_ins;
pub mod clock;
mod connect;
pub mod dump;
mod going_down;
pub mod heartbeat;
pub mod job;
pub mod listing;
pub mod moment;
pub mod outbox;
pub mod page;
pub mod policy;
mod presence;
mod projects;
mod readiness;
pub mod scope;
pub mod server_settings;
pub mod statements;
mod transaction;
mod unavailable;
mod visits;

pub use accounts::{account, audit, identity, second_factor, secret, session, sign_in_attempt, single_sign_on_attempt};
pub use check_ins::{
    assessment, chain, check_in, contradiction, decision, device, discarded_object, photo, photo_inspection,
    rejudgement, signed_text,
};
pub use going_down::{Loss, Losses};
pub use moment::Reader;
pub use presence::{LockMode, PresenceLock};
pub use projects::{organisation, person, project, site, team_role};
pub use readiness::Readiness;
pub use transaction::{Transaction, Writer};
pub use unavailable::comes_back;
pub use visits::{recount, visit, weekly_tally};

use readiness::{Commits, Probe};
use transaction::Purpose;

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: SecretString,
    /// Connections kept open at most.
    pub max_connections: u32,
}

/// A database: readers and, on SQLite, one writer apart from them. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    reader: Reader,
    writer: Writer,
    trial: Arc<Probe>,
    /// How PostgreSQL is reached for a session of one's own.
    session: Option<PgConnectOptions>,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It holds a password.
        f.write_str("Database")
    }
}

impl Database {
    /// Connects; on SQLite the file is made if it is not there.
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self, DbErr> {
        let file = connect::private_file(settings)?;
        let session = connect::answers(settings).await?;
        let mut reader = sea_orm::Database::connect(connect::options(settings, Purpose::Snapshot)).await?;
        reader.set_metric_callback(|_| statements::count());
        let pool = if reader.get_database_backend() == DbBackend::Sqlite {
            // SQLite has one writer; a queue in front of it beats SQLITE_BUSY behind it.
            let mut options = connect::options(settings, Purpose::Write);
            options.max_connections(1);
            sea_orm::Database::connect(options).await?
        } else {
            reader.clone()
        };
        let commits = Arc::new(Commits::default());
        let reader = Reader { pool: reader, commits: Arc::clone(&commits) };
        let writer = Writer { pool, commits };
        Ok(Self { reader, writer, trial: Arc::new(Probe::new(file)), session })
    }

    /// For reading outside a transaction; within a moment, everything as it was then.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The connections that are read from.
    pub fn pool(&self) -> &DatabaseConnection {
        &self.reader.pool
    }

    /// For single statements that write: each is a transaction of its own.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Transaction, DbErr> {
        self.writer.begin().await
    }

    /// Begins a transaction that reads everything as it is at one moment.
    pub async fn begin_snapshot(&self) -> Result<Transaction, DbErr> {
        self.reader.snapshot().await
    }

    /// Brings the tables up to date.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::up(&self.writer.pool, None).await
    }

    /// Migrations that are not applied yet.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        Ok(Migrator::get_pending_migrations_read_only(&self.reader.pool).await?.len())
    }

    /// Brings the tables to what these migrations, which are the first of all, make.
    pub async fn migrate_to(&self, migrations: &[String]) -> Result<(), DbErr> {
        let applied = self.applied_migrations().await?;
        let missing = u32::try_from(migrations.len().saturating_sub(applied.len())).unwrap_or(u32::MAX);
        if missing == 0 { Ok(()) } else { Migrator::up(&self.writer.pool, Some(missing)).await }
    }

    /// Names of all migrations there are, in order.
    pub fn known_migrations() -> Vec<String> {
        Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
    }

    /// Names of the migrations that are applied, in order; none where there is no table yet.
    pub async fn applied_migrations(&self) -> Result<Vec<String>, DbErr> {
        let pending = Migrator::get_pending_migrations_read_only(&self.reader.pool).await?.len();
        let mut known = Self::known_migrations();
        known.truncate(known.len().saturating_sub(pending));
        Ok(known)
    }

    /// Closes all connections.
    pub async fn close(self) -> Result<(), DbErr> {
        self.writer.pool.close().await?;
        self.reader.pool.close().await
    }
}
