//! A single sign-on that is under way: someone was sent to the identity provider.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::AccountId;

/// A single sign-on that is under way: someone was sent to the identity provider.
///
/// Nonce and PKCE verifier are not here: they are worked out anew from the state, the binding and a key of the servers, so
/// that a copy of the database is no good for completing it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "single_sign_on_attempt")]
pub struct Model {
    /// SHA-256 of the state that comes back from the provider, hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub state_sha256: String,
    /// SHA-256 of what only the client that began it knows, hexadecimal.
    pub binding_sha256: String,
    /// The provider's URL.
    pub issuer: String,
    /// What the device calls itself.
    pub device_name: String,
    /// When it is too late to come back.
    pub expires_at: DateTime<Utc>,
    /// SHA-256 of the authorization code that was brought back, hexadecimal; none until one is: there is no second.
    pub code_sha256: Option<String>,
    /// The account that is still to give its own second factor; none before the provider has said who it is.
    pub account_id: Option<AccountId>,
    /// Who that is at the provider.
    pub subject: Option<String>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
