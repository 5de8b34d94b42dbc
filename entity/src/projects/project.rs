//! An enterprise project: the thing being served.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{OrganisationId, ProjectId},
    values::{Stage, Tier},
};

/// An enterprise project: the thing being served.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "project")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectId,
    /// Number on the published list (序号).
    pub number: i32,
    /// Name, unique.
    #[sea_orm(unique)]
    pub name: String,
    /// State in words, as the published list gives it (项目情况).
    pub situation: String,
    /// Which tier serves it.
    pub tier: Tier,
    /// The stage it has reached.
    pub stage: Stage,
    /// The unit responsible for it (责任单位).
    pub responsible_organisation_id: Option<OrganisationId>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// From when on it takes no more visits.
    pub closed_at: Option<DateTime<Utc>>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
