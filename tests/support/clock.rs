//! Time that a story sets, and ids that are unique among all its servers.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use server::clock::{Clock, Source};
use uuid::Uuid;

/// A Wednesday, 10:00 in Shanghai.
const BEGINNING: &str = "2026-11-18T02:00:00Z";

static IDS: AtomicU64 = AtomicU64::new(1);

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct TestClock {
    time: Mutex<DateTime<Utc>>,
    /// Whether there is nothing random to be had from it.
    out_of_luck: AtomicBool,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Self::at(time(BEGINNING))
    }

    /// The wall clock as it is now: for services that read theirs.
    pub(crate) fn of_the_wall() -> Arc<Self> {
        Self::at(Clock::system().now())
    }

    fn at(time: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self { time: Mutex::new(time), out_of_luck: AtomicBool::new(false) })
    }

    /// From now on, whoever wants something random panics; or no longer.
    pub(crate) fn run_out_of_luck(&self, out: bool) {
        self.out_of_luck.store(out, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, to: &str) {
        *self.time.lock().unwrap() = time(to);
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.time.lock().unwrap() += by;
    }
}

impl Source for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.time.lock().unwrap()
    }

    /// A UUID of version 7: the milliseconds, then a number no other id has.
    fn id(&self) -> Uuid {
        let millis = u128::from(self.now().timestamp_millis().unsigned_abs());
        let number = u128::from(IDS.fetch_add(1, Ordering::Relaxed));
        Uuid::from_u128((millis << 80) | (7 << 76) | (0b10 << 62) | number)
    }

    fn random(&self) -> [u8; 32] {
        assert!(!self.out_of_luck.load(Ordering::Relaxed), "a story's own panic");
        rand::random()
    }
}

/// A moment, RFC 3339.
pub(crate) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
