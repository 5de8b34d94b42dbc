//! Boundaries that may be wrong.

use async_graphql::{ComplexObject, Context, Object, Result, SimpleObject};
use domain::permission::table::read;
use entity::values::Datum;
use messages::Message;

use super::{project::Project, site::Site};
use crate::{
    app::Period,
    graphql::support::{
        access::{app, entitled},
        error::{Language, bad_period, broken},
        page::{DEFAULT_SIZE, LARGEST_SIZE, some},
        scalars::Date,
    },
};

/// A site that may have been drawn wrongly: many check-ins, against which nothing else speaks, lie just outside it.
/// It decides nothing about anyone; correct the boundary and judge the check-ins again (`rejudgeCheckIns`), or leave it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct BoundaryHint {
    /// The site's project.
    project: Project,
    /// The site.
    site: Site,
    /// The version of its boundary that is in doubt: the newest.
    version: i32,
    /// Check-ins that say so.
    check_ins: i32,
    /// Of so many people.
    people: i32,
    /// On so many local days.
    days: i32,
    /// Latitude of the middle of their positions, WGS-84 degrees.
    latitude: f64,
    /// Longitude of the middle of their positions, WGS-84 degrees.
    longitude: f64,
    /// Metres from there to the boundary; negative inside.
    distance_meters: f64,
    /// Degrees, clockwise from north, from the site's centre to there.
    bearing_degrees: f64,
    /// Metres from there to the farthest of them.
    spread_meters: f64,
    /// The datum in which the drawing would have to be read for them to be inside; null where none explains it.
    inside_as: Option<Datum>,
    #[graphql(skip)]
    message: Message,
}

#[ComplexObject]
impl BoundaryHint {
    /// The hint in words.
    async fn sentence(&self, #[graphql(desc = "The language of the sentence.", default)] language: Language) -> String {
        self.message.said(language)
    }
}

/// Queries for boundaries.
#[derive(Debug, Default)]
pub struct BoundaryHintQuery;

#[Object]
impl BoundaryHintQuery {
    /// Sites that may have been drawn wrongly, by the check-ins of these local days, the gravest doubt first; 366 days
    /// at most. For the office.
    async fn boundary_hints(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first local day.")] from: Date,
        #[graphql(desc = "The last local day.")] to: Date,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
    ) -> Result<Vec<BoundaryHint>> {
        let first = some("first", first, DEFAULT_SIZE, LARGEST_SIZE)?;
        entitled(ctx, const { read("Query", "boundaryHints") })?;
        let period = Period::parse(from.0, to.0).map_err(|refusal| bad_period(&refusal))?;
        let mut hints = app(ctx).boundary_hints(period).await.map_err(broken)?;
        hints.truncate(usize::try_from(first).unwrap_or(usize::MAX));
        let projects = Project::list(hints.iter().map(|hint| hint.project.clone()).collect());
        let sites = Site::list(hints.iter().map(|hint| hint.site.clone()).collect());
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let together = hints.into_iter().zip(projects.into_iter().zip(sites));
        let hint = together.map(|(row, (project, site))| BoundaryHint {
            project,
            site,
            version: row.version,
            check_ins: count(row.hint.check_ins),
            people: count(row.hint.people),
            days: count(row.hint.days),
            latitude: row.hint.centre.latitude(),
            longitude: row.hint.centre.longitude(),
            distance_meters: row.hint.distance_m,
            bearing_degrees: row.hint.bearing,
            spread_meters: row.hint.spread_m,
            inside_as: row.hint.datum,
            message: row.hint.message,
        });
        Ok(hint.collect())
    }
}
