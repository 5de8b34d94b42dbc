//! `onsite migrate`

use clap::Args;

use super::{Settings, Undone};
use crate::serve;

/// Bring the database's tables up to date. An SQLite file is made if it is not there.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Take back the last N migrations instead, and lose what they held
    #[arg(long, value_name = "N")]
    down: Option<u32>,
}

impl Migrate {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Undone> {
        let database = serve::database(&settings.load()?).await?;
        match self.down {
            Some(steps) => {
                database.migrate_down(steps).await?;
                println!("{steps} migrations taken back");
            }
            None => {
                let pending = database.pending_migrations().await?;
                database.migrate().await?;
                println!("the database is up to date; {pending} migrations were applied");
            }
        }
        database.close().await?;
        Ok(())
    }
}
