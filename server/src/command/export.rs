//! `onsite export`

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use indicatif::ProgressBar;

use super::{
    CommandError, Settings, log_to_stderr,
    speech::{padded, say, words},
};
use crate::{
    app::App,
    clock::Clock,
    config::{LogConfig, LogFormat},
    serve,
};

#[derive(Debug, Subcommand)]
pub(super) enum Export {
    /// Export check-ins, assessments, decisions, photos and keys as a bundle that `onsite verify` checks
    Evidence(Evidence),
}

/// Export what was recorded in a period as a bundle that `onsite verify` checks anywhere, without this server. It holds
/// personal data: positions, notes and photos.
#[derive(Debug, Args)]
pub(super) struct Evidence {
    /// The bundle to write
    file: PathBuf,
    /// First day of recording, such as 2026-11-01; from the beginning if not given
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last day of recording; until now if not given
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
}

impl Export {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let Self::Evidence(evidence) = self;
        let config = settings.load()?;
        log_to_stderr(&LogConfig { filter: "warn".to_owned(), format: LogFormat::Text });
        let database = serve::database(&config).await?;
        let app = serve::app(&config, database, "http://localhost".to_owned(), Clock::system()).await?;
        let (from, to) = evidence.period(&app).await?;
        let bar = ProgressBar::new_spinner().with_message(words!(ExportGoesOn));
        let exported = app.export_evidence(from, to, &evidence.file, &|| bar.inc(1)).await?;
        bar.finish_and_clear();
        let file = evidence.file.display().to_string();
        say!(ExportDone { file, links: exported.entries, photos: exported.photos });
        println!("{} {}", padded(&words!(BundleManifest), 9), exported.manifest_sha256);
        println!("{} {} {}", padded(&words!(BundleHead), 9), exported.head.sequence, exported.head.hash);
        say!(ExportPublishHead);
        Ok(())
    }
}

impl Evidence {
    async fn period(&self, app: &App) -> Result<(DateTime<Utc>, DateTime<Utc>), CommandError> {
        let zone = app.time_zone().await?;
        let start = |day: NaiveDate| {
            let midnight = day.and_time(NaiveTime::MIN);
            midnight.and_local_timezone(zone).earliest().map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
        };
        let from = self.from.map_or(DateTime::UNIX_EPOCH, start);
        let to =
            self.to.map_or_else(|| app.clock.now() + TimeDelta::seconds(1), |day| start(day + chrono::Days::new(1)));
        Ok((from, to))
    }
}
