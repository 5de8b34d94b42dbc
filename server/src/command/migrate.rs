//! `onsite migrate`

use clap::Args;

use super::{Settings, Undone};
use crate::{
    serve,
    store::{Database, Losses, Manner},
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
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Undone> {
        let database = serve::database(&settings.load()?).await?;
        match self.down {
            Some(steps) => down(&database, steps, self.yes).await?,
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

async fn down(database: &Database, steps: u32, yes: bool) -> Result<(), Undone> {
    let Some(presence) = database.attend(Manner::Alone).await? else {
        return Err(Undone(vec![
            "有服务器或命令正在使用此数据库，请先停止它们。 / A server or a command is at work on this database: stop it first."
                .to_owned(),
        ]));
    };
    if yes {
        let losses = database.migrate_down(steps).await?;
        tell(&losses, "was");
        println!("{steps} migrations taken back");
    } else {
        let losses = database.would_lose(steps).await?;
        tell(&losses, "would be");
    }
    presence.leave().await;
    if yes { Ok(()) } else { Err(unsaid()) }
}

fn unsaid() -> Undone {
    let zh = "没有撤回任何迁移：请先备份，再加上 --yes。";
    Undone(vec![format!("{zh} / Nothing was taken back: make a backup, then say --yes.")])
}

fn tell(losses: &Losses, verb: &str) {
    for loss in &losses.tables {
        let lost = loss.rows - loss.left.unwrap_or(0);
        let whole = if loss.left.is_none() { ", the whole table" } else { "" };
        let columns = match loss.columns.as_slice() {
            [] => String::new(),
            columns => format!(", and of {} rows: {}", loss.rows, columns.join(", ")),
        };
        println!("{}: {lost} rows{whole}{columns} {verb} lost", loss.table);
    }
    if losses.accounts > 0 {
        println!("{} accounts {verb} disabled: they could sign in with less than before", losses.accounts);
    }
}
