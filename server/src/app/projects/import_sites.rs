//! Imports sites: a new one, or a new version of the boundary of one that is known; all or nothing.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::projects::{
    boundary::SiteBoundary,
    datum::{Position, to_wgs84},
};
use entity::{ids::ProjectId, site, site_version};
use messages::{Message, message};
use sea_orm::ConnectionTrait;

use super::known_projects::{KnownProject, KnownProjects, ProjectMatch};
use crate::{
    app::{App, Failure, Refusal, RefusalCode},
    roster::{ProjectRef, SiteDraft, SiteShape, folded},
    store,
};

/// What an import changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SitesImported {
    /// Sites that were new.
    pub sites: usize,
    /// New versions of sites known before.
    pub versions: usize,
    /// Sites that were on record just so.
    pub unchanged: usize,
    /// Known sites whose new boundary lies wholly beside the one it takes the place of: perhaps another plot that was
    /// given the same name.
    pub elsewhere: Vec<SiteElsewhere>,
}

/// A known site that was drawn somewhere else than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteElsewhere {
    /// Which feature of the file, from 1.
    pub feature: usize,
    /// The project's name.
    pub project: String,
    /// The site's name.
    pub site: String,
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
        let mut import = Import {
            app: self,
            connection: &transaction,
            effective_from,
            known: KnownProjects::load(&transaction).await?,
            drawn: HashMap::new(),
            done: SitesImported::default(),
        };
        let mut refusals = Vec::new();
        for draft in drafts {
            match import.site(draft).await {
                Ok(()) => {}
                Err(Failure::Refused(reasons)) => refusals.extend(reasons),
                Err(broken) => return Err(broken),
            }
            step();
        }
        let done = import.done;
        if !refusals.is_empty() {
            transaction.rollback().await?;
            return Err(Failure::Refused(refusals));
        }
        transaction.commit().await?;
        Ok(done)
    }
}

struct Import<'a, C> {
    app: &'a App,
    connection: &'a C,
    effective_from: DateTime<Utc>,
    known: KnownProjects,
    /// Which feature drew a site, by project and folded name: however a file names a project, two plots of one name are
    /// never taken for one.
    drawn: HashMap<(ProjectId, String), usize>,
    done: SitesImported,
}

impl<C: ConnectionTrait> Import<'_, C> {
    async fn site(&mut self, draft: &SiteDraft) -> Result<(), Failure> {
        let boundary = boundary_of(draft).map_err(|sentence| refuse(draft, "geometry", sentence))?;
        let project = self.project(draft)?;
        let first = *self.drawn.entry((project.id, folded(&draft.name))).or_insert(draft.feature);
        if first != draft.feature {
            return Err(refuse(draft, "site", same_site(first, &project, draft)).into());
        }
        let site = self.site_of(project.id, &draft.name).await?;
        let last = store::site::versions(self.connection, [site.id]).await?.into_iter().next();
        let version = site_version::Model {
            id: self.app.clock.id(),
            site_id: site.id,
            version: last.as_ref().map_or(1, |last| last.version + 1),
            boundary: boundary.to_geojson(),
            drawn: drawn(&draft.shape),
            datum: draft.datum,
            tolerance_m: draft.tolerance_m,
            effective_from: self.effective_from,
            recorded_at: self.app.clock.now(),
        };
        let same = |last: &site_version::Model| {
            last.boundary == version.boundary && last.datum == version.datum && last.tolerance_m == version.tolerance_m
        };
        match &last {
            Some(last) if same(last) => self.done.unchanged += 1,
            Some(last) => {
                self.done.versions += 1;
                if SiteBoundary::from_stored(&last.boundary).is_ok_and(|before| boundary.lies_beside(&before)) {
                    let (feature, project, site) = (draft.feature, project.name, site.name);
                    self.done.elsewhere.push(SiteElsewhere { feature, project, site });
                }
            }
            None => self.done.sites += 1,
        }
        if !last.as_ref().is_some_and(same) {
            store::site::insert_version(self.connection, version).await?;
        }
        Ok(())
    }

    /// The project's site of this name, however it is written; a new one if there is none.
    async fn site_of(&self, project: ProjectId, name: &str) -> Result<site::Model, Failure> {
        let sites = store::site::of_projects(self.connection, [project]).await?;
        let exactly = sites.iter().position(|site| site.name == name);
        let alike = || sites.iter().position(|site| folded(&site.name) == folded(name));
        if let Some(known) = exactly.or_else(alike).and_then(|at| sites.get(at)) {
            return Ok(known.clone());
        }
        let site = site::Model {
            id: self.app.clock.id(),
            project_id: project,
            name: name.to_owned(),
            created_at: self.app.clock.now(),
            retired_at: None,
        };
        store::site::insert(self.connection, site.clone()).await?;
        Ok(site)
    }

    fn project(&self, draft: &SiteDraft) -> Result<KnownProject, Refusal> {
        let (meant, named) = match &draft.project {
            ProjectRef::Name(name) => (self.known.named(name), name.clone()),
            ProjectRef::Number(number) => (self.known.numbered(*number), number.to_string()),
        };
        let message = match meant {
            ProjectMatch::One(known) => return Ok(known.clone()),
            ProjectMatch::Nothing => message!(ProjectNotOnRecord { name: named }),
            ProjectMatch::Several(names) => message!(ProjectAmbiguous { name: named, projects: names }),
        };
        Err(refuse(draft, "project", message))
    }
}

fn same_site(first: usize, project: &KnownProject, draft: &SiteDraft) -> Message {
    message!(SiteNamedTwice { first, project: &project.name, site: &draft.name })
}

fn boundary_of(draft: &SiteDraft) -> Result<SiteBoundary, Message> {
    let boundary = match &draft.shape {
        SiteShape::Area(geojson) => SiteBoundary::parse_geojson(geojson, draft.datum),
        SiteShape::Disc { latitude, longitude, radius_m } => {
            let centre = Position::parse(*latitude, *longitude).map_err(|error| error.message())?;
            SiteBoundary::circle(to_wgs84(centre, draft.datum), *radius_m)
        }
        SiteShape::Corridor { line, width_m } => SiteBoundary::corridor(line, draft.datum, *width_m),
    };
    boundary.map_err(|error| error.message())
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

fn refuse(draft: &SiteDraft, property: &str, message: Message) -> Refusal {
    let field = vec!["features".to_owned(), draft.feature.to_string(), property.to_owned()];
    Refusal { code: RefusalCode::Invalid, field, message, retry_at: None }
}
