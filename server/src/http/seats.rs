//! How many of something each may have at once: connections of an address, sockets of a viewer.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Seats, so many for each key.
pub(super) struct Seats<K> {
    taken: Mutex<HashMap<K, usize>>,
    most: usize,
}

/// One seat, given back when dropped.
pub(super) struct Seat<K: Clone + Eq + Hash> {
    seats: Arc<Seats<K>>,
    key: K,
}

impl<K: Clone + Eq + Hash> Seats<K> {
    /// At most so many for each key.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { taken: Mutex::default(), most })
    }

    /// The most that each may have.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Takes a seat, if one is left.
    pub(super) fn take(self: &Arc<Self>, key: K) -> Option<Seat<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key.clone()).or_default();
        if *count >= self.most {
            if *count == 0 {
                taken.remove(&key);
            }
            return None;
        }
        *count += 1;
        Some(Seat { seats: Arc::clone(self), key })
    }
}

impl<K: Clone + Eq + Hash> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = taken.entry(self.key.clone()) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl<K: Clone + Eq + Hash> fmt::Debug for Seat<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seat")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_and_gets_them_back() {
        let seats = Seats::new(2);
        let (one, two) = (seats.take("a"), seats.take("a"));
        assert!(one.is_some() && two.is_some());
        assert!(seats.take("a").is_none());
        assert!(seats.take("b").is_some());
        drop(one);
        assert!(seats.take("a").is_some());
        drop(two);
        assert!(seats.taken.lock().unwrap().is_empty());
    }
}
