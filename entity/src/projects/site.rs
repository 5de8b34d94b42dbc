//! A place where a project is being built.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{ProjectId, SiteId};

/// A place where a project is being built.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiteId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Name.
    pub name: String,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// From when on it is no longer a place to visit.
    pub retired_at: Option<DateTime<Utc>>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
