//! Transactions, the one way to write: begun for certain, and done when the database has said that they are kept.
//!
//! A write or a commit that fails leaves a connection in doubt: SQLite may have rolled back by itself or not, PostgreSQL
//! may have committed and gone. Such a connection is closed and never used again, and whoever asked is told of a failure.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement, prelude::async_trait::async_trait, sea_query::Values,
};
use sea_query_sqlx::SqlxValues;
use sqlx::{
    AssertSqlSafe, Connection, Executor, IntoArguments, Postgres, Row, Sqlite, error::ErrorKind, pool::PoolConnection,
};
use tokio::{runtime::Handle, sync::Mutex};
use tracing::Instrument;

use super::{Commits, statements};

/// A connection that can't roll back in this time is closed instead.
const ROLLBACK_PATIENCE: Duration = Duration::from_secs(5);

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reads what it will, and writes.
    Write,
    /// Reads everything as it is at one moment.
    Snapshot,
}

impl Purpose {
    /// SQLite refuses this inside a transaction.
    fn sqlite(self) -> &'static str {
        match self {
            Self::Write => "BEGIN IMMEDIATE",
            // A reading transaction is a snapshot as it is.
            Self::Snapshot => "BEGIN",
        }
    }

    /// PostgreSQL only warns inside a transaction: its time tells whether it began with this message. A role or database
    /// may be set to answer before a commit is on disk; other settings (`local`, `remote_apply` …) stay as they are.
    fn postgres(self) -> &'static str {
        match self {
            Self::Write => {
                "BEGIN; SELECT now() = statement_timestamp(), set_config('synchronous_commit', \
                 CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' \
                 ELSE current_setting('synchronous_commit') END, true)"
            }
            // Inside a transaction that has read anything PostgreSQL refuses to change its isolation.
            Self::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

/// A connection taken from its pool.
enum Source {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Source {
    /// Takes a connection from a pool and begins a transaction on it.
    async fn begun(pool: &DatabaseConnection, purpose: Purpose) -> Result<Self, DbErr> {
        match Self::begin(pool, purpose).await {
            // A connection that went bad while nobody used it says nothing about the database.
            Err(DbErr::Query(error)) => {
                tracing::warn!(%error, "a transaction could not begin; trying on a new connection");
                Self::begin(pool, purpose).await
            }
            begun => begun,
        }
    }

    async fn begin(pool: &DatabaseConnection, purpose: Purpose) -> Result<Self, DbErr> {
        // Closed unless all goes well, even when nobody waits for it any longer.
        let mut held = Closing(Some(Self::acquire(pool).await?));
        match held.0.as_mut() {
            Some(Self::Sqlite(connection)) => {
                expect(!connection.is_in_transaction())?;
                connection.execute(purpose.sqlite()).await.map_err(failed_query)?;
            }
            Some(Self::Postgres(connection)) => {
                expect(!connection.is_in_transaction())?;
                let rows = sqlx::raw_sql(purpose.postgres()).fetch_all(&mut **connection).await;
                let row = rows.map_err(failed_query)?.pop();
                let begun = row.is_some_and(|row| row.try_get::<bool, _>(0).unwrap_or(false));
                expect(begun || purpose == Purpose::Snapshot)?;
            }
            None => {}
        }
        held.0.take().ok_or_else(misplaced)
    }

    async fn acquire(pool: &DatabaseConnection) -> Result<Self, DbErr> {
        let acquired = match pool.get_database_backend() {
            DbBackend::Postgres => pool.get_postgres_connection_pool().acquire().await.map(Self::Postgres),
            _ => pool.get_sqlite_connection_pool().acquire().await.map(Self::Sqlite),
        };
        acquired.map_err(|error| match error {
            sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
            error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
        })
    }

    async fn plainly(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => connection.execute(sql).await.map(drop),
            Self::Postgres(connection) => connection.execute(sql).await.map(drop),
        }
    }

    async fn execute(&mut self, statement: Statement) -> Result<ExecResult, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => bound(statement).execute(&mut **connection).await.map(ExecResult::from),
            Self::Postgres(connection) => bound(statement).execute(&mut **connection).await.map(ExecResult::from),
        }
    }

    async fn execute_text(&mut self, sql: String) -> Result<ExecResult, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => connection.execute(AssertSqlSafe(sql)).await.map(ExecResult::from),
            Self::Postgres(connection) => connection.execute(AssertSqlSafe(sql)).await.map(ExecResult::from),
        }
    }

    async fn one(&mut self, statement: Statement) -> Result<Option<QueryResult>, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => {
                bound(statement).fetch_optional(&mut **connection).await.map(|row| row.map(QueryResult::from))
            }
            Self::Postgres(connection) => {
                bound(statement).fetch_optional(&mut **connection).await.map(|row| row.map(QueryResult::from))
            }
        }
    }

    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => {
                let rows = bound(statement).fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(QueryResult::from).collect())
            }
            Self::Postgres(connection) => {
                let rows = bound(statement).fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(QueryResult::from).collect())
            }
        }
    }

    /// Gives the connection back once it has rolled back for certain, and otherwise closes it.
    async fn roll_back(self) -> Result<(), DbErr> {
        let mut held = Closing(Some(self));
        if let Some(connection) = held.0.as_mut() {
            let rolled_back = tokio::time::timeout(ROLLBACK_PATIENCE, connection.plainly("ROLLBACK")).await;
            rolled_back.map_err(|_| DbErr::Custom("the roll-back hangs".to_owned()))?.map_err(failed_statement)?;
        }
        held.0.take();
        Ok(())
    }
}

