//! `onsite policy`

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use entity::policy;

use super::{
    CommandError, Settings, command_error,
    speech::{padded, say, words},
};
use crate::app::PolicyChange;

#[derive(Debug, Subcommand)]
pub(super) enum Policy {
    /// Show all versions, the newest first
    Show,
    /// Adopt a new version: the newest one with these changes, from now on
    Adopt(Adopt),
}

/// Adopt a new version of the policy: the newest one with these changes, from now on. Versions are never changed, and
/// check-ins captured before are judged by the version that held then.
#[derive(Debug, Args)]
pub(super) struct Adopt {
    /// Why it is adopted
    #[arg(long)]
    reason: String,
    /// Verified visits a leader owes a week
    #[arg(long, value_name = "N")]
    weekly_visits: Option<i32>,
    /// Tolerance outside a boundary where the site sets none, metres
    #[arg(long, value_name = "METRES")]
    tolerance: Option<f64>,
    /// Fixes less accurate than this are unusable, metres
    #[arg(long, value_name = "METRES")]
    accuracy_limit: Option<f64>,
    /// Fixes older than this at capture are unusable, seconds
    #[arg(long, value_name = "SECONDS")]
    fix_age_limit: Option<i32>,
    /// Phone clocks further off than this are for review, seconds
    #[arg(long, value_name = "SECONDS")]
    skew_limit: Option<i32>,
    /// Whether a check-in needs a photo; give --photo-reason with it
    #[arg(long, value_name = "true|false", requires = "photo_reason")]
    photo_required: Option<bool>,
    /// Why a photo is, or is not, needed
    #[arg(long, value_name = "REASON")]
    photo_reason: Option<String>,
    /// IANA time zone of days and weeks, such as Asia/Shanghai
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// JSON file of changes, named as in the GraphQL schema, such as {"toleranceMeters": 60, "thresholds": {"appealDays":
    /// 30}}; what other options say goes first. Try it before: onsite reassess --draft
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
}

impl Policy {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let app = settings.app().await?;
        match self {
            Self::Show => {
                for policy in app.policies().await.map_err(command_error)? {
                    show(&policy);
                }
            }
            Self::Adopt(adopt) => {
                let change = adopt.change()?;
                show(&app.adopt_policy(adopt.reason, change).await.map_err(command_error)?);
            }
        }
        Ok(())
    }
}

impl Adopt {
    fn change(&self) -> Result<PolicyChange, CommandError> {
        let draft = self.draft.as_deref().map(draft_in).transpose()?.unwrap_or_default();
        Ok(PolicyChange {
            weekly_visits: self.weekly_visits.or(draft.weekly_visits),
            tolerance_meters: self.tolerance.or(draft.tolerance_meters),
            accuracy_limit_meters: self.accuracy_limit.or(draft.accuracy_limit_meters),
            fix_age_limit_seconds: self.fix_age_limit.or(draft.fix_age_limit_seconds),
            skew_limit_seconds: self.skew_limit.or(draft.skew_limit_seconds),
            photo_required: self.photo_required.or(draft.photo_required),
            photo_reason: self.photo_reason.clone().or(draft.photo_reason),
            time_zone: self.time_zone.clone().or(draft.time_zone),
            thresholds: draft.thresholds,
        })
    }
}

/// Reads the changes a draft makes.
pub(super) fn draft_in(file: &Path) -> Result<PolicyChange, CommandError> {
    let named = |error: &dyn std::fmt::Display| CommandError(vec![format!("{}: {error}", file.display())]);
    let text = fs::read_to_string(file).map_err(|error| named(&error))?;
    serde_json::from_str(&text).map_err(|error| named(&error))
}

fn show(policy: &policy::Model) {
    let (version, from, reason) = (policy.version, policy.effective_from.to_string(), &policy.reason);
    say!(PolicyVersion { version, from, reason });
    let photo = words!(PolicyPhotoRequired { required: policy.photo_required, reason: &policy.photo_reason });
    let lines = [
        (words!(PolicyWeeklyVisits), policy.weekly_visits.to_string()),
        (words!(PolicyTolerance), words!(Metres { metres: policy.tolerance_m })),
        (words!(PolicyAccuracyLimit), words!(Metres { metres: policy.accuracy_limit_m })),
        (words!(PolicyFixAgeLimit), words!(Seconds { seconds: policy.fix_age_limit_s })),
        (words!(PolicySkewLimit), words!(Seconds { seconds: policy.skew_limit_s })),
        (words!(PolicyPhoto), photo),
        (words!(PolicyTimeZone), policy.time_zone.clone()),
        (words!(PolicyThresholds), policy.thresholds.to_string()),
    ];
    for (name, value) in lines {
        println!("  {} {value}", padded(&name, 18));
    }
}
