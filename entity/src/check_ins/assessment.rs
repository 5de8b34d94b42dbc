//! One judgement of a check-in; appended, never changed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{AssessmentId, CheckInId, RejudgementId, SiteVersionId},
    values::{AssessmentTrigger, Verdict},
};

/// One judgement of a check-in; appended, never changed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssessmentId,
    /// The check-in judged.
    pub check_in_id: CheckInId,
    /// 1, 2, 3 … within the check-in; the last one stands.
    pub sequence: i32,
    /// What it was made for.
    pub trigger: AssessmentTrigger,
    /// The policy it was made under.
    pub policy_version: i32,
    /// The boundary it was compared with.
    pub site_version_id: Option<SiteVersionId>,
    /// What was decided.
    pub verdict: Verdict,
    /// What it was made of, JSON; none for those made before it was kept.
    #[sea_orm(column_type = "Text", nullable)]
    pub inputs: Option<String>,
    /// The re-judgement it is part of.
    pub rejudgement_id: Option<RejudgementId>,
    /// When.
    pub assessed_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