/// A connection that is closed when it is dropped, and not given back to its pool.
struct Closing(Option<Source>);

impl Drop for Closing {
    fn drop(&mut self) {
        match self.0.as_mut() {
            Some(Source::Sqlite(connection)) => connection.close_on_drop(),
            Some(Source::Postgres(connection)) => connection.close_on_drop(),
            None => {}
        }
    }
}

/// How sure it is what state a connection is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Every statement so far succeeded.
    Sound,
    /// A statement was refused, or given up while it ran: what was done can only be rolled back.
    Failed,
    /// Nobody knows.
    InDoubt,
}

struct Inner {
    /// None once it is over.
    held: Option<Source>,
    state: State,
    wrote: bool,
}

/// A transaction. Rolled back when dropped.
pub struct Transaction {
    inner: Mutex<Inner>,
    backend: DbBackend,
    commits: Arc<Commits>,
}

impl Transaction {
    pub(super) async fn begin(
        pool: &DatabaseConnection,
        purpose: Purpose,
        commits: &Arc<Commits>,
    ) -> Result<Self, DbErr> {
        let inner = Inner { held: Some(Source::begun(pool, purpose).await?), state: State::Sound, wrote: false };
        Ok(Self { inner: Mutex::new(inner), backend: pool.get_database_backend(), commits: Arc::clone(commits) })
    }

    /// Commits. Only when this returns without an error is everything kept, whatever happens next; after an error it is
    /// kept whole or not at all.
    ///
    /// # Errors
    /// Also where an earlier statement failed, although its error was passed over: PostgreSQL would roll back then and
    /// call that a success.
    pub async fn commit(mut self) -> Result<(), DbErr> {
        let inner = self.inner.get_mut();
        if inner.state != State::Sound {
            return Err(DbErr::Custom("a statement of the transaction failed: it is not committed".to_owned()));
        }
        let held = inner.held.as_mut().ok_or_else(misplaced)?;
        let begun = Instant::now();
        inner.state = State::InDoubt;
        held.plainly("COMMIT").await.map_err(failed_statement)?;
        inner.held = None;
        if inner.wrote {
            self.commits.note(begun);
        }
        Ok(())
    }

