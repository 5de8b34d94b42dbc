//! Sites offered to whoever names no project.

use async_graphql::{Context, Description, Object, Result};
use domain::permission::table::read;

use super::{project::Project, site::Site};
use crate::{
    app::{self, PhonePosition},
    graphql::{
        check_ins::check_in::input::GpsFixInput,
        engine::levels::{Fields, Noun, Rows},
        support::{
            access::{app, arrived_at, entitled, viewer},
            error::broken,
        },
    },
};

/// A site of a project the viewer serves, and how far away it is.
#[derive(Debug, Description)]
pub struct SiteOffer;

impl Noun for SiteOffer {
    const NAME: &'static str = "SiteOffer";

    fn fields(of: &mut Fields<Self>) {
        of.one_by::<Project, _>(
            "project",
            "Its project: give its id as `projectId` to check in there.",
            |offer: &app::SiteOffer| Some(offer.project.id.0),
        );
        of.always();
        of.one_by::<Site, _>("site", "The site.", |offer: &app::SiteOffer| Some(offer.site.id.0));
        of.always();
        of.part(
            "distanceMeters",
            "Metres from the fix to the site's boundary; negative inside.",
            |offer: &app::SiteOffer| offer.distance_m,
        );
        of.part(
            "withinTolerance",
            "Whether the fix lies within the site's tolerance, its accuracy not considered.",
            |offer: &app::SiteOffer| offer.within_tolerance,
        );
    }
}

/// The nearest sites the viewer serves.
pub(in crate::graphql) async fn near(ctx: &Context<'_>, position: &PhonePosition) -> Result<Rows<SiteOffer>> {
    let offers = app(ctx).nearest_sites(viewer(ctx)?, position, arrived_at(ctx)).await.map_err(broken)?;
    Ok(Rows::values(offers))
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
    ) -> Result<Rows<SiteOffer>> {
        entitled(ctx, const { read("Query", "assignedSites") })?;
        self::near(ctx, &PhonePosition::now(near.into())).await
    }
}
