//! Work beside requests: kept in a table, so that no crash forgets it, and done by whichever server takes it first.
//!
//! Work that is done once is queued by the transaction that it follows from (`store::job::queue`): photos to inspect. Work
//! that comes again is a [`Schedule`]: tidying. A server takes what is due for as long as the work may take; should it die,
//! another takes over then. What is logged of it carries an id of the run.

use std::time::Duration;

use chrono::TimeDelta;
use entity::values::JobKind;
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    app::{App, Broken},
    store,
};

/// How often a server looks whether work that comes again is due.
const LOOK: Duration = Duration::from_secs(60);

/// Work that comes again.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// What it is.
    pub kind: JobKind,
    /// From one beginning to the next.
    pub every: TimeDelta,
    /// How long it may take.
    pub within: TimeDelta,
}

/// Tidying.
pub const HOUSEKEEPING: Schedule =
    Schedule { kind: JobKind::Housekeeping, every: TimeDelta::hours(1), within: TimeDelta::minutes(10) };

/// Does work as it comes, for ever; drop the future to stop. `keep_events` is how long events are kept.
pub async fn run(app: &App, keep_events: TimeDelta) {
    tokio::join!(app.inspect_photos(), HOUSEKEEPING.follow(app, || app.keep_house(keep_events)));
}

impl Schedule {
    /// Does it whenever it is due, for ever.
    async fn follow<W: Future<Output = ()>>(self, app: &App, work: impl Fn() -> W) {
        loop {
            if let Err(error) = self.once(app, &work).await {
                tracing::warn!(%error, job = self.kind.as_str(), "scheduled work can't be looked for; trying again later");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Does it if it is due and no other server does; whether it did.
    ///
    /// # Errors
    /// The database can't be asked.
    pub async fn once<W: Future<Output = ()>>(self, app: &App, work: impl Fn() -> W) -> Result<bool, Broken> {
        let (writer, now) = (app.database.writer(), app.clock.now());
        let subject = Uuid::nil();
        if !store::job::is_queued(app.database.reader(), self.kind, subject).await? {
            store::job::queue(writer, self.kind, [subject], now).await?;
        }
        if store::job::due(app.database.reader(), self.kind, now, self.every, 1).await?.is_empty()
            || !store::job::take(writer, self.kind, subject, now, self.every, now + self.within).await?
        {
            return Ok(false);
        }
        work().instrument(app.job_span(self.kind.as_str())).await;
        store::job::put_off(writer, self.kind, subject, now + self.every).await?;
        Ok(true)
    }
}
