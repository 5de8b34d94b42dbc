//! Whether the database answers, keeps what is written, and has the tables it should have.

use super::Finding;
use crate::{
    clock::Clock,
    store::{Database, server_settings},
};

pub(super) async fn look(database: &Database, clock: &Clock) -> Vec<Finding> {
    let settings = match server_settings::ask(database.reader()).await {
        Ok(settings) => settings,
        Err(error) => {
            let advice = "look into the database server's log";
            return vec![Finding::fail("database", error.to_string(), advice)];
        }
    };
    let product = settings.product;
    let mut findings = Vec::new();
    if settings.too_old {
        findings.push(Finding::fail("database", format!("{product} is too old"), "use PostgreSQL 14 or newer"));
    } else {
        findings.push(Finding::ok("database", format!("{product} answers")));
    }
    if !settings.not_durable.is_empty() {
        let found = format!("{} is off: a power cut may lose acknowledged check-ins", settings.not_durable.join(", "));
        findings.push(Finding::warn("durability", found, "turn it on in the server's settings"));
    }
    if settings.superuser {
        let advice = "give Onsite a user of its own, who owns its database and nothing else";
        findings.push(Finding::warn("database", "Onsite uses a superuser of the database", advice));
    }
    findings.extend(kept(database, clock).await);
    findings
}

async fn kept(database: &Database, clock: &Clock) -> Vec<Finding> {
    match database.pending_migrations().await {
        Ok(0) => {}
        Ok(pending) => {
            let found = format!("{pending} migrations are not applied");
            return vec![Finding::fail(
                "migrations",
                found,
                "run `onsite migrate`, or start with `onsite serve --migrate`",
            )];
        }
        Err(error) => return vec![Finding::fail("migrations", error.to_string(), "see above")],
    }
    let migrations = Finding::ok("migrations", "the tables are up to date");
    let ready = database.ready(clock.now()).await;
    let durable = if ready.database {
        Finding::ok("durability", "what is written is kept for certain")
    } else {
        let advice = "make room on the database's disk; the log above says what failed";
        Finding::fail("durability", "the database answers, but does not keep what is written", advice)
    };
    vec![migrations, durable]
}
