//! Policies.

use async_graphql::{Context, Json, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{permission::table::read, policy::Thresholds};
use entity::policy;

use super::{
    engine::cost::lists::{FEW, MOST_OF_FEW},
    support::{
        access::{app, entitled},
        error::broken,
        page::some,
    },
};
use crate::{app::Broken, store};

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
    /// Limits of the rules about photos, devices, clocks and travel, and which rules only give hints: those in force,
    /// the defaults of what the policy leaves out among them.
    thresholds: Json<serde_json::Value>,
}

impl Policy {
    fn of(row: policy::Model) -> Result<Self> {
        let unreadable = |error: serde_json::Error| broken(Broken::failed("a policy's thresholds", error));
        let thresholds: Thresholds = serde_json::from_str(&row.thresholds).map_err(unreadable)?;
        Ok(Self {
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
            thresholds: Json(serde_json::to_value(thresholds).map_err(unreadable)?),
            photo_required: row.photo_required,
        })
    }
}

/// Queries for policies.
#[derive(Debug, Default)]
pub struct PolicyQuery;

#[Object]
impl PolicyQuery {
    /// The newest versions of the policy, the newest first.
    async fn policies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 if nothing is said.")] first: Option<i32>,
    ) -> Result<Vec<Policy>> {
        entitled(ctx, const { read("Query", "policies") })?;
        let first = some("first", first, FEW, MOST_OF_FEW)?;
        let rows = store::policy::newest(app(ctx).database.reader(), first).await.map_err(broken)?;
        rows.into_iter().map(Policy::of).collect()
    }
}
