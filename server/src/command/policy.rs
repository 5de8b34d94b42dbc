//! `onsite policy`

use clap::{Args, Subcommand};
use entity::policy;

use super::{Settings, Undone, undone};

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
}

impl Policy {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Undone> {
        let app = settings.app().await?;
        match self {
            Self::Show => {
                for policy in app.policies().await.map_err(undone)? {
                    show(&policy);
                }
            }
            Self::Adopt(adopt) => show(&app.adopt_policy(|policy| adopt.change(policy)).await.map_err(undone)?),
        }
        Ok(())
    }
}

impl Adopt {
    fn change(self, policy: &mut policy::Model) {
        policy.reason = self.reason;
        policy.weekly_visits = self.weekly_visits.unwrap_or(policy.weekly_visits);
        policy.tolerance_m = self.tolerance.unwrap_or(policy.tolerance_m);
        policy.accuracy_limit_m = self.accuracy_limit.unwrap_or(policy.accuracy_limit_m);
        policy.fix_age_limit_s = self.fix_age_limit.unwrap_or(policy.fix_age_limit_s);
        policy.skew_limit_s = self.skew_limit.unwrap_or(policy.skew_limit_s);
        policy.photo_required = self.photo_required.unwrap_or(policy.photo_required);
        if let Some(reason) = self.photo_reason {
            policy.photo_reason = reason;
        }
        if let Some(zone) = self.time_zone {
            policy.time_zone = zone;
        }
    }
}

fn show(policy: &policy::Model) {
    println!("version {} (from {}): {}", policy.version, policy.effective_from, policy.reason);
    println!("  visits a week      {}", policy.weekly_visits);
    println!("  tolerance          {} m", policy.tolerance_m);
    println!("  accuracy limit     {} m", policy.accuracy_limit_m);
    println!("  fix age limit      {} s", policy.fix_age_limit_s);
    println!("  clock skew limit   {} s", policy.skew_limit_s);
    println!("  photo required     {} ({})", policy.photo_required, policy.photo_reason);
    println!("  time zone          {}", policy.time_zone);
}
