//! What one rule found out in one assessment.

use sea_orm::entity::prelude::*;

use crate::{
    ids::AssessmentId,
    values::{FindingCode, FindingOutcome},
};

/// What one rule found out in one assessment.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "finding")]
pub struct Model {
    /// The assessment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub assessment_id: AssessmentId,
    /// 0, 1, 2 … within the assessment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    /// Which rule.
    pub code: FindingCode,
    /// What it found.
    pub outcome: FindingOutcome,
    /// Whether it counts for the verdict; a hint does not.
    pub counts: bool,
    /// What was measured, in `unit`.
    pub measured: Option<f64>,
    /// What it was compared with, in `unit`.
    pub threshold: Option<f64>,
    /// Unit of both: `m`, `s` or `1`.
    pub unit: String,
    /// Probability of having been where the rule allows, within the tolerance of a site, where the position is for review.
    pub probability: Option<f64>,
    /// The finding in Chinese.
    #[sea_orm(column_type = "Text")]
    pub sentence_zh: String,
    /// The finding in English.
    #[sea_orm(column_type = "Text")]
    pub sentence_en: String,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
