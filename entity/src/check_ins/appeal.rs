//! An appeal of the subject against how a check-in stands; one for each check-in.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AppealId, CheckInId, PersonId};

/// An appeal of the subject against how a check-in stands; one for each check-in.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "appeal")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppealId,
    /// The check-in.
    pub check_in_id: CheckInId,
    /// Who appeals: the one who checked in.
    pub person_id: PersonId,
    /// What they say.
    #[sea_orm(column_type = "Text")]
    pub statement: String,
    /// Photos they add as new evidence: a JSON array of photo ids.
    #[sea_orm(column_type = "Text")]
    pub photos: String,
    /// When.
    pub appealed_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
