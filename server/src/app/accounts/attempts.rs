//! Counts attempts to prove who one is, and lets them wait.
//!
//! Known and unknown sign-in names are counted in the same table in the same way, so that a lock-out tells nothing about
//! whether there is such an account. An attempt is counted before the password is looked at: a thousand at once are a
//! thousand attempts. One that succeeds takes the count back.

use chrono::{DateTime, Utc};
use domain::{accounts::lock_out::Attempts, permission::Viewer};
use entity::{
    ids::{AccountId, SessionId},
    sign_in_attempt,
};
use hmac::{Hmac, KeyInit, Mac};
use messages::message;
use sea_orm::ConnectionTrait;
use sha2::Sha256;

use crate::{
    app::{App, Broken, Failure, Refusal, RefusalCode},
    store,
};

/// As many targets at most are counted apart: made-up names can't fill the database, and that two real ones meet in one
/// slot is next to impossible.
const SLOTS: u32 = 1 << 20;

/// What is guessed at. Each is counted apart: who may only try one keeps nobody else from another.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) enum GuessTarget<'a> {
    /// A sign-in name, where anybody may try.
    Name(&'a str),
    /// The password, asked for again in an open session.
    Session(SessionId),
    /// The second factor of an account whose owner the identity provider has vouched for.
    Vouched(AccountId),
}

impl App {
    /// Counts an attempt, or refuses to look at it.
    pub(in crate::app) async fn count_attempt(&self, target: GuessTarget<'_>) -> Result<(), Failure> {
        let now = self.clock.now();
        let transaction = self.database.begin().await?;
        let counted = self.counted(&transaction, target, now).await?;
        transaction.commit().await?;
        counted.map_err(|until| too_many(now, until))
    }

    /// Counts an attempt to give the password again in a session: there, and at the name as well, for whoever found a
    /// phone lying open has no more guesses than anybody else. Others who try the name keep nobody in a session waiting.
    pub(in crate::app) async fn count_proof(&self, viewer: &Viewer, login: &str) -> Result<(), Failure> {
        let now = self.clock.now();
        let transaction = self.database.begin().await?;
        let counted = self.counted(&transaction, GuessTarget::Session(viewer.session), now).await?;
        if counted.is_ok() {
            let _waits = self.counted(&transaction, GuessTarget::Name(login), now).await?;
        }
        transaction.commit().await?;
        counted.map_err(|until| too_many(now, until))
    }

    /// Counts an attempt; until when it has to wait, if it has to.
    async fn counted(
        &self,
        connection: &impl ConnectionTrait,
        target: GuessTarget<'_>,
        now: DateTime<Utc>,
    ) -> Result<Result<(), DateTime<Utc>>, Broken> {
        let row = store::sign_in_attempt::lock(connection, self.slot_of(target)?, now).await?;
        let kept = Attempts { count: row.failures.unsigned_abs(), last_at: row.last_at };
        let seen = kept.seen_at(now);
        let (attempts, counted) = match seen.one_more(now) {
            Ok(more) => (more, Ok(())),
            // Kept as it is seen now: the wait has begun, and will end.
            Err(until) => (seen, Err(until)),
        };
        if attempts != kept {
            let failures = i32::try_from(attempts.count).unwrap_or(i32::MAX);
            let row = sign_in_attempt::Model { failures, last_at: attempts.last_at, ..row };
            store::sign_in_attempt::save(connection, row).await?;
        }
        Ok(counted)
    }

    /// Forgets the attempts at a target: one succeeded.
    pub(in crate::app) async fn forgive_attempts(
        &self,
        connection: &impl ConnectionTrait,
        target: GuessTarget<'_>,
    ) -> Result<(), Broken> {
        Ok(store::sign_in_attempt::clear(connection, self.slot_of(target)?).await?)
    }

    /// Forgets the attempts to give the password again in a session.
    pub(in crate::app) async fn forgive_proof(
        &self,
        connection: &impl ConnectionTrait,
        viewer: &Viewer,
        login: &str,
    ) -> Result<(), Broken> {
        self.forgive_attempts(connection, GuessTarget::Session(viewer.session)).await?;
        self.forgive_attempts(connection, GuessTarget::Name(login)).await
    }

    /// Where attempts at a target are counted. Keyed, so that nobody can work out which names share a slot.
    fn slot_of(&self, target: GuessTarget<'_>) -> Result<i32, Broken> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.challenge_key);
        let mut mac = mac.map_err(|error| Broken::failed("where attempts are counted", error))?;
        let (domain, what): (&[u8], &[u8]) = match &target {
            GuessTarget::Name(login) => (b"onsite sign-in\0", login.as_bytes()),
            GuessTarget::Session(session) => (b"onsite session\0", session.0.as_bytes()),
            GuessTarget::Vouched(account) => (b"onsite vouched\0", account.0.as_bytes()),
        };
        mac.update(domain);
        mac.update(what);
        let hash = mac.finalize().into_bytes();
        let slot = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % SLOTS;
        i32::try_from(slot).map_err(|error| Broken::failed("where attempts are counted", error))
    }
}

fn too_many(now: DateTime<Utc>, until: DateTime<Utc>) -> Failure {
    let seconds = (until - now).num_milliseconds().max(0).unsigned_abs().div_ceil(1000);
    let message = message!(AttemptsTooMany { seconds });
    Refusal { retry_at: Some(until), ..Refusal::of_no_field(RefusalCode::TooManyAttempts, message) }.into()
}
