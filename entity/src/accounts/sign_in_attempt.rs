//! Attempts to sign in that have not succeeded, counted for all servers alike.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// Attempts to sign in that have not succeeded, counted for all servers alike.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_attempt")]
pub struct Model {
    /// Where attempts at a sign-in name are counted, known or not: a keyed hash of it, so that names leave no trace and
    /// the table is bounded.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: i32,
    /// How many there were.
    pub failures: i32,
    /// When the last one was.
    pub last_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
