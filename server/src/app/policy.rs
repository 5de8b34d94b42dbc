//! Adopts policy versions, and tries drafts of them, from the command line.

use domain::policy::{NoPolicy, Policies, Policy, PolicyDraft};
use entity::policy;
use messages::message;
use serde::Deserialize;
use serde_json::{Map, Value};

use sea_orm::ConnectionTrait;

use super::{App, Broken, Failure, Refusal, RefusalCode};
use crate::store;

/// Changes to the newest version of the policy; what is left out stays as it is. Named as in the GraphQL schema.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct PolicyChange {
    /// Verified visits a leader owes a week.
    pub weekly_visits: Option<i32>,
    /// Tolerance outside a boundary where the site sets none, metres.
    pub tolerance_meters: Option<f64>,
    /// Fixes less accurate than this are unusable, metres.
    pub accuracy_limit_meters: Option<f64>,
    /// Fixes older than this at capture are unusable, seconds.
    pub fix_age_limit_seconds: Option<i32>,
    /// Phone clocks further off than this are for review, seconds.
    pub skew_limit_seconds: Option<i32>,
    /// Whether a check-in needs a photo.
    pub photo_required: Option<bool>,
    /// Why a photo is, or is not, needed.
    pub photo_reason: Option<String>,
    /// IANA time zone of days and weeks.
    pub time_zone: Option<String>,
    /// Limits of the other rules; those not named stay as they are.
    pub thresholds: Map<String, Value>,
}

impl PolicyChange {
    fn apply(self, policy: &mut policy::Model) -> Result<(), Broken> {
        policy.weekly_visits = self.weekly_visits.unwrap_or(policy.weekly_visits);
        policy.tolerance_m = self.tolerance_meters.unwrap_or(policy.tolerance_m);
        policy.accuracy_limit_m = self.accuracy_limit_meters.unwrap_or(policy.accuracy_limit_m);
        policy.fix_age_limit_s = self.fix_age_limit_seconds.unwrap_or(policy.fix_age_limit_s);
        policy.skew_limit_s = self.skew_limit_seconds.unwrap_or(policy.skew_limit_s);
        policy.photo_required = self.photo_required.unwrap_or(policy.photo_required);
        if let Some(reason) = self.photo_reason {
            policy.photo_reason = reason;
        }
        if let Some(zone) = self.time_zone {
            policy.time_zone = zone;
        }
        if !self.thresholds.is_empty() {
            let unreadable = |error| Broken::failed(format!("policy version {}", policy.version), error);
            let mut thresholds: Map<String, Value> = serde_json::from_str(&policy.thresholds).map_err(unreadable)?;
            thresholds.extend(self.thresholds);
            policy.thresholds = Value::Object(thresholds).to_string();
        }
        Ok(())
    }
}

/// All versions of the policy, and which holds when.
pub(in crate::app) async fn versions(connection: &impl ConnectionTrait) -> Result<Policies, Broken> {
    let rows = store::policy::all(connection).await?;
    Ok(Policies::of(rows.iter().map(|row| (row.effective_from, draft_of(row)))))
}

fn draft_of(row: &policy::Model) -> PolicyDraft<'_> {
    PolicyDraft {
        version: row.version,
        weekly_visits: row.weekly_visits,
        tolerance_m: row.tolerance_m,
        accuracy_limit_m: row.accuracy_limit_m,
        fix_age_limit_s: row.fix_age_limit_s,
        skew_limit_s: row.skew_limit_s,
        photo_required: row.photo_required,
        photo_reason: &row.photo_reason,
        time_zone: &row.time_zone,
        thresholds: &row.thresholds,
    }
}

impl App {
    /// All policy versions, the newest first.
    pub async fn policies(&self) -> Result<Vec<policy::Model>, Failure> {
        Ok(store::policy::all(self.database.reader()).await?)
    }

    /// Adopts a version made from the newest one by changes. Versions are appended, never changed.
    pub async fn adopt_policy(&self, reason: String, change: PolicyChange) -> Result<policy::Model, Failure> {
        let transaction = self.database.begin().await?;
        let now = self.clock.now();
        let newest = newest(store::policy::all(&transaction).await?)?;
        let mut adopted =
            policy::Model { version: newest.version + 1, adopted_at: now, effective_from: now, reason, ..newest };
        change.apply(&mut adopted)?;
        if adopted.reason.trim().is_empty() {
            let message = message!(PolicyWithoutReason);
            return Err(Refusal::new(RefusalCode::Invalid, "reason", message).into());
        }
        usable(&adopted)?;
        store::policy::insert(&transaction, adopted.clone()).await?;
        transaction.commit().await?;
        Ok(adopted)
    }

    /// The policy that changes to the newest version would make. Nothing is adopted.
    pub(super) async fn drafted(&self, change: PolicyChange) -> Result<Policy, Failure> {
        let mut draft = newest(store::policy::all(self.database.reader()).await?)?;
        change.apply(&mut draft)?;
        usable(&draft)
    }
}

fn newest(newest_first: Vec<policy::Model>) -> Result<policy::Model, Broken> {
    newest_first.into_iter().next().ok_or(Broken::Policy(NoPolicy::None))
}

fn usable(row: &policy::Model) -> Result<Policy, Failure> {
    Policy::parse(&draft_of(row)).map_err(|error| NoPolicy::Unusable(row.version, error)).map_err(|error| {
        Refusal::new(RefusalCode::Invalid, "policy", message!(PolicyUnusable { error: error.message() })).into()
    })
}
