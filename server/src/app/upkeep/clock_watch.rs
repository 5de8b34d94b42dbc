//! Holds the clock against what else is known of the time, at the start and every minute, and says when they disagree.

use std::{
    sync::{PoisonError, RwLock},
    time::Duration,
};

use chrono::TimeDelta;
use domain::check_ins::clock_doubt::{Doubt, Witnesses, doubts, told};
use sea_orm::DbErr;

use crate::{app::App, store};

const EVERY: Duration = Duration::from_secs(60);
/// Looks between two lines in the log that say the same.
const SAID_AGAIN_AFTER: u32 = 60;

/// What was seen when the clock was last looked at.
#[derive(Debug, Default)]
pub struct ClockWatch(RwLock<Observation>);

#[derive(Clone, Debug, Default)]
struct Observation {
    doubts: Vec<Doubt>,
    ahead_of_database: Option<TimeDelta>,
}

impl ClockWatch {
    /// Why the clock can't be right; empty if nothing speaks against it.
    pub fn doubts(&self) -> Vec<Doubt> {
        self.seen().doubts
    }

    /// How far the clock is ahead of the database's; none if that has none of its own.
    pub fn ahead_of_database(&self) -> Option<TimeDelta> {
        self.seen().ahead_of_database
    }

    fn seen(&self) -> Observation {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl App {
    /// Looks at the clock once: why it can't be right.
    pub async fn look_at_clock(&self) -> Result<Vec<Doubt>, DbErr> {
        let reader = self.database.reader();
        let newest_record = store::outbox::newest_record(reader).await?;
        let before = self.clock.now();
        let database = store::clock::now(reader).await?;
        let now = self.clock.now();
        let ahead_of_database = database.map(|database| {
            // The database answered somewhere in between: only what is beyond that is a difference.
            if before > database {
                before - database
            } else if now < database {
                now - database
            } else {
                TimeDelta::zero()
            }
        });
        let witnesses = Witnesses { built_at: self.clock.built_at(), newest_record, ahead_of_database };
        let doubts = doubts(now, &witnesses);
        let seen = Observation { doubts: doubts.clone(), ahead_of_database };
        *self.clock_watch.0.write().unwrap_or_else(PoisonError::into_inner) = seen;
        Ok(doubts)
    }

    /// Looks at the clock every minute, for ever, and says what is wrong: at once, and then every hour; drop the future to
    /// stop.
    pub async fn watch_clock(&self) {
        let mut said = String::new();
        let mut since = 0;
        loop {
            match self.look_at_clock().await {
                Ok(doubts) => {
                    let doubts = told(&doubts);
                    since = if doubts == said { since + 1 } else { 0 };
                    if doubts.is_empty() && !said.is_empty() {
                        tracing::info!("nothing speaks against this machine's clock any more");
                    } else if !doubts.is_empty() && since % SAID_AGAIN_AFTER == 0 {
                        tracing::error!(now = %self.clock.now(), doubts, "this machine's clock is wrong, and everybody is judged by it: set it, and keep it by NTP");
                    }
                    said = doubts;
                }
                Err(error) => tracing::warn!(%error, "the clock can't be compared; trying again later"),
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}
