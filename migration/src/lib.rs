//! Schema migrations of Onsite, up and down, for SQLite and PostgreSQL.
//!
//! One change a file. A migration never imports the entities: it stands as it was written when they move on.

use sea_orm_migration::{MigrationTrait, async_trait::async_trait};
pub use sea_orm_migration::{MigratorTrait, SchemaManager};

mod m20261122_000001_people_and_projects;
mod m20261122_000002_evidence;
mod m20261122_000003_outbox;

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
        ]
    }
}
