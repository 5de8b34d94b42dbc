//! A check-in that waits to be judged again, because one that was recorded later contradicts it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::CheckInId;

/// A check-in that waits to be judged again, because one that was recorded later contradicts it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contradiction")]
pub struct Model {
    /// The check-in that was judged before.
    #[sea_orm(primary_key, auto_increment = false)]
    pub check_in_id: CheckInId,
    /// When the contradiction was found.
    pub found_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
