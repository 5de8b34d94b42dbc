//! One person on one project's site on one local day. Derived from check-ins.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{PersonId, ProjectId, VisitId},
    values::Verdict,
};

/// One person on one project's site on one local day. Derived from check-ins.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "visit")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VisitId,
    /// The project visited.
    pub project_id: ProjectId,
    /// The visitor.
    pub person_id: PersonId,
    /// The local day in the policy's time zone.
    pub local_date: NaiveDate,
    /// The best verdict of its check-ins.
    pub verdict: Verdict,
    /// How many check-ins it is made of.
    pub check_in_count: i32,
    /// Corrected capture of its first check-in.
    pub first_at: DateTime<Utc>,
    /// Corrected capture of its last check-in.
    pub last_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
