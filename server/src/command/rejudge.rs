//! `onsite rejudge`

use std::sync::OnceLock;

use chrono::NaiveDate;
use clap::Args;
use entity::values::Verdict;

use super::{
    CommandError, Settings, command_error, progress,
    speech::{language, padded, say, words},
    values::verdict_name,
};
use crate::app::{RejudgeRequest, Rejudged, Transition};

/// Judge check-ins again by what is known today, after an outage or a corrected boundary. Assessments are appended and
/// people's decisions stand over them; those whose result is the same are left as they are. Lost photos that are there
/// again are inspected again by a running server.
#[derive(Debug, Args)]
pub(super) struct Rejudge {
    /// First local day, such as 2026-11-01
    #[arg(long, value_name = "DATE")]
    from: NaiveDate,
    /// Last local day
    #[arg(long, value_name = "DATE")]
    to: NaiveDate,
    /// Why; it is put on record
    #[arg(long)]
    reason: String,
    /// Only this project's check-ins
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// Only those that stand so, such as NEEDS_REVIEW; may be given several times
    #[arg(long, value_name = "VERDICT", value_parser = verdict)]
    verdict: Vec<Verdict>,
    /// By this policy version, instead of the one that held when each was captured
    #[arg(long, value_name = "N")]
    policy: Option<i32>,
    /// Only tell what would change
    #[arg(long)]
    dry_run: bool,
}

fn verdict(text: &str) -> Result<Verdict, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| words!(MisuseNoneOf { values: "PENDING_EVIDENCE, VERIFIED, NEEDS_REVIEW, REJECTED" }))
}

impl Rejudge {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let app = settings.app().await?;
        let project = match &self.project {
            Some(name) => Some(app.project_named(name).await.map_err(command_error)?.id),
            None => None,
        };
        let request = RejudgeRequest {
            project,
            from: self.from,
            to: self.to,
            verdicts: (!self.verdict.is_empty()).then_some(self.verdict),
            policy_version: self.policy,
            reason: self.reason,
            dry_run: self.dry_run,
        };
        let bar = OnceLock::new();
        let step = |check_ins| bar.get_or_init(|| progress::bar(check_ins, words!(RejudgeGoesOn))).inc(1);
        let Rejudged { run: done, left } = app.rejudge(None, request, &step).await.map_err(command_error)?;
        if let Some(bar) = bar.get() {
            bar.finish_and_clear();
        }
        say!(RejudgeDone { check_ins: done.check_ins, unchanged: done.unchanged, changed: done.changed });
        let transitions: Vec<Transition> = serde_json::from_str(&done.transitions)?;
        for Transition { from, to, count } in transitions {
            println!("  {} -> {} {count}", padded(&verdict_name(from), 18), padded(&verdict_name(to), 18));
        }
        if done.photos > 0 {
            say!(RejudgePhotosFound { photos: done.photos });
        }
        if let Some(left) = left {
            println!("{}", left.message.said(language()));
        }
        if self.dry_run {
            say!(NothingChanged);
        }
        Ok(())
    }
}
