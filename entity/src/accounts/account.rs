//! Someone who can sign in.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{AccountId, PersonId},
    values::AccountRole,
};

/// Someone who can sign in.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// The person behind it; an analyst may have none.
    pub person_id: Option<PersonId>,
    /// Sign-in name, unique, lower case.
    #[sea_orm(unique)]
    pub login: String,
    /// argon2id hash in PHC format.
    pub password_hash: String,
    /// Until when the password, given out by an administrator, opens the way to one of the owner's own choice, and to
    /// nothing else; none where the owner chose it.
    pub one_time_until: Option<DateTime<Utc>>,
    /// What the account may do.
    pub role: AccountRole,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it may no longer sign in.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
