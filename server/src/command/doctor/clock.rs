//! Whether this machine's clock can be right: everybody is judged by it.

use domain::check_ins::clock_doubt::message;

use super::Finding;
use crate::command::speech::{language, words};
use crate::{clock::Clock, config::Config, serve, store::Database};

pub(super) async fn look(config: &Config, database: &Database, clock: Clock) -> Option<Finding> {
    let now = clock.now();
    // Without photos and keys there is no app, and then something else is told already.
    let app = serve::app(config, database.clone(), "http://localhost".to_owned(), clock).await.ok()?;
    Some(match app.look_at_clock().await {
        Ok(doubts) => match message(&doubts) {
            None => Finding::ok("clock", words!(DoctorClockRight { now: now.to_string() })),
            Some(doubts) => Finding::fail("clock", doubts.said(language()), words!(DoctorSetClock)),
        },
        Err(error) => Finding::fail("clock", error.to_string(), words!(DoctorSeeDatabase)),
    })
}
