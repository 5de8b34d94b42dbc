//! Forgets what need not be kept.

use chrono::TimeDelta;
use domain::accounts::lock_out::FORGOTTEN_AFTER;
use objects::ObjectStore;

use crate::{
    app::{
        App,
        accounts::{add_account::ONE_TIME_LIFETIME, sign_in::SESSION_LIFETIME, single_sign_on::ATTEMPTS_END_WITHIN},
    },
    store,
};

/// Well past the longest upload.
const BROKEN_OFF: TimeDelta = TimeDelta::hours(1);
/// A server that was not asked whether it is ready for so long is taken for one that ended.
const ENDED: TimeDelta = TimeDelta::days(1);

impl App {
    /// Forgets events older than `keep`, what broken-off uploads left, photos that no check-in named, and whatever else
    /// need not be kept. What can't be forgotten now is tried again the next time.
    pub async fn keep_house(&self, keep: TimeDelta) {
        self.sweep_uploads().await;
        match store::outbox::forget(self.database.writer(), self.clock.now() - keep).await {
            Ok(0) => {}
            Ok(events) => tracing::info!(events, "old events forgotten"),
            Err(error) => tracing::warn!(%error, "old events can't be forgotten; trying again later"),
        }
        self.forget_attempts().await;
        self.discard().await;
        self.forget_servers().await;
        self.shorten_what_is_too_long().await;
        self.queue_left_out().await;
    }

    async fn queue_left_out(&self) {
        match self.queue_photos_without_job().await {
            Ok(0) => {}
            Ok(photos) => tracing::info!(photos, "photos that an older server recorded are inspected"),
            Err(error) => tracing::warn!(%error, "photos without a job can't be looked for; trying again later"),
        }
    }

    async fn forget_attempts(&self) {
        let before = self.clock.now() - FORGOTTEN_AFTER;
        if let Err(error) = store::sign_in_attempt::forget(self.database.writer(), before).await {
            tracing::warn!(%error, "old attempts to sign in can't be forgotten; trying again later");
        }
        if let Err(error) = store::single_sign_on_attempt::forget(self.database.writer(), self.clock.now()).await {
            tracing::warn!(%error, "old single sign-ons can't be forgotten; trying again later");
        }
    }

    async fn discard(&self) {
        match self.discard_photos().await {
            Ok((0, 0)) => {}
            Ok((photos, objects)) => tracing::info!(photos, objects, "photos that no check-in named are removed"),
            Err(error) => tracing::warn!(%error, "photos that no check-in named can't be removed; trying again later"),
        }
    }

    async fn forget_servers(&self) {
        let before = self.clock.now() - ENDED;
        if let Err(error) = store::heartbeat::forget(self.database.writer(), before).await {
            tracing::warn!(%error, "servers that ended can't be forgotten; trying again later");
        }
    }

    /// What was given out while this machine's clock was ahead would last for longer than it may. Does nothing by a clock
    /// that is wrong now: one that is behind would end everything.
    pub async fn shorten_what_is_too_long(&self) {
        if !self.clock_watch.doubts().is_empty() {
            return;
        }
        let (writer, now) = (self.database.writer(), self.clock.now());
        let sessions = store::session::shorten(writer, now, now + SESSION_LIFETIME).await;
        let passwords = store::account::shorten_one_time(writer, now + ONE_TIME_LIFETIME).await;
        let latest = now + ATTEMPTS_END_WITHIN;
        let attempts = store::single_sign_on_attempt::forget_of_a_clock_ahead(writer, latest).await;
        match sessions.and_then(|sessions| Ok(sessions + passwords? + attempts?)) {
            Ok(0) => {}
            Ok(ended) => tracing::warn!(ended, "what a clock that was ahead gave out ends earlier now"),
            Err(error) => tracing::warn!(%error, "what a clock that was ahead gave out stays; trying again later"),
        }
    }

    async fn sweep_uploads(&self) {
        let ObjectStore::Local(directory) = &self.objects else { return };
        match directory.sweep(self.clock.now() - BROKEN_OFF).await {
            Ok(0) => {}
            Ok(uploads) => tracing::info!(uploads, "broken-off uploads removed"),
            Err(error) => tracing::warn!(%error, "broken-off uploads can't be removed; trying again later"),
        }
    }
}
