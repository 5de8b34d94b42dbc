//! A unit of the plan: a department, a locality, the municipal leadership (R11).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{ids::OrganisationId, values::OrganisationKind};

/// A unit of the plan: a department, a locality, the municipal leadership (R11).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganisationId,
    /// Name, unique.
    #[sea_orm(unique)]
    pub name: String,
    /// What kind of unit it is.
    pub kind: OrganisationKind,
    /// The unit above it.
    pub parent_id: Option<OrganisationId>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
