//! What was done to an account's permissions; appended, never changed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{AccountId, AuditEntryId},
    values::AuditAction,
};

/// What was done to an account's permissions; appended, never changed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    /// When.
    pub at: DateTime<Utc>,
    /// The account that did it; none for the command line.
    pub actor_id: Option<AccountId>,
    /// What was done.
    pub action: AuditAction,
    /// The account it was done to.
    pub target_id: AccountId,
    /// The particulars, a JSON object; never a secret.
    #[sea_orm(column_type = "Text")]
    pub detail: String,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
