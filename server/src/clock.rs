//! Time and randomness: the one place that reads the wall clock and makes ids, so that tests can set both.

use std::{fmt, sync::Arc};

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

/// Where time, ids and random bytes come from.
pub trait Source: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
    /// A fresh id; later ones sort after earlier ones.
    fn id(&self) -> Uuid;
    /// Unpredictable bytes, for tokens and keys.
    fn random(&self) -> [u8; 32];
}

/// A handle on time and randomness, cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Source>);

impl Clock {
    /// The real ones.
    pub fn system() -> Self {
        Self(Arc::new(System))
    }

    /// A source of one's own.
    pub fn of(source: Arc<dyn Source>) -> Self {
        Self(source)
    }

    /// The time now, to the millisecond: what every database keeps.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.now().trunc_subsecs(3)
    }

    /// A fresh id of any kind.
    pub fn id<Id: From<Uuid>>(&self) -> Id {
        self.0.id().into()
    }

    /// Unpredictable bytes, for tokens and keys.
    pub fn random(&self) -> [u8; 32] {
        self.0.random()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

struct System;

impl Source for System {
    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn random(&self) -> [u8; 32] {
        rand::random()
    }
}
