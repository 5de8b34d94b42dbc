//! How a check-in stands now. Derived: its last assessment, and the visit it counts in.

use sea_orm::entity::prelude::*;

use crate::{
    ids::{AssessmentId, CheckInId, VisitId},
    values::Verdict,
};

/// How a check-in stands now. Derived: its last assessment, and the visit it counts in.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "standing")]
pub struct Model {
    /// The check-in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub check_in_id: CheckInId,
    /// The visit it is part of.
    pub visit_id: VisitId,
    /// Its last assessment.
    pub assessment_id: AssessmentId,
    /// What that one decided.
    pub verdict: Verdict,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
