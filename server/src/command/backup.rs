//! `onsite backup`

use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;

use super::{
    CommandError, Settings,
    speech::{padded, say, words},
};
use crate::backup::{self, Manifest};

/// Back everything up into a folder, while servers go on working: the database as it is at one moment, and the photos it
/// names. Photos that the folder has already are not copied again.
///
/// A backup holds positions, notes, photos and password hashes: keep it as carefully as the database.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The folder of backups; made if it is not there
    folder: PathBuf,
    /// Remove all but the newest N backups afterwards
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    keep: Option<u16>,
}

impl Backup {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let app = settings.app().await?;
        let bar = ProgressBar::new_spinner().with_message(words!(BackupGoesOn));
        let done = app.backup(&self.folder, &|| bar.inc(1)).await?;
        bar.finish_and_clear();
        println!("{}: {}", done.path.display(), contents(&done.manifest));
        println!("{} {}", padded(&words!(BundleHead), 9), done.manifest.chain_head);
        say!(BackupKeptBefore { objects: done.kept_before });
        if let Some(keep) = self.keep {
            let left = backup::forget_older(&self.folder, keep.into())?;
            say!(BackupsKept { backups: left.len(), folder: self.folder.display().to_string() });
        }
        if done.manifest.absent.is_empty() {
            return Ok(());
        }
        let lost = |key: &String| words!(BackupLacksPhoto { key });
        Err(CommandError(done.manifest.absent.iter().map(lost).collect()))
    }
}

/// What is in a backup, in numbers.
pub(super) fn contents(manifest: &Manifest) -> String {
    let rows: u64 = manifest.tables.iter().map(|table| table.rows.count).sum();
    words!(BackupContents { tables: manifest.tables.len(), rows, objects: manifest.objects.count })
}
