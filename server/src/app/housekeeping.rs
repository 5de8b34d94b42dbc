//! Forgets what need not be kept.

use std::time::Duration;

use chrono::TimeDelta;

use super::App;
use crate::store;

const EVERY: Duration = Duration::from_secs(3600);

impl App {
    /// Forgets events older than `keep`, now and every hour, for ever; drop the future to stop.
    pub async fn forget_events(&self, keep: TimeDelta) {
        loop {
            match store::outbox::forget(self.database.writer(), self.clock.now() - keep).await {
                Ok(0) => {}
                Ok(events) => tracing::info!(events, "old events forgotten"),
                Err(error) => tracing::warn!(%error, "old events can't be forgotten; trying again later"),
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}
