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
    /// When the program was built: a time before it can't be.
    fn built_at(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

/// A handle on time and randomness, cheap to clone.
#[derive(Clone)]
pub struct Clock {
    source: Arc<dyn Source>,
    trusted: bool,
}

impl Clock {
    /// The real ones.
    pub fn system() -> Self {
        Self::of(Arc::new(System))
    }

    /// A source of one's own.
    pub fn of(source: Arc<dyn Source>) -> Self {
        Self { source, trusted: false }
    }

    /// The same, believed whatever speaks against it: somebody has looked at it.
    #[must_use]
    pub fn trusted(self) -> Self {
        Self { trusted: true, ..self }
    }

    /// Whether it is believed whatever speaks against it.
    pub fn is_trusted(&self) -> bool {
        self.trusted
    }

    /// When the program was built: a time before it can't be.
    pub fn built_at(&self) -> DateTime<Utc> {
        self.source.built_at()
    }

    /// The time now, to the millisecond: what every database keeps.
    pub fn now(&self) -> DateTime<Utc> {
        self.source.now().trunc_subsecs(3)
    }

    /// A fresh id of any kind.
    pub fn id<Id: From<Uuid>>(&self) -> Id {
        self.source.id().into()
    }

    /// Unpredictable bytes, for tokens and keys.
    pub fn random(&self) -> [u8; 32] {
        self.source.random()
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

    fn built_at(&self) -> DateTime<Utc> {
        let seconds = env!("BUILT_AT_ONSITE").parse().unwrap_or_default();
        DateTime::from_timestamp(seconds, 0).unwrap_or_default()
    }
}
