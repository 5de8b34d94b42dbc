//! Sites.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Description, Error, ID, Json, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    permission::table::read,
    projects::{boundary::SiteBoundary, datum::Position},
};
use entity::{
    ids::{ProjectId, SiteId},
    site, site_version,
    values::Datum,
};
use sea_orm::DbErr;

use crate::{
    app::Broken,
    graphql::{
        engine::cost::lists::{FEW, MOST_OF_FEW},
        support::{
            access::{app, scope},
            error::broken,
            global_id,
            page::some,
            siblings::Batch,
        },
    },
    store,
};

/// A place where a project is being built.
#[derive(Clone, Debug, Description)]
pub struct Site {
    row: Arc<site::Model>,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    ids: Vec<SiteId>,
    versions: Batch<u64, SiteId, Vec<SiteVersion>>,
}

impl Site {
    /// Sites listed together.
    pub(in crate::graphql) fn list(rows: Vec<site::Model>) -> Vec<Self> {
        let list = Arc::new(List { ids: rows.iter().map(|row| row.id).collect(), ..List::default() });
        rows.into_iter().map(|row| Self { row: Arc::new(row), list: Arc::clone(&list) }).collect()
    }

    pub(in crate::graphql) fn project_id(&self) -> ProjectId {
        self.row.project_id
    }

    async fn newest_versions(&self, ctx: &Context<'_>, newest: u64) -> Result<Vec<SiteVersion>> {
        let load = || async {
            let sites = self.list.ids.iter().copied();
            let found = store::site::newest_versions(app(ctx).database.reader(), sites, newest).await?;
            let versions = |rows: Vec<_>| rows.into_iter().map(SiteVersion::from).collect();
            Ok::<_, DbErr>(found.into_iter().map(|(site, rows)| (site, versions(rows))).collect())
        };
        Ok(self.list.versions.get(newest, &self.row.id, load).await?.unwrap_or_default())
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
        Ok(self.newest_versions(ctx, 1).await?.pop())
    }

    /// The newest versions of its boundary, the newest first.
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 if nothing is said.")] first: Option<i32>,
    ) -> Result<Vec<SiteVersion>> {
        self.newest_versions(ctx, some("first", first, FEW, MOST_OF_FEW)?).await
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
    boundary: Arc<str>,
    #[graphql(skip)]
    drawn: Arc<str>,
}

impl From<site_version::Model> for SiteVersion {
    fn from(row: site_version::Model) -> Self {
        Self {
            version: row.version,
            datum: row.datum,
            tolerance_meters: row.tolerance_m,
            effective_from: row.effective_from,
            recorded_at: row.recorded_at,
            boundary: row.boundary.into(),
            drawn: row.drawn.into(),
        }
    }
}

impl SiteVersion {
    /// The middle of the boundary.
    pub(in crate::graphql) fn centre(&self) -> Result<Position> {
        let boundary = SiteBoundary::from_stored(&self.boundary).map_err(unreadable)?;
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
    serde_json::from_str(text).map(Json).map_err(unreadable)
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    broken(Broken::failed("a stored boundary", error))
}

/// A site of a project the viewer may see.
pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: SiteId) -> Result<Option<Site>> {
    let scope = scope(ctx, const { read("Site", "id") })?;
    let rows = store::site::find(app(ctx).database.reader(), scope, [id]).await.map_err(broken)?;
    Ok(Site::list(rows).pop())
}
