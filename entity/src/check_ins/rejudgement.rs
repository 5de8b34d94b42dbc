//! Many check-ins judged again, after an outage or a corrected boundary.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, ProjectId, RejudgementId};

/// Many check-ins judged again, after an outage or a corrected boundary.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rejudgement")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RejudgementId,
    /// The account that asked for it; none for the command line.
    pub account_id: Option<AccountId>,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Only this project's check-ins; none means all.
    pub project_id: Option<ProjectId>,
    /// The first local day.
    pub from_date: NaiveDate,
    /// The last local day.
    pub to_date: NaiveDate,
    /// Only those that stood so: a JSON array of verdicts; none means all.
    #[sea_orm(column_type = "Text", nullable)]
    pub verdicts: Option<String>,
    /// The policy they were judged by; none means each by that of its capture.
    pub policy_version: Option<i32>,
    /// Check-ins judged.
    pub check_ins: i32,
    /// Those of which the result is as it was.
    pub unchanged: i32,
    /// Those that have a new assessment.
    pub changed: i32,
    /// Photos whose bytes were found again, and that wait for inspection.
    pub photos: i32,
    /// How verdicts changed: a JSON array of `{"from", "to", "count"}`.
    #[sea_orm(column_type = "Text")]
    pub transitions: String,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// When it was done; none while it goes on, or if it was broken off.
    pub finished_at: Option<DateTime<Utc>>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
