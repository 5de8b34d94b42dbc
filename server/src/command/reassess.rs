//! `onsite reassess`

use chrono::NaiveDate;
use clap::Args;
use indicatif::ProgressBar;

use super::{Settings, Undone, undone};

/// Tell what another policy version would have decided over a period, from the evidence that was kept. Changes nothing:
/// adopt the policy with `onsite policy adopt` if it is better.
#[derive(Debug, Args)]
pub(super) struct Reassess {
    /// Version of the policy
    #[arg(long, value_name = "N")]
    policy: i32,
    /// First local day, such as 2026-11-01
    #[arg(long, value_name = "DATE")]
    from: NaiveDate,
    /// Last local day
    #[arg(long, value_name = "DATE")]
    to: NaiveDate,
    /// Say that nothing is to be changed: needed, since nothing else can be done yet
    #[arg(long, required = true)]
    dry_run: bool,
}

impl Reassess {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Undone> {
        let app = settings.app().await?;
        let bar = ProgressBar::new_spinner().with_message("judging again");
        let step = |check_ins| bar.inc(check_ins as u64);
        let outcome = app.reassess(self.policy, self.from, self.to, &step).await.map_err(undone)?;
        bar.finish_and_clear();
        println!(
            "{} check-ins, {} of them can't be judged again; policy version {} decides {} otherwise",
            outcome.check_ins,
            outcome.not_judged,
            self.policy,
            outcome.changed.len()
        );
        for ((before, after), count) in &outcome.verdicts {
            println!("  {:<18} -> {:<18} {count}", before.as_str(), after.as_str());
        }
        for (check_in, before, after) in &outcome.changed {
            println!("{check_in}  {} -> {}", before.as_str(), after.as_str());
        }
        Ok(())
    }
}
