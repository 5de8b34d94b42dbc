//! How many of something each may have at once: connections of an address, sockets of a viewer.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Permits, so many for each key.
pub(super) struct Concurrency<K> {
    taken: Mutex<HashMap<K, usize>>,
    most: usize,
}

/// One permit, given back when dropped.
pub(super) struct Permit<K: Clone + Eq + Hash> {
    limit: Arc<Concurrency<K>>,
    key: K,
}

impl<K: Clone + Eq + Hash> Concurrency<K> {
    /// At most so many for each key.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { taken: Mutex::default(), most })
    }

    /// The most that each may have.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Takes a permit, if one is left.
    pub(super) fn take(self: &Arc<Self>, key: K) -> Option<Permit<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key.clone()).or_default();
        if *count >= self.most {
            if *count == 0 {
                taken.remove(&key);
            }
            return None;
        }
        *count += 1;
        Some(Permit { limit: Arc::clone(self), key })
    }
}

impl<K: Clone + Eq + Hash> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut taken = self.limit.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = taken.entry(self.key.clone()) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl<K: Clone + Eq + Hash> fmt::Debug for Permit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_and_gets_them_back() {
        let limit = Concurrency::new(2);
        let (one, two) = (limit.take("a"), limit.take("a"));
        assert!(one.is_some() && two.is_some());
        assert!(limit.take("a").is_none());
        assert!(limit.take("b").is_some());
        drop(one);
        assert!(limit.take("a").is_some());
        drop(two);
        assert!(limit.taken.lock().unwrap().is_empty());
    }
}
