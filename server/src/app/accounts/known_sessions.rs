//! Who the latest tokens belong to, so that not every request has to ask the database.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    digest::Sha256Digest,
    permission::{Grant, Viewer},
};
use quick_cache::sync::Cache;

/// How long an answer of the database is believed. An end made by this server, or heard of through the feed, is known
/// at once; this bounds what is heard of late. The protocol allows a second.
const BELIEVED: TimeDelta = TimeDelta::seconds(1);
const KEPT: usize = 10_000;

/// Tokens looked up within the last second.
pub(in crate::app) struct KnownSessions(Cache<Sha256Digest, CachedSession>);

#[derive(Clone, Copy)]
struct CachedSession {
    viewer: Viewer,
    at: DateTime<Utc>,
    /// How many changes of sessions had been heard of before it was looked up.
    changes: u64,
}

impl KnownSessions {
    /// None are known.
    pub(in crate::app) fn new() -> Self {
        Self(Cache::new(KEPT))
    }

    /// Whose a token is, if that was looked up lately and no session has changed since.
    pub(in crate::app) fn get(&self, token: &Sha256Digest, changes: u64, now: DateTime<Utc>) -> Option<Viewer> {
        let known = self.0.get(token)?;
        // A clock that was set back makes it look as if it came from the future.
        let fresh = known.at <= now && now < known.at + BELIEVED;
        (fresh && known.changes == changes && known.viewer.expires_at > now).then_some(known.viewer)
    }

    /// Remembers whose a token is; `changes` is what was heard of before it was looked up.
    pub(in crate::app) fn keep(&self, token: Sha256Digest, viewer: Viewer, changes: u64, at: DateTime<Utc>) {
        // Whoever is being let in is to be let in at once.
        if viewer.grant != Grant::Enrolment {
            self.0.insert(token, CachedSession { viewer, at, changes });
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::{
        ids::{AccountId, SessionId},
        values::AccountRole,
    };
    use uuid::Uuid;

    use super::*;

    fn viewer(grant: Grant) -> Viewer {
        Viewer {
            account: AccountId(Uuid::nil()),
            session: SessionId(Uuid::nil()),
            expires_at: DateTime::UNIX_EPOCH + TimeDelta::days(1),
            person: None,
            role: AccountRole::Office,
            grant,
        }
    }

    #[test]
    fn a_change_of_any_session_forgets_what_was_looked_up_before_it() {
        let (known, token) = (KnownSessions::new(), Sha256Digest::from_bytes([7; 32]));
        let now = DateTime::UNIX_EPOCH;
        known.keep(token, viewer(Grant::Whole), 3, now);
        assert_eq!(known.get(&token, 3, now), Some(viewer(Grant::Whole)));
        assert_eq!(known.get(&token, 4, now), None);
    }

    #[test]
    fn nothing_is_believed_for_longer_than_a_second() {
        let (known, token) = (KnownSessions::new(), Sha256Digest::from_bytes([7; 32]));
        let now = DateTime::UNIX_EPOCH;
        known.keep(token, viewer(Grant::Whole), 0, now);
        assert_eq!(known.get(&token, 0, now + TimeDelta::milliseconds(999)), Some(viewer(Grant::Whole)));
        assert_eq!(known.get(&token, 0, now + TimeDelta::seconds(1)), None);
    }

    #[test]
    fn who_is_kept_to_enrolment_is_looked_up_each_time() {
        let (known, token) = (KnownSessions::new(), Sha256Digest::from_bytes([7; 32]));
        let now = DateTime::UNIX_EPOCH;
        known.keep(token, viewer(Grant::Enrolment), 0, now);
        assert_eq!(known.get(&token, 0, now), None);
    }
}
