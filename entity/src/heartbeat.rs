//! A server's last sign of life, written to find out whether anything can be.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A server's last sign of life, written to find out whether anything can be.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "heartbeat")]
pub struct Model {
    /// A server, from its start to its end.
    #[sea_orm(primary_key, auto_increment = false)]
    pub server_id: Uuid,
    /// When it was written.
    pub beaten_at: DateTime<Utc>,
    /// Nothing, but of some length.
    pub filling: Vec<u8>,
}

/// Nothing refers to it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
