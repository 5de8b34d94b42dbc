//! Counts attempts at a sign-in name, and lets them wait.
//!
//! Known and unknown names are counted in the same table in the same way, so that a lock-out tells nothing about whether
//! there is such an account. An attempt is counted before the password is looked at: a thousand at once are a thousand
//! attempts. One that succeeds takes the count back.

use chrono::{DateTime, Utc};
use entity::sign_in_attempt;
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::ConnectionTrait;
use sha2::Sha256;

use super::{App, Broken, Failure, Refusal, RefusalCode};
use crate::{domain::lock_out::Attempts, store};

/// As many names at most are counted apart: made-up names can't fill the database, and that two real ones meet in one
/// slot is next to impossible.
const SLOTS: u32 = 1 << 20;
const DOMAIN: &[u8] = b"onsite sign-in\0";

impl App {
    /// Counts an attempt at a sign-in name, or refuses to look at it.
    pub(super) async fn count_attempt(&self, login: &str) -> Result<(), Failure> {
        let now = self.clock.now();
        let transaction = self.database.begin().await?;
        let row = store::sign_in_attempt::lock(&transaction, self.slot_of(login)?, now).await?;
        let attempts = Attempts { count: row.failures.unsigned_abs(), last_at: row.last_at };
        let attempts = attempts.one_more(now).map_err(|until| too_many(now, until))?;
        let failures = i32::try_from(attempts.count).unwrap_or(i32::MAX);
        let row = sign_in_attempt::Model { failures, last_at: attempts.last_at, ..row };
        store::sign_in_attempt::save(&transaction, row).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets the attempts at a sign-in name: one succeeded.
    pub(super) async fn forgive_attempts(&self, connection: &impl ConnectionTrait, login: &str) -> Result<(), Broken> {
        Ok(store::sign_in_attempt::clear(connection, self.slot_of(login)?).await?)
    }

    /// Where attempts at a name are counted. Keyed, so that nobody can work out which names share a slot.
    fn slot_of(&self, login: &str) -> Result<i32, Broken> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.challenge_key);
        let mut mac = mac.map_err(|error| Broken::Record(error.to_string()))?;
        mac.update(DOMAIN);
        mac.update(login.as_bytes());
        let hash = mac.finalize().into_bytes();
        let slot = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % SLOTS;
        i32::try_from(slot).map_err(|error| Broken::Record(error.to_string()))
    }
}

fn too_many(now: DateTime<Utc>, until: DateTime<Utc>) -> Failure {
    let seconds = (until - now).num_milliseconds().max(0).unsigned_abs().div_ceil(1000);
    let zh = format!("尝试次数过多，请在 {seconds} 秒后重试。");
    let en = format!("Too many attempts; try again in {seconds} s.");
    Refusal { retry_at: Some(until), ..Refusal::of_no_field(RefusalCode::TooManyAttempts, zh, en) }.into()
}
