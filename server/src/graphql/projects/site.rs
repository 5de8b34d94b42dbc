//! Sites.

use async_graphql::{Description, Error, Json, Result};
use chrono::{DateTime, Utc};
use domain::{
    permission::table::read,
    projects::{boundary::SiteBoundary, datum::Position},
};
use entity::{ids::SiteId, site, site_version, values::Datum};

use crate::{
    app::Broken,
    graphql::{
        engine::{
            cost::lists::{FEW, MOST_OF_FEW},
            levels::{At, Fields, Noun, Source, Stored, argument, column},
        },
        support::{error::broken, page::some},
    },
    store::{listing::Part, scope, site::versions_of_each},
};

/// A place where a project is being built.
#[derive(Debug, Description)]
pub struct Site;

impl Noun for Site {
    const NAME: &'static str = "Site";
    const NODE: bool = true;

    fn stored() -> Option<Stored> {
        Some(Stored::by(site::Column::Id).where_visible(|viewing, table| {
            let scope = viewing.scope(const { read("Site", "id") })?;
            Ok(Some(scope::visible(scope, &column(table, site::Column::ProjectId))))
        }))
    }

    fn fields(of: &mut Fields<Self>) {
        use site::Column;
        of.id::<SiteId>(Column::Id);
        of.text("name", "Name.", Column::Name);
        of.plain(
            "retiredAt",
            "From when on it is no longer a place to visit; null while it is.",
            Column::RetiredAt,
            |at: Option<DateTime<Utc>>| at,
        );
        of.first::<SiteVersion>(
            "boundary",
            "The newest version of its boundary; null before one was drawn.",
            Column::Id,
            |_| Box::pin(async { Ok(Source::Rows(versions_of_each(), Part::first(1))) }),
        );
        of.list::<SiteVersion>(
            "versions",
            "The newest versions of its boundary, the newest first.",
            vec![argument::<Option<i32>>("first", "The first so many, 1 to 100; 20 if nothing is said.")],
            Column::Id,
            |asking| {
                Box::pin(async move {
                    let first = some("first", asking.argument("first")?, FEW, MOST_OF_FEW)?;
                    Ok(Source::Rows(versions_of_each(), Part::first(first)))
                })
            },
        );
    }
}

/// One version of a site's boundary. Never changed, only followed by another.
#[derive(Debug, Description)]
pub struct SiteVersion;

impl Noun for SiteVersion {
    const NAME: &'static str = "SiteVersion";

    fn stored() -> Option<Stored> {
        Some(Stored::by(site_version::Column::Id))
    }

    fn fields(of: &mut Fields<Self>) {
        use site_version::Column;
        of.plain("version", "1, 2, 3 … within the site.", Column::Version, |version: i32| version);
        of.named::<Datum>("datum", "The datum it was drawn in.", Column::Datum);
        of.plain(
            "toleranceMeters",
            "Tolerance outside the boundary, metres; null means the policy's.",
            Column::ToleranceM,
            |metres: Option<f64>| metres,
        );
        of.plain(
            "effectiveFrom",
            "From which capture time on it holds.",
            Column::EffectiveFrom,
            |at: DateTime<Utc>| at,
        );
        of.plain("recordedAt", "When it was recorded.", Column::RecordedAt, |at: DateTime<Utc>| at);
        of.of(
            "geojson",
            "The boundary that check-ins are compared with: a GeoJSON MultiPolygon in WGS-84 degrees.",
            vec![Column::Boundary.into()],
            parsed,
        );
        of.of(
            "drawn",
            "The shape as it was drawn, GeoJSON in its own datum; a disc has `radiusMeters`, a corridor `widthMeters`.",
            vec![Column::Drawn.into()],
            parsed,
        );
    }
}

/// The middle of a stored boundary.
pub(in crate::graphql) fn centre(boundary: &str) -> Result<Position> {
    Ok(SiteBoundary::from_stored(boundary).map_err(unreadable)?.centre())
}

fn parsed(at: &At<'_>) -> Result<Json<serde_json::Value>> {
    serde_json::from_str(&at.get::<String>(0)?).map(Json).map_err(unreadable)
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    broken(Broken::failed("a stored boundary", error))
}
