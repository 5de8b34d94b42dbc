//! `onsite restore`

use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;

use super::{
    CommandError, Settings,
    backup::contents,
    recount::difference,
    speech::{say, words},
};
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
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let backup = Backup::open(&self.backup)?;
        let name = backup.path().display().to_string();
        let bar = ProgressBar::new_spinner().with_message(words!(RestoreGoesOn { checking: self.check }));
        let step = || bar.inc(1);
        if self.check {
            backup.check(&step)?;
            bar.finish_and_clear();
            let (made, contents) = (backup.manifest.made_at.to_string(), contents(&backup.manifest));
            say!(RestoreWhole { name, made, contents });
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
        say!(RestoreDone { name, rows: restored.rows, objects: restored.objects });
        let app = serve::app(&config, database, url, clock).await?;
        holds(&app, &backup).await?;
        say!(RestoreHolds);
        Ok(())
    }
}

/// Whether what was restored holds, and is what the backup was made of.
async fn holds(app: &App, backup: &Backup) -> Result<(), CommandError> {
    let head = app.verify_chain().await?;
    let head = format!("{}:{}", head.sequence, head.hash);
    if head != backup.manifest.chain_head {
        let expected = &backup.manifest.chain_head;
        return Err(CommandError(vec![words!(RestoreOtherHead { head, expected })]));
    }
    let recounted = app.recount(false, &|_| {}).await?;
    let differences: Vec<_> = recounted.differences.iter().map(difference).collect();
    if differences.is_empty() { Ok(()) } else { Err(CommandError(differences)) }
}
