//! A version of the rules check-ins and obligations are judged by.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A version of the rules check-ins and obligations are judged by.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy")]
pub struct Model {
    /// 1, 2, 3 …
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// From which capture time on it holds.
    pub effective_from: DateTime<Utc>,
    /// When it was adopted.
    pub adopted_at: DateTime<Utc>,
    /// Why it was adopted.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Verified visits a leader owes a week (R4).
    pub weekly_visits: i32,
    /// Tolerance outside a boundary, metres, where the site sets none.
    pub tolerance_m: f64,
    /// Fixes with a larger 68 % accuracy radius, metres, are unusable.
    pub accuracy_limit_m: f64,
    /// Fixes older than this at capture, seconds, are unusable.
    pub fix_age_limit_s: i32,
    /// Phone clocks further off than this, seconds, are for review.
    pub skew_limit_s: i32,
    /// Whether a check-in needs a photo.
    pub photo_required: bool,
    /// Why a photo is, or is not, needed: a compulsory photo has to be justified.
    #[sea_orm(column_type = "Text")]
    pub photo_reason: String,
    /// IANA time zone of days and weeks.
    pub time_zone: String,
    /// Limits of the other rules, JSON.
    #[sea_orm(column_type = "Text")]
    pub thresholds: String,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
