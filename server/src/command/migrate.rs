//! `onsite migrate`

use clap::Args;
use messages::message;

use super::{
    CommandError, Settings,
    speech::{in_doubt, say, words},
};
use crate::{
    serve,
    store::{Database, LockMode, Losses},
};

/// Bring the database's tables up to date. An SQLite file is made if it is not there.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Take back the last N migrations instead, and lose what they held; tells what that is, and does it with --yes only
    #[arg(long, value_name = "N")]
    down: Option<u32>,
    /// Yes, lose it
    #[arg(long, requires = "down")]
    yes: bool,
}

impl Migrate {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let database = serve::database(&settings.load()?).await?;
        match self.down {
            Some(steps) => down(&database, steps, self.yes).await?,
            None => {
                let pending = database.pending_migrations().await?;
                database.migrate().await?;
                say!(MigrateDone { pending });
            }
        }
        database.close().await?;
        Ok(())
    }
}

async fn down(database: &Database, steps: u32, yes: bool) -> Result<(), CommandError> {
    let Some(presence) = database.attend(LockMode::Alone).await? else {
        return Err(CommandError(vec![in_doubt(&message!(MigrateInUse))]));
    };
    if yes {
        let losses = database.migrate_down(steps).await?;
        tell(&losses, true);
        say!(MigrateTakenBack { steps });
    } else {
        let losses = database.would_lose(steps).await?;
        tell(&losses, false);
    }
    presence.leave().await;
    if yes { Ok(()) } else { Err(unsaid()) }
}

fn unsaid() -> CommandError {
    CommandError(vec![in_doubt(&message!(MigrateNothingTakenBack))])
}

fn tell(losses: &Losses, done: bool) {
    for loss in &losses.tables {
        let columns = match loss.columns.as_slice() {
            [] => String::new(),
            columns => words!(MigrateLossOfColumns { rows: loss.rows, columns: columns.join(", ") }),
        };
        let rows = loss.rows - loss.left.unwrap_or(0);
        say!(MigrateLoss { table: &loss.table, rows, whole: loss.left.is_none(), columns, done });
    }
    if losses.accounts > 0 {
        say!(MigrateAccountsDisabled { accounts: losses.accounts, done });
    }
}
