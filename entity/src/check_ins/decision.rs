//! A person's decision about a check-in; appended, never changed; the last one stands.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{AccountId, AppealId, AssessmentId, CheckInId, DecisionId},
    values::{DecisionReason, Verdict},
};

/// A person's decision about a check-in; appended, never changed; the last one stands.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DecisionId,
    /// The check-in decided about.
    pub check_in_id: CheckInId,
    /// 1, 2, 3 … within the check-in.
    pub sequence: i32,
    /// The account that decided.
    pub account_id: AccountId,
    /// The appeal it answers.
    pub appeal_id: Option<AppealId>,
    /// The assessment that stood when it was decided.
    pub assessment_id: AssessmentId,
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: DecisionReason,
    /// What there is to say.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
