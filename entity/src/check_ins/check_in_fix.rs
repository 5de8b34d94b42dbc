//! A further fix of a check-in.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{ids::CheckInId, values::Datum};

/// A further fix of a check-in.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "check_in_fix")]
pub struct Model {
    /// The check-in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub check_in_id: CheckInId,
    /// 0, 1, 2 … within the check-in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    /// Degrees in `datum`.
    pub latitude: f64,
    /// Degrees in `datum`.
    pub longitude: f64,
    /// Datum as sent.
    pub datum: Datum,
    /// 68 % accuracy radius, metres.
    pub accuracy_m: f64,
    /// When it was taken, on the phone's clock.
    pub fixed_at: DateTime<Utc>,
    /// Whether the phone said that it was mocked.
    pub mocked: Option<bool>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
