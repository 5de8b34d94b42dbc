//! `onsite restore`

use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;

use super::{Settings, Undone, backup::contents};
use crate::{
    app::{self, App},
    backup::Backup,
    clock::Clock,
    config::{LogConfig, LogFormat},
    serve,
};

/// Restore a backup into a new database and object store, whichever kinds it was made of, and check everything: every
/// file's SHA-256 before, the evidence chain and the counts after.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// A backup, or a folder of backups, of which the newest is taken
    backup: PathBuf,
    /// Only check that the backup is whole; needs no database
    #[arg(long)]
    check: bool,
}

impl Restore {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Undone> {
        let backup = Backup::open(&self.backup)?;
        let name = backup.path().display();
        let bar = ProgressBar::new_spinner().with_message(if self.check { "checking" } else { "restoring" });
        let step = || bar.inc(1);
        if self.check {
            backup.check(&step)?;
            bar.finish_and_clear();
            println!("{name} of {} is whole: {}", backup.manifest.made_at, contents(&backup.manifest));
            return Ok(());
        }
        let config = settings.load()?;
        super::log_to_stderr(&LogConfig { filter: "warn".to_owned(), format: LogFormat::Text });
        let database = serve::database(&config).await?;
        let clock = Clock::system();
        let url = "http://localhost".to_owned();
        // Nothing is signed while restoring.
        let unsigned = clock.id::<uuid::Uuid>().to_string();
        let objects = serve::objects(&config.photos, url.clone(), unsigned).await?;
        let restored = app::restore(&database, &objects, &backup, &step).await?;
        bar.finish_and_clear();
        println!("{name} is restored: {} rows, {} photos and renditions", restored.rows, restored.objects);
        let app = serve::app(&config, database, url, clock).await?;
        holds(&app, &backup).await?;
        println!("The evidence chain holds, and everything counted agrees with the evidence.");
        Ok(())
    }
}

/// Whether what was restored holds, and is what the backup was made of.
async fn holds(app: &App, backup: &Backup) -> Result<(), Undone> {
    let head = app.verify_chain().await?;
    let head = format!("{}:{}", head.sequence, head.hash);
    if head != backup.manifest.chain_head {
        let expected = &backup.manifest.chain_head;
        return Err(Undone(vec![format!("the evidence chain ends with {head}, and should with {expected}")]));
    }
    let recounted = app.recount(false, &|_| {}).await?;
    let differences: Vec<_> = recounted.differences.iter().map(ToString::to_string).collect();
    if differences.is_empty() { Ok(()) } else { Err(Undone(differences)) }
}
