//! A code that stands in for a lost second factor, once.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::AccountId;

/// A code that stands in for a lost second factor, once.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_code")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// SHA-256 of the code, hexadecimal. It has 80 random bits: nothing slower is needed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_sha256: String,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
