//! Sites and the versions of their boundaries.

use entity::{
    ids::{ProjectId, SiteId, SiteVersionId},
    site, site_version,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, RelationDef,
};

use crate::store::{
    listing::Listing,
    scope::{Scope, in_scope},
};

/// Sites of these projects, by age.
pub async fn of_projects(
    connection: &impl ConnectionTrait,
    projects: impl IntoIterator<Item = ProjectId>,
) -> Result<Vec<site::Model>, DbErr> {
    site::Entity::find()
        .filter(site::Column::ProjectId.is_in(projects))
        .order_by_asc(site::Column::CreatedAt)
        .order_by_asc(site::Column::Id)
        .all(connection)
        .await
}

/// The sites of each project, by age.
pub fn of_each_project() -> Listing {
    use site::Column;
    Listing::ascending(site::Entity::find(), [Column::CreatedAt, Column::Id]).of_each(Column::ProjectId)
}

/// Sites in scope by id.
pub async fn find(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: impl IntoIterator<Item = SiteId>,
) -> Result<Vec<site::Model>, DbErr> {
    site::Entity::find()
        .filter(in_scope(scope, site::Column::ProjectId))
        .filter(site::Column::Id.is_in(ids))
        .all(connection)
        .await
}

/// All boundaries of these sites, the newest version first.
pub async fn versions(
    connection: &impl ConnectionTrait,
    sites: impl IntoIterator<Item = SiteId>,
) -> Result<Vec<site_version::Model>, DbErr> {
    site_version::Entity::find()
        .filter(site_version::Column::SiteId.is_in(sites))
        .order_by_desc(site_version::Column::Version)
        .all(connection)
        .await
}

/// The boundaries of each site, the newest version first.
pub fn versions_of_each() -> Listing {
    use site_version::Column;
    Listing::descending(site_version::Entity::find(), [Column::Version, Column::Id]).of_each(Column::SiteId)
}

/// Boundary versions by id.
pub async fn find_versions(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = SiteVersionId>,
) -> Result<Vec<site_version::Model>, DbErr> {
    site_version::Entity::find().filter(site_version::Column::Id.is_in(ids)).all(connection).await
}

/// When each of these projects first had a site: its project and the effective time, one row a boundary version.
pub async fn effective_since(
    connection: &impl ConnectionTrait,
    projects: impl IntoIterator<Item = ProjectId>,
) -> Result<Vec<(ProjectId, chrono::DateTime<chrono::Utc>)>, DbErr> {
    site_version::Entity::find()
        .join(sea_orm::JoinType::InnerJoin, to_site())
        .select_only()
        .column(site::Column::ProjectId)
        .column_as(site_version::Column::EffectiveFrom.min(), "since")
        .filter(site::Column::ProjectId.is_in(projects))
        .group_by(site::Column::ProjectId)
        .into_tuple()
        .all(connection)
        .await
}

fn to_site() -> RelationDef {
    site_version::Entity::belongs_to(site::Entity).from(site_version::Column::SiteId).to(site::Column::Id).into()
}

/// Records a site.
pub async fn insert(connection: &impl ConnectionTrait, site: site::Model) -> Result<(), DbErr> {
    site.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Records a version of a site's boundary.
pub async fn insert_version(connection: &impl ConnectionTrait, version: site_version::Model) -> Result<(), DbErr> {
    version.into_active_model().reset_all().insert(connection).await.map(|_| ())
}
