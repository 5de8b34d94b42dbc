//! Imports sites: a new one, or a new version of the boundary of one that is known; all or nothing.

use chrono::{DateTime, Utc};
use entity::{ids::ProjectId, site, site_version};
use sea_orm::ConnectionTrait;

use super::{App, Failure, Refusal, RefusalCode};
use crate::{
    domain::{
        boundary::SiteBoundary,
        datum::{Position, to_wgs84},
        sentence::Sentence,
    },
    roster::{ProjectRef, SiteDraft, SiteShape},
    store,
};

/// What an import changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SitesImported {
    /// Sites that were new.
    pub sites: usize,
    /// New versions of sites known before.
    pub versions: usize,
    /// Sites that were on record just so.
    pub unchanged: usize,
}

impl App {
    /// Imports sites whose boundaries hold for captures from `effective_from` on. All that is wrong is told at once,
    /// and nothing is imported then. `step` is called after each site.
    pub async fn import_sites(
        &self,
        drafts: &[SiteDraft],
        effective_from: DateTime<Utc>,
        step: &(dyn Fn() + Sync),
    ) -> Result<SitesImported, Failure> {
        let transaction = self.database.begin().await?;
        let mut done = SitesImported::default();
        let mut refusals = Vec::new();
        for draft in drafts {
            match self.import_site(&transaction, draft, effective_from, &mut done).await {
                Ok(()) => {}
                Err(Failure::Refused(reasons)) => refusals.extend(reasons),
                Err(broken) => return Err(broken),
            }
            step();
        }
        if !refusals.is_empty() {
            transaction.rollback().await?;
            return Err(Failure::Refused(refusals));
        }
        transaction.commit().await?;
        Ok(done)
    }

    async fn import_site(
        &self,
        connection: &impl ConnectionTrait,
        draft: &SiteDraft,
        effective_from: DateTime<Utc>,
        done: &mut SitesImported,
    ) -> Result<(), Failure> {
        let boundary = boundary_of(draft).map_err(|sentence| refuse(draft, "geometry", sentence))?;
        let project = project_of(connection, draft).await?;
        let sites = store::site::of_projects(connection, [project]).await?;
        let known = sites.into_iter().find(|site| site.name == draft.name);
        let now = self.clock.now();
        let site = match known {
            Some(site) => site,
            None => {
                let site = site::Model {
                    id: self.clock.id(),
                    project_id: project,
                    name: draft.name.clone(),
                    created_at: now,
                    retired_at: None,
                };
                store::site::insert(connection, site.clone()).await?;
                site
            }
        };
        let last = store::site::versions(connection, [site.id]).await?.into_iter().next();
        let version = site_version::Model {
            id: self.clock.id(),
            site_id: site.id,
            version: last.as_ref().map_or(1, |last| last.version + 1),
            boundary: boundary.to_geojson(),
            drawn: drawn(&draft.shape),
            datum: draft.datum,
            tolerance_m: draft.tolerance_m,
            effective_from,
            recorded_at: now,
        };
        let same = |last: &site_version::Model| {
            last.boundary == version.boundary && last.datum == version.datum && last.tolerance_m == version.tolerance_m
        };
        match &last {
            Some(last) if same(last) => done.unchanged += 1,
            Some(_) => done.versions += 1,
            None => done.sites += 1,
        }
        if !last.as_ref().is_some_and(same) {
            store::site::insert_version(connection, version).await?;
        }
        Ok(())
    }
}

fn boundary_of(draft: &SiteDraft) -> Result<SiteBoundary, Sentence> {
    let boundary = match &draft.shape {
        SiteShape::Area(geojson) => SiteBoundary::parse_geojson(geojson, draft.datum),
        SiteShape::Disc { latitude, longitude, radius_m } => {
            let centre = Position::parse(*latitude, *longitude)
                .map_err(|error| Sentence { zh: error.zh(), en: error.to_string() })?;
            SiteBoundary::circle(to_wgs84(centre, draft.datum), *radius_m)
        }
        SiteShape::Corridor { line, width_m } => SiteBoundary::corridor(line, draft.datum, *width_m),
    };
    boundary.map_err(|error| Sentence { zh: error.zh(), en: error.to_string() })
}

fn drawn(shape: &SiteShape) -> String {
    match shape {
        SiteShape::Area(geojson) => geojson.clone(),
        SiteShape::Disc { latitude, longitude, radius_m } => {
            serde_json::json!({ "type": "Point", "coordinates": [longitude, latitude], "radiusMeters": radius_m })
                .to_string()
        }
        // The geometry's text stays as it is, with one member more.
        SiteShape::Corridor { line, width_m } => {
            let members = line.trim_end().strip_suffix('}').unwrap_or(line);
            format!("{members},\"widthMeters\":{width_m}}}")
        }
    }
}

async fn project_of(connection: &impl ConnectionTrait, draft: &SiteDraft) -> Result<ProjectId, Failure> {
    let (mut found, named) = match &draft.project {
        ProjectRef::Name(name) => {
            (store::project::find_by_name(connection, name).await?.into_iter().collect(), name.clone())
        }
        ProjectRef::Number(number) => (store::project::find_by_number(connection, *number).await?, number.to_string()),
    };
    let project = found.pop().ok_or_else(|| {
        refuse(
            draft,
            "project",
            Sentence {
                zh: format!("没有项目“{named}”，请先导入名册。"),
                en: format!("There is no project {named}; import the roster first."),
            },
        )
    })?;
    if !found.is_empty() {
        let sentence = Sentence {
            zh: format!("序号 {named} 对应多个项目，请改用项目名称。"),
            en: format!("Several projects have number {named}; use the project's name."),
        };
        return Err(refuse(draft, "project", sentence).into());
    }
    Ok(project.id)
}

fn refuse(draft: &SiteDraft, property: &str, sentence: Sentence) -> Refusal {
    let field = vec!["features".to_owned(), draft.feature.to_string(), property.to_owned()];
    Refusal { code: RefusalCode::Invalid, field, sentence, retry_at: None }
}
