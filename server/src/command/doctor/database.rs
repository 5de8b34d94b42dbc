//! Whether the database answers, keeps what is written, and has the tables it should have.

use super::Finding;
use crate::{
    clock::Clock,
    command::speech::words,
    store::{Database, server_settings},
};

pub(super) async fn look(database: &Database, clock: &Clock) -> Vec<Finding> {
    let settings = match server_settings::ask(database.reader()).await {
        Ok(settings) => settings,
        Err(error) => {
            return vec![Finding::fail("database", error.to_string(), words!(DoctorSeeDatabaseLog))];
        }
    };
    let product = settings.product;
    let mut findings = Vec::new();
    if settings.too_old {
        findings.push(Finding::fail("database", words!(DoctorDatabaseTooOld { product }), words!(DoctorUseNewer)));
    } else {
        findings.push(Finding::ok("database", words!(DoctorDatabaseAnswers { product })));
    }
    if !settings.not_durable.is_empty() {
        let found = words!(DoctorNotDurable { settings: settings.not_durable.join(", ") });
        findings.push(Finding::warn("durability", found, words!(DoctorTurnOn)));
    }
    if settings.superuser {
        findings.push(Finding::warn("database", words!(DoctorSuperuser), words!(DoctorOwnUser)));
    }
    findings.extend(kept(database, clock).await);
    findings
}

async fn kept(database: &Database, clock: &Clock) -> Vec<Finding> {
    match database.pending_migrations().await {
        Ok(0) => {}
        Ok(pending) => {
            return vec![Finding::fail(
                "migrations",
                words!(DoctorMigrationsPending { pending }),
                words!(DoctorMigrate),
            )];
        }
        Err(error) => return vec![Finding::fail("migrations", error.to_string(), words!(DoctorSeeAbove))],
    }
    let migrations = Finding::ok("migrations", words!(DoctorTablesUpToDate));
    let ready = database.ready(clock.now()).await;
    let durable = if ready.database {
        Finding::ok("durability", words!(DoctorDurable))
    } else {
        Finding::fail("durability", words!(DoctorKeepsNothing), words!(DoctorMakeRoom))
    };
    vec![migrations, durable]
}
