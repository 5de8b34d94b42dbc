//! The second factor of an account: a TOTP secret (RFC 6238).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::AccountId;

/// The second factor of an account: a TOTP secret (RFC 6238).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factor")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// The secret: `sealed:` and base64 where the server has a key for it, otherwise `plain:` and base32.
    #[sea_orm(column_type = "Text")]
    pub secret: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When a first code proved that the owner's device has it; it counts from then on.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The time step of the last code that was used: no code counts twice.
    pub last_step: Option<i64>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
