//! Someone known to an identity provider, who signs in to an account.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::AccountId;

/// Someone known to an identity provider, who signs in to an account.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "identity")]
pub struct Model {
    /// The account; it has one identity at most.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// The provider's URL.
    pub issuer: String,
    /// Who that is there: unique at the provider, and never given to anyone else.
    pub subject: String,
    /// Since when.
    pub linked_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