    /// Takes everything back.
    pub async fn rollback(mut self) -> Result<(), DbErr> {
        let inner = self.inner.get_mut();
        match inner.held.take() {
            Some(held) if inner.state != State::InDoubt => held.roll_back().await,
            // Closing it rolls back as well.
            held => {
                drop(Closing(held));
                Ok(())
            }
        }
    }

    /// Runs a statement, and notes how sure it is how that went.
    async fn run<T>(&self, work: impl AsyncFnOnce(&mut Source) -> Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        let mut inner = self.inner.lock().await;
        if inner.state != State::Sound {
            return Err(sqlx::Error::Protocol("an earlier statement of the transaction failed".to_owned()));
        }
        // What stays if this future is dropped on the way.
        inner.state = State::Failed;
        let Some(held) = inner.held.as_mut() else { return Err(sqlx::Error::PoolClosed) };
        let result = work(held).await;
        inner.state = match &result {
            Ok(_) => State::Sound,
            Err(error) if violates_constraint(error) => State::Failed,
            Err(_) => State::InDoubt,
        };
        statements::count();
        result
    }

    async fn note_written(&self, result: &ExecResult) {
        if result.rows_affected() > 0 {
            self.inner.lock().await.wrote = true;
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let inner = self.inner.get_mut();
        let Some(held) = inner.held.take() else { return };
        match Handle::try_current() {
            Ok(runtime) if inner.state != State::InDoubt => {
                let rolled_back = async move {
                    if let Err(error) = held.roll_back().await {
                        tracing::warn!(%error, "a connection could not roll back, and was closed");
                    }
                };
                runtime.spawn(rolled_back.in_current_span());
            }
            _ => drop(Closing(Some(held))),
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transaction")
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let result = self.run(async |held| held.execute(statement).await).await.map_err(failed_statement)?;
        self.note_written(&result).await;
        Ok(result)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let sql = sql.to_owned();
        self.run(async |held| held.execute_text(sql).await).await.map_err(failed_statement)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(async |held| held.one(statement).await).await.map_err(failed_query)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(async |held| held.all(statement).await).await.map_err(failed_query)
    }
}

/// Where writing begins: transactions, and single statements that are a transaction each.
#[derive(Clone, Debug)]
pub struct Writer {
    pub(super) pool: DatabaseConnection,
    pub(super) commits: Arc<Commits>,
}

impl Writer {
    pub(super) async fn begin(&self) -> Result<Transaction, DbErr> {
        Transaction::begin(&self.pool, Purpose::Write, &self.commits).await
    }

    async fn alone<T>(&self, work: impl AsyncFnOnce(&Transaction) -> Result<T, DbErr>) -> Result<T, DbErr> {
        let transaction = self.begin().await?;
        let done = work(&transaction).await?;
        transaction.commit().await?;
        Ok(done)
    }
}

#[async_trait]
impl ConnectionTrait for Writer {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.alone(async |transaction| transaction.execute_raw(statement).await).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.alone(async |transaction| transaction.execute_unprepared(sql).await).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.alone(async |transaction| transaction.query_one_raw(statement).await).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.alone(async |transaction| transaction.query_all_raw(statement).await).await
    }
}

fn bound<DB: sqlx::Database>(statement: Statement) -> sqlx::query::Query<'static, DB, SqlxValues>
where
    SqlxValues: IntoArguments<DB>,
{
    let values = statement.values.unwrap_or_else(|| Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

fn violates_constraint(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| !matches!(error.kind(), ErrorKind::Other))
}

fn expect(begun: bool) -> Result<(), DbErr> {
    let inside = || failed_query(sqlx::Error::Protocol("the connection is inside another transaction".to_owned()));
    if begun { Ok(()) } else { Err(inside()) }
}

fn misplaced() -> DbErr {
    DbErr::Custom("the transaction is over".to_owned())
}

fn failed_statement(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

fn failed_query(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
