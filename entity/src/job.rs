//! Work that waits for a server to do it, once or again and again.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::values::JobKind;

/// Work that waits for a server to do it, once or again and again.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// What is to be done.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: JobKind,
    /// What it is to be done with: a row's id, or nil.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Uuid,
    /// From when on a server may take it. Whoever does moves it on for as long as the work may take, so that another takes
    /// over should it die.
    pub due_at: DateTime<Utc>,
    /// How often it was begun.
    pub attempts: i32,
}

/// Nothing refers to it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
