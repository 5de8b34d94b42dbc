//! Sites offered to whoever names no project.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::permission::table::read;

use super::{project::Project, site::Site};
use crate::{
    app::PhonePosition,
    graphql::{
        check_ins::check_in::input::GpsFixInput,
        support::{
            access::{app, arrived_at, entitled, viewer},
            error::broken,
        },
    },
};

/// A site of a project the viewer serves, and how far away it is.
#[derive(Clone, Debug, SimpleObject)]
pub struct SiteOffer {
    /// Its project: give its id as `projectId` to check in there.
    project: Project,
    /// The site.
    site: Site,
    /// Metres from the fix to the site's boundary; negative inside.
    distance_meters: f64,
    /// Whether the fix lies within the site's tolerance, its accuracy not considered.
    within_tolerance: bool,
}

impl SiteOffer {
    /// The nearest sites the viewer serves, listed together.
    pub(in crate::graphql) async fn near(ctx: &Context<'_>, whereabouts: &PhonePosition) -> Result<Vec<Self>> {
        let offers = app(ctx).nearest_sites(viewer(ctx)?, whereabouts, arrived_at(ctx)).await.map_err(broken)?;
        let projects = Project::list(offers.iter().map(|offer| offer.project.clone()).collect());
        let sites = Site::list(offers.iter().map(|offer| offer.site.clone()).collect());
        let together = offers.into_iter().zip(projects.into_iter().zip(sites));
        let offer = together.map(|(offer, (project, site))| Self {
            project,
            site,
            distance_meters: offer.distance_m,
            within_tolerance: offer.within_tolerance,
        });
        Ok(offer.collect())
    }
}

/// Queries for sites near a phone.
#[derive(Debug, Default)]
pub struct SiteOfferQuery;

#[Object]
impl SiteOfferQuery {
    /// The nearest sites of the projects the viewer serves today, the nearest first, 5 at most: what a phone offers
    /// before it checks in. Empty for those who serve none, and where the fix is unusable.
    async fn assigned_sites(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where the phone is now.")] near: GpsFixInput,
    ) -> Result<Vec<SiteOffer>> {
        entitled(ctx, const { read("Query", "assignedSites") })?;
        SiteOffer::near(ctx, &PhonePosition::now(near.into())).await
    }
}
