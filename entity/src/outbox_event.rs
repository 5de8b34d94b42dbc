//! Something that happened, in the order it was committed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// Something that happened, in the order it was committed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_event")]
pub struct Model {
    /// Dense and in commit order: 1, 2, 3 … without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// What happened, JSON.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
