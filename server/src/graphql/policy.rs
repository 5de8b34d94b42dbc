//! Policies.

use async_graphql::{Context, Json, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::policy;

use super::{
    access::{app, viewer},
    error::broken,
};
use crate::store;

/// A version of the rules check-ins and obligations are judged by. Appended, never changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct Policy {
    /// 1, 2, 3 …
    version: i32,
    /// From which capture time on it holds.
    effective_from: DateTime<Utc>,
    /// When it was adopted.
    adopted_at: DateTime<Utc>,
    /// Why it was adopted.
    reason: String,
    /// Verified visits a leader owes a week (R4).
    weekly_visits: i32,
    /// Tolerance outside a boundary, metres, where the site sets none.
    tolerance_meters: f64,
    /// Fixes with a larger 68 % accuracy radius, metres, are unusable.
    accuracy_limit_meters: f64,
    /// Fixes older than this at capture, seconds, are unusable.
    fix_age_limit_seconds: i32,
    /// Phone clocks further off than this, seconds, are for review.
    skew_limit_seconds: i32,
    /// Whether a check-in needs a photo to be verified without a person's look.
    photo_required: bool,
    /// Why a photo is, or is not, needed.
    photo_reason: String,
    /// IANA time zone of days and weeks.
    time_zone: String,
    /// Limits of the rules about photos, devices, clocks and travel, and which rules only give hints.
    thresholds: Json<serde_json::Value>,
}

impl From<policy::Model> for Policy {
    fn from(row: policy::Model) -> Self {
        Self {
            version: row.version,
            effective_from: row.effective_from,
            adopted_at: row.adopted_at,
            reason: row.reason,
            weekly_visits: row.weekly_visits,
            tolerance_meters: row.tolerance_m,
            accuracy_limit_meters: row.accuracy_limit_m,
            fix_age_limit_seconds: row.fix_age_limit_s,
            skew_limit_seconds: row.skew_limit_s,
            photo_reason: row.photo_reason,
            time_zone: row.time_zone,
            thresholds: Json(serde_json::from_str(&row.thresholds).unwrap_or_default()),
            photo_required: row.photo_required,
        }
    }
}

/// Queries for policies.
#[derive(Debug, Default)]
pub struct PolicyQuery;

#[Object]
impl PolicyQuery {
    /// All versions of the policy, the newest first.
    #[graphql(complexity = "10 * child_complexity")]
    async fn policies(&self, ctx: &Context<'_>) -> Result<Vec<Policy>> {
        viewer(ctx)?;
        let rows = store::policy::all(app(ctx).database.reader()).await.map_err(broken)?;
        Ok(rows.into_iter().map(Policy::from).collect())
    }
}
