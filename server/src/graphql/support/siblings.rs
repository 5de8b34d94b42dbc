//! Loading a field for every row of a list at once.
//!
//! Rows that were listed together share the batches of their list. The first row that resolves a field loads it for
//! all its siblings in one statement; the others find it there. So a query's number of statements depends on its
//! fields and their arguments, never on its rows, and no timer decides when a batch is full.

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OnceCell;

use super::error::internal;
use crate::app::Broken;

type Loaded<K, V> = Result<Arc<HashMap<K, V>>, Arc<Broken>>;
type Cells<A, K, V> = HashMap<A, Arc<OnceCell<Loaded<K, V>>>>;

/// One field of a list: for each set of arguments `A`, a value `V` by key `K`.
pub(in crate::graphql) struct Batch<A, K, V>(Mutex<Cells<A, K, V>>);

impl<A, K, V> Default for Batch<A, K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<A, K, V> fmt::Debug for Batch<A, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Batch")
    }
}

impl<A: Eq + Hash, K: Eq + Hash, V: Clone> Batch<A, K, V> {
    /// The value for `key`, loading those of all siblings if nobody has asked with these arguments.
    pub(in crate::graphql) async fn get<F, E>(
        &self,
        arguments: A,
        key: &K,
        load: impl FnOnce() -> F,
    ) -> async_graphql::Result<Option<V>>
    where
        F: Future<Output = Result<HashMap<K, V>, E>>,
        E: Into<Broken>,
    {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(arguments).or_default())
        };
        let loaded =
            cell.get_or_init(|| async { load().await.map(Arc::new).map_err(|error| Arc::new(error.into())) }).await;
        match loaded {
            Ok(values) => Ok(values.get(key).cloned()),
            Err(error) => Err(internal(error)),
        }
    }
}

/// Rows by the key of what they belong to.
pub(in crate::graphql) fn grouped<K: Eq + Hash, V>(rows: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups = HashMap::<K, Vec<V>>::new();
    for (key, row) in rows {
        groups.entry(key).or_default().push(row);
    }
    groups
}

/// The different keys among these, in a stable order.
pub(in crate::graphql) fn distinct<K: Ord>(keys: impl IntoIterator<Item = K>) -> Vec<K> {
    keys.into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}
