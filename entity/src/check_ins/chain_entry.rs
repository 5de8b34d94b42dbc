//! A link of the hash chain.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A link of the hash chain.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "chain_entry")]
pub struct Model {
    /// 1, 2, 3 … without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    /// What is recorded: check-in, assessment or decision.
    pub kind: String,
    /// Which one.
    pub subject: Uuid,
    /// What is recorded, canonical JSON (RFC 8785).
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// Hash of the link before, hexadecimal.
    pub previous: String,
    /// Hash of this link, hexadecimal.
    pub hash: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
