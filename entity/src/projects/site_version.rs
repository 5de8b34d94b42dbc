//! One version of a site's boundary; never changed, only followed by another.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{SiteId, SiteVersionId},
    values::Datum,
};

/// One version of a site's boundary; never changed, only followed by another.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site_version")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiteVersionId,
    /// The site.
    pub site_id: SiteId,
    /// 1, 2, 3 … within the site.
    pub version: i32,
    /// GeoJSON MultiPolygon, WGS-84 degrees, that check-ins are compared with.
    #[sea_orm(column_type = "Text")]
    pub boundary: String,
    /// The shape as it was drawn, JSON, in its own datum.
    #[sea_orm(column_type = "Text")]
    pub drawn: String,
    /// The datum it was drawn in.
    pub datum: Datum,
    /// Tolerance outside the boundary, metres; none means the policy's.
    pub tolerance_m: Option<f64>,
    /// From which capture time on it holds.
    pub effective_from: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
