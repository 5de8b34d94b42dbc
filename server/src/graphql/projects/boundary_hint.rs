//! Boundaries that may be wrong.

use async_graphql::{Context, Description, Object, Result};
use domain::permission::table::read;

use super::{project::Project, site::Site};
use crate::{
    app::{self, Period},
    graphql::{
        engine::levels::{Asking, Fields, Noun, Rows, argument},
        support::{
            access::{app, entitled},
            error::{Language, bad_period, broken},
            page::{DEFAULT_SIZE, LARGEST_SIZE, some},
            scalars::Date,
        },
    },
};

/// A site that may have been drawn wrongly: many check-ins, against which nothing else speaks, lie just outside it.
/// It decides nothing about anyone; correct the boundary and judge the check-ins again (`rejudgeCheckIns`), or leave it.
#[derive(Debug, Description)]
pub struct BoundaryHint;

impl Noun for BoundaryHint {
    const NAME: &'static str = "BoundaryHint";

    fn fields(of: &mut Fields<Self>) {
        of.one_by::<Project, _>("project", "The site's project.", |found: &app::BoundaryHint| Some(found.project.id.0));
        of.always();
        of.one_by::<Site, _>("site", "The site.", |found: &app::BoundaryHint| Some(found.site.id.0));
        of.always();
        of.part("version", "The version of its boundary that is in doubt: the newest.", |found: &app::BoundaryHint| {
            found.version
        });
        of.part("checkIns", "Check-ins that say so.", |found: &app::BoundaryHint| count(found.hint.check_ins));
        of.part("people", "Of so many people.", |found: &app::BoundaryHint| count(found.hint.people));
        of.part("days", "On so many local days.", |found: &app::BoundaryHint| count(found.hint.days));
        of.part(
            "latitude",
            "Latitude of the middle of their positions, WGS-84 degrees.",
            |found: &app::BoundaryHint| found.hint.centre.latitude(),
        );
        of.part(
            "longitude",
            "Longitude of the middle of their positions, WGS-84 degrees.",
            |found: &app::BoundaryHint| found.hint.centre.longitude(),
        );
        of.part(
            "distanceMeters",
            "Metres from there to the boundary; negative inside.",
            |found: &app::BoundaryHint| found.hint.distance_m,
        );
        of.part(
            "bearingDegrees",
            "Degrees, clockwise from north, from the site's centre to there.",
            |found: &app::BoundaryHint| found.hint.bearing,
        );
        of.part("spreadMeters", "Metres from there to the farthest of them.", |found: &app::BoundaryHint| {
            found.hint.spread_m
        });
        of.part(
            "insideAs",
            "The datum in which the drawing would have to be read for them to be inside; null where none explains it.",
            |found: &app::BoundaryHint| found.hint.datum,
        );
        of.asked(
            "sentence",
            "The hint in words.",
            vec![argument::<Language>("language", "The language of the sentence.").defaulting_to(&Language::default())],
            |asking: &Asking<'_>| Ok(Box::new(asking.argument_or::<Language>("language", Some(Language::default))?)),
            Vec::new(),
            |at, language: &Language| {
                let found: &app::BoundaryHint = at.value()?;
                Ok(found.hint.message.said(*language))
            },
        );
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
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
    ) -> Result<Rows<BoundaryHint>> {
        let first = some("first", first, DEFAULT_SIZE, LARGEST_SIZE)?;
        entitled(ctx, const { read("Query", "boundaryHints") })?;
        let period = Period::parse(from.0, to.0).map_err(|refusal| bad_period(&refusal))?;
        let mut hints = app(ctx).boundary_hints(period).await.map_err(broken)?;
        hints.truncate(usize::try_from(first).unwrap_or(usize::MAX));
        Ok(Rows::values(hints))
    }
}
