//! A signed-in device, or a personal access token.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, SessionId};

/// A signed-in device, or a personal access token.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose session it is.
    pub account_id: AccountId,
    /// SHA-256 of the token, hexadecimal; the token itself is never stored.
    #[sea_orm(unique)]
    pub token_sha256: String,
    /// What the device calls itself, or what the token is called.
    pub device_name: String,
    /// What a personal access token may do: names of `TokenScope`, with spaces between; none for a device, which may do
    /// whatever its account may.
    pub scopes: Option<String>,
    /// Whether it was opened by single sign-on with a second factor that the provider vouched for; a token's, whether the
    /// session was that made it.
    pub second_factor_asserted: bool,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last seen in use, to within five minutes; none where it has not been since this is kept.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was ended by sign-out or revocation.
    pub ended_at: Option<DateTime<Utc>>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
