//! An object that the object store is to forget: nothing names it any more.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// An object that the object store is to forget: nothing names it any more.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "discarded_object")]
pub struct Model {
    /// Where it is in the object store.
    #[sea_orm(primary_key, auto_increment = false)]
    pub object_key: String,
    /// Not before: until then somebody may still hold leave to write it.
    pub due_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
