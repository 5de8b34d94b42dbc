//! `onsite recount`

use std::sync::OnceLock;

use clap::Args;

use super::{Settings, Undone, progress};

/// Recount visits and weekly tallies from check-ins and their assessments, and mend what does not agree.
#[derive(Debug, Args)]
pub(super) struct Recount {
    /// Change nothing; exit with 1 if anything does not agree
    #[arg(long)]
    check: bool,
}

impl Recount {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Undone> {
        let app = settings.app().await?;
        let bar = OnceLock::new();
        let step = |projects| bar.get_or_init(|| progress::bar(projects, "recounting")).inc(1);
        let recounted = app.recount(!self.check, &step).await?;
        if let Some(bar) = bar.get() {
            bar.finish_and_clear();
        }
        println!(
            "{} projects, {} check-ins, {} visits: {} differences",
            recounted.projects,
            recounted.check_ins,
            recounted.visits,
            recounted.differences.len()
        );
        let differences: Vec<_> = recounted.differences.iter().map(ToString::to_string).collect();
        if self.check && !differences.is_empty() {
            return Err(Undone(differences));
        }
        for difference in differences {
            println!("mended: {difference}");
        }
        Ok(())
    }
}
