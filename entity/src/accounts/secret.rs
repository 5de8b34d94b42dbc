//! A random key of this installation, made on first use.

use sea_orm::entity::prelude::*;

/// A random key of this installation, made on first use.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "secret")]
pub struct Model {
    /// What it is for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose: String,
    /// The key, hexadecimal.
    pub value: String,
}

/// Related rows are loaded by id, list by list; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
