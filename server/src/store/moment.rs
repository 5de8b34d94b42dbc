//! One answer, one moment: what a request reads is read as it was at one time, however many statements that takes.
//!
//! Whoever executes a request does so inside a [`Moment`]. The first statement that is read in an open one begins a
//! snapshot, and all others are read from it. Outside of one, and while it is closed, each statement reads what there is.

use std::{
    fmt, mem,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{Stream, StreamExt, future::BoxFuture, stream};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    prelude::async_trait::async_trait,
};
use tokio::sync::OnceCell;

use super::{Commits, Purpose, Transaction};

tokio::task_local! {
    static MOMENT: Arc<Moment>;
}

type Reading<'a, T> = BoxFuture<'a, Result<T, DbErr>>;
type Snapshot = Arc<OnceCell<Transaction>>;

/// What a request reads from; none while it is closed.
#[derive(Default)]
pub struct Moment(Mutex<Option<Snapshot>>);

impl Moment {
    /// One that is open.
    pub fn open() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(Snapshot::default()))))
    }

    /// One that somebody opens with [`begin`] when it is time: after something was changed, or for an event.
    pub fn closed() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Runs a future within it.
    pub async fn within<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        MOMENT.scope(Arc::clone(self), future).await
    }

    /// Lets go of what it read from; a connection is free again.
    pub fn close(&self) {
        self.put(None);
    }

    fn snapshot(&self) -> Option<Snapshot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, snapshot: Option<Snapshot>) {
        let before = mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), snapshot);
        // Rolls back, where nobody reads from it any more.
        drop(before);
    }

    /// Begins anew after a statement failed, unless somebody has already.
    fn give_up(&self, failed: &Snapshot) {
        if self.snapshot().is_some_and(|snapshot| Arc::ptr_eq(&snapshot, failed)) {
            self.put(Some(Snapshot::default()));
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Moment")
    }
}

/// From here on the request reads everything as it is now.
pub fn begin() {
    let _ = MOMENT.try_with(|moment| moment.put(Some(Snapshot::default())));
}

/// From here on the request reads what there is, and holds no connection meanwhile.
pub fn end() {
    let _ = MOMENT.try_with(|moment| moment.close());
}

/// Has each item of a stream made within a moment of its own, which whoever makes it begins.
pub fn each<S: Stream + Send + 'static>(items: S) -> impl Stream<Item = S::Item> + Send {
    stream::unfold((Box::pin(items), Moment::closed()), |(mut items, moment)| async move {
        let item = moment.within(items.next()).await?;
        moment.close();
        Some((item, (items, moment)))
    })
}

/// For reading outside a transaction, all within a moment where there is one.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) pool: DatabaseConnection,
    pub(super) commits: Arc<Commits>,
}

impl Reader {
    /// A transaction that reads everything as it is at one moment.
    pub(super) async fn snapshot(&self) -> Result<Transaction, DbErr> {
        Transaction::begin(&self.pool, Purpose::Snapshot, &self.commits).await
    }

    /// Reads from the moment's snapshot. One that failed, be it that whoever read from it was given up half-way, is
    /// begun anew once.
    async fn read<T>(&self, statement: &impl Fn(&Transaction) -> Reading<'_, T>) -> Option<Result<T, DbErr>> {
        let moment = MOMENT.try_with(Arc::clone).ok()?;
        let mut last = None;
        for _ in 0..2 {
            let snapshot = moment.snapshot()?;
            let result = match snapshot.get_or_try_init(|| self.snapshot()).await {
                Ok(transaction) => statement(transaction).await,
                Err(error) => Err(error),
            };
            match result {
                Ok(read) => return Some(Ok(read)),
                Err(error) => last = Some(Err(error)),
            }
            moment.give_up(&snapshot);
        }
        last
    }
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.pool.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.pool.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.read(&|snapshot| snapshot.query_one_raw(statement.clone())).await {
            Some(read) => read,
            None => self.pool.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.read(&|snapshot| snapshot.query_all_raw(statement.clone())).await {
            Some(read) => read,
            None => self.pool.query_all_raw(statement).await,
        }
    }
}
