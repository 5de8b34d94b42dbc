//! Visits of one person to one project in one ISO week. Derived from visits.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, ProjectId};

/// Visits of one person to one project in one ISO week. Derived from visits.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "weekly_tally")]
pub struct Model {
    /// The project.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    /// The visitor.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// ISO week-numbering year.
    #[sea_orm(primary_key, auto_increment = false)]
    pub iso_year: i32,
    /// ISO week, 1 to 53.
    #[sea_orm(primary_key, auto_increment = false)]
    pub iso_week: i32,
    /// Verified visits.
    pub verified: i32,
    /// Visits that wait for evidence or review.
    pub provisional: i32,
    /// Visits of which every check-in was rejected.
    pub rejected: i32,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
