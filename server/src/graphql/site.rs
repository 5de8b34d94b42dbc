//! Sites.

use std::{fmt::Display, sync::Arc};

use async_graphql::{ComplexObject, Context, Description, Error, ID, Json, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    ids::{ProjectId, SiteId},
    site, site_version,
    values::Datum,
};
use sea_orm::DbErr;

use super::{
    access::{app, scope},
    error::broken,
    global_id,
    siblings::{Batch, grouped},
};
use crate::{
    app::Broken,
    domain::{boundary::SiteBoundary, datum::Position, permission::table::read},
    store,
};

/// A place where a project is being built.
#[derive(Clone, Debug, Description)]
pub struct Site {
    row: site::Model,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    ids: Vec<SiteId>,
    versions: Batch<(), SiteId, Vec<SiteVersion>>,
}

impl Site {
    /// Sites listed together.
    pub(super) fn list(rows: Vec<site::Model>) -> Vec<Self> {
        let list = Arc::new(List { ids: rows.iter().map(|row| row.id).collect(), ..List::default() });
        rows.into_iter().map(|row| Self { row, list: Arc::clone(&list) }).collect()
    }

    pub(super) fn project_id(&self) -> ProjectId {
        self.row.project_id
    }

    async fn all_versions(&self, ctx: &Context<'_>) -> Result<Vec<SiteVersion>> {
        let load = || async {
            let rows = store::site::versions(app(ctx).database.reader(), self.list.ids.iter().copied()).await?;
            Ok::<_, DbErr>(grouped(rows.into_iter().map(|row| (row.site_id, SiteVersion::from(row)))))
        };
        Ok(self.list.versions.get((), &self.row.id, load).await?.unwrap_or_default())
    }
}

#[Object(use_type_description)]
impl Site {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// From when on it is no longer a place to visit; null while it is.
    async fn retired_at(&self) -> Option<DateTime<Utc>> {
        self.row.retired_at
    }

    /// The newest version of its boundary; null before one was drawn.
    async fn boundary(&self, ctx: &Context<'_>) -> Result<Option<SiteVersion>> {
        Ok(self.all_versions(ctx).await?.into_iter().next())
    }

    /// All versions of its boundary, the newest first.
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<SiteVersion>> {
        self.all_versions(ctx).await
    }
}

/// One version of a site's boundary. Never changed, only followed by another.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SiteVersion {
    /// 1, 2, 3 … within the site.
    version: i32,
    /// The datum it was drawn in.
    datum: Datum,
    /// Tolerance outside the boundary, metres; null means the policy's.
    tolerance_meters: Option<f64>,
    /// From which capture time on it holds.
    effective_from: DateTime<Utc>,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    #[graphql(skip)]
    boundary: String,
    #[graphql(skip)]
    drawn: String,
}

impl From<site_version::Model> for SiteVersion {
    fn from(row: site_version::Model) -> Self {
        Self {
            version: row.version,
            datum: row.datum,
            tolerance_meters: row.tolerance_m,
            effective_from: row.effective_from,
            recorded_at: row.recorded_at,
            boundary: row.boundary,
            drawn: row.drawn,
        }
    }
}

impl SiteVersion {
    /// The middle of the boundary.
    pub(super) fn centre(&self) -> Result<Position> {
        let boundary = SiteBoundary::from_stored(&self.boundary).map_err(|error| unreadable(&error))?;
        Ok(boundary.centre())
    }
}

#[ComplexObject]
impl SiteVersion {
    /// The boundary that check-ins are compared with: a GeoJSON MultiPolygon in WGS-84 degrees.
    async fn geojson(&self) -> Result<Json<serde_json::Value>> {
        parsed(&self.boundary)
    }

    /// The shape as it was drawn, GeoJSON in its own datum; a disc has `radiusMeters`, a corridor `widthMeters`.
    async fn drawn(&self) -> Result<Json<serde_json::Value>> {
        parsed(&self.drawn)
    }
}

fn parsed(text: &str) -> Result<Json<serde_json::Value>> {
    serde_json::from_str(text).map(Json).map_err(|error| unreadable(&error))
}

fn unreadable(error: &dyn Display) -> Error {
    broken(Broken::Record(format!("a stored boundary: {error}")))
}

/// A site of a project the viewer may see.
pub(super) async fn find(ctx: &Context<'_>, id: SiteId) -> Result<Option<Site>> {
    let scope = scope(ctx, const { read("Site", "id") })?;
    let rows = store::site::find(app(ctx).database.reader(), scope, [id]).await.map_err(broken)?;
    Ok(Site::list(rows).pop())
}
