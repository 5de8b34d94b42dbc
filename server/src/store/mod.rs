//! Queries on any connection, one file a table, on SQLite and PostgreSQL.

use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

pub mod account;
pub mod assessment;
pub mod audit;
pub mod chain;
pub mod check_in;
pub mod contradiction;
pub mod decision;
pub mod device;
pub mod discarded_object;
pub mod identity;
pub mod organisation;
pub mod outbox;
pub mod page;
pub mod person;
pub mod photo;
pub mod photo_inspection;
pub mod policy;
pub mod project;
pub mod recount;
pub mod rejudgement;
pub mod scope;
pub mod second_factor;
pub mod secret;
pub mod session;
pub mod sign_in_attempt;
pub mod single_sign_on_attempt;
pub mod site;
pub mod statements;
pub mod team_role;
pub mod visit;
pub mod weekly_tally;

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: SecretString,
    /// Connections kept open at most.
    pub max_connections: u32,
}

/// A database: readers and, on SQLite, one writer apart from them.
#[derive(Clone, Debug)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Connects; on SQLite the file is made if it is not there.
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self, DbErr> {
        let mut options = ConnectOptions::new(settings.url.expose_secret());
        options
            .max_connections(settings.max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_secs(10))
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(|options| {
                options
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // An acknowledged check-in must survive a power cut.
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(10))
                    .foreign_keys(true)
            });
        let mut reader = sea_orm::Database::connect(options.clone()).await?;
        reader.set_metric_callback(|_| statements::count());
        let writer = if reader.get_database_backend() == DbBackend::Sqlite {
            // SQLite has one writer; a queue in front of it beats SQLITE_BUSY behind it.
            options.max_connections(1);
            let mut writer = sea_orm::Database::connect(options).await?;
            writer.set_metric_callback(|_| statements::count());
            writer
        } else {
            reader.clone()
        };
        Ok(Self { reader, writer })
    }

    /// A connection for reading outside a transaction.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// A connection for a single statement that writes.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.writer
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await
    }

    /// Begins a transaction that reads everything as it is at one moment.
    pub async fn begin_snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        // A reading transaction of SQLite is a snapshot as it is.
        let isolation_level =
            (self.reader.get_database_backend() == DbBackend::Postgres).then_some(IsolationLevel::RepeatableRead);
        self.reader.begin_with_options(TransactionOptions { isolation_level, ..TransactionOptions::default() }).await
    }

    /// Brings the tables up to date.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::up(&self.writer, None).await
    }

    /// Takes back the last `steps` migrations, and their data.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), DbErr> {
        Migrator::down(&self.writer, Some(steps)).await
    }

    /// Migrations that are not applied yet.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        Ok(Migrator::get_pending_migrations(&self.reader).await?.len())
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), DbErr> {
        self.reader.ping().await
    }

    /// Closes all connections.
    pub async fn close(self) -> Result<(), DbErr> {
        self.writer.close().await?;
        self.reader.close().await
    }
}
