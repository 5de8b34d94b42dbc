//! A person's part in a project's team, over a period of time.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{PersonId, ProjectId, TeamRoleId},
    values::TeamRoleKind,
};

/// A person's part in a project's team, over a period of time.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "team_role")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TeamRoleId,
    /// The project served.
    pub project_id: ProjectId,
    /// Who serves it.
    pub person_id: PersonId,
    /// The part they play.
    pub kind: TeamRoleKind,
    /// First day of the role, in the policy's time zone.
    pub from_date: NaiveDate,
    /// Last day of the role; none means it goes on.
    pub to_date: Option<NaiveDate>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
