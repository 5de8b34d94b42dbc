//! `onsite reassess`

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use indicatif::ProgressBar;

use super::{
    CommandError, Settings, command_error,
    policy::draft_in,
    speech::{padded, say, words},
    values::verdict_name,
};
use crate::app::TrialPolicy;

/// Tell what another policy would have decided over a period, from the evidence that was kept. Changes nothing: adopt
/// the policy with `onsite policy adopt` if it is better.
#[derive(Debug, Args)]
pub(super) struct Reassess {
    #[command(flatten)]
    policy: Tried,
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

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Tried {
    /// Version of the policy
    #[arg(long, value_name = "N")]
    policy: Option<i32>,
    /// A policy that is not adopted yet: JSON file of changes to the newest version, named as in the GraphQL schema, such
    /// as {"toleranceMeters": 60, "thresholds": {"travelSpeedMps": 90}}
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
}

impl Tried {
    /// The policy, and what to call it.
    fn read(self) -> Result<(TrialPolicy, String), CommandError> {
        match (self.policy, self.draft) {
            (_, Some(file)) => Ok((TrialPolicy::Draft(Box::new(draft_in(&file)?)), words!(ReassessDraft))),
            (version, None) => {
                let version = version.unwrap_or_default();
                Ok((TrialPolicy::Version(version), words!(ReassessVersion { version })))
            }
        }
    }
}

impl Reassess {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let (trial, named) = self.policy.read()?;
        let app = settings.app().await?;
        let bar = ProgressBar::new_spinner().with_message(words!(RejudgeGoesOn));
        let step = |check_ins| bar.inc(check_ins as u64);
        let outcome = app.reassess(trial, self.from, self.to, None, &step).await.map_err(command_error)?;
        bar.finish_and_clear();
        say!(ReassessDone {
            check_ins: outcome.check_ins,
            not_judged: outcome.not_judged,
            policy: named,
            changed: outcome.changed.len()
        });
        for ((before, after), count) in &outcome.verdicts {
            println!("  {} -> {} {count}", padded(&verdict_name(*before), 18), padded(&verdict_name(*after), 18));
        }
        for (check_in, before, after) in &outcome.changed {
            println!("{check_in}  {} -> {}", verdict_name(*before), verdict_name(*after));
        }
        Ok(())
    }
}
