//! A person who serves projects (R11).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{OrganisationId, PersonId},
    values::Rank,
};

/// A person who serves projects (R11).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    /// The unit they belong to.
    pub organisation_id: Option<OrganisationId>,
    /// Name.
    pub name: String,
    /// Title, as the roster gives it.
    pub title: String,
    /// Rank, if known.
    pub rank: Rank,
    /// Phone number, digits with an optional leading plus. Personal: masked for most viewers.
    pub phone: Option<String>,
    /// When they were recorded.
    pub created_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
