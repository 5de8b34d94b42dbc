//! Schema migrations of Onsite, up and down, for SQLite and PostgreSQL.
//!
//! One change a file. A migration never imports the entities: it stands as it was written when they move on.

use sea_orm_migration::{MigrationTrait, async_trait::async_trait};
pub use sea_orm_migration::{MigratorTrait, SchemaManager};

mod rights;

mod m20261122_000001_people_and_projects;
mod m20261122_000002_evidence;
mod m20261122_000003_outbox;
mod m20261122_000004_thresholds;
mod m20261122_000005_devices;
mod m20261122_000006_inspections;
mod m20261122_000007_decisions;
mod m20261122_000008_chain;
mod m20261122_000009_rejudgements;
mod m20261124_000010_accounts;
mod m20261124_000011_second_factors;
mod m20261124_000012_single_sign_on;
mod m20261125_000013_heartbeats;
mod m20261125_000014_discarded_objects;
mod m20261125_000015_blank_photos;
mod m20261125_000017_signed_texts;
mod m20261125_000018_contradictions;
mod m20261125_000019_jobs;

/// All migrations, in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_people_and_projects::Migration),
            Box::new(m20261122_000002_evidence::Migration),
            Box::new(m20261122_000003_outbox::Migration),
            Box::new(m20261122_000004_thresholds::Migration),
            Box::new(m20261122_000005_devices::Migration),
            Box::new(m20261122_000006_inspections::Migration),
            Box::new(m20261122_000007_decisions::Migration),
            Box::new(m20261122_000008_chain::Migration),
            Box::new(m20261122_000009_rejudgements::Migration),
            Box::new(m20261124_000010_accounts::Migration),
            Box::new(m20261124_000011_second_factors::Migration),
            Box::new(m20261124_000012_single_sign_on::Migration),
            Box::new(m20261125_000013_heartbeats::Migration),
            Box::new(m20261125_000014_discarded_objects::Migration),
            Box::new(m20261125_000015_blank_photos::Migration),
            Box::new(m20261125_000017_signed_texts::Migration),
            Box::new(m20261125_000018_contradictions::Migration),
            Box::new(m20261125_000019_jobs::Migration),
        ]
    }
}
