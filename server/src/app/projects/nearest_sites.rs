//! Offers the nearest of a person's assigned sites.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    check_ins::{
        capture_time::Clocks,
        evidence::{Candidate, Fix},
        phone_fix::PhoneFix,
    },
    permission::Viewer,
    projects::nearest_site,
    visits::{obligation::Tenure, week::local_date},
};
use entity::{project, site};

use crate::{
    app::{App, Broken, CheckInRequest, check_ins::judging::in_force, policy},
    store::{self, scope::Scope},
};

/// Where and when someone is, as their phone has it.
#[derive(Clone, Debug)]
pub struct PhonePosition {
    clocks: Clocks,
    fixes: Vec<PhoneFix>,
}

impl PhonePosition {
    /// Those of a check-in.
    pub fn of(request: &CheckInRequest) -> Self {
        let fixes = request.fix.iter().chain(&request.other_fixes).cloned().collect();
        Self { clocks: request.clocks(), fixes }
    }

    /// Those of someone whose fix is of this moment.
    pub fn now(fix: PhoneFix) -> Self {
        let clocks = Clocks { captured_at: fix.fixed_at, sent_at: fix.fixed_at, between_by_boot_clock_ms: None };
        Self { clocks, fixes: vec![fix] }
    }

    /// When it was, if the request came now.
    fn captured(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.clocks.captured(now).unwrap_or(self.clocks.captured_at)
    }

    /// The fixes that are positions at all, of someone whose request came now.
    fn fixes(&self, now: DateTime<Utc>) -> Vec<Fix> {
        let clock_error_ms = (self.captured(now) - self.clocks.captured_at).num_milliseconds();
        let fix = |fix: &PhoneFix| Some(fix.at_capture(self.clocks.captured_at).ok()?.by_either_clock(clock_error_ms));
        self.fixes.iter().filter_map(fix).collect()
    }
}

/// A site that may be the one visited.
#[derive(Clone, Debug)]
pub struct SiteOffer {
    /// Its project.
    pub project: project::Model,
    /// The site.
    pub site: site::Model,
    /// Metres outside its boundary; negative inside.
    pub distance_m: f64,
    /// Whether the fix, taken at its word, lies within its tolerance.
    pub within_tolerance: bool,
}

impl App {
    /// The nearest sites of the projects the viewer served on the day of capture, the nearest first; none where no fix
    /// is usable. The request came `received_at`. Always the same number of statements.
    pub async fn nearest_sites(
        &self,
        viewer: &Viewer,
        at: &PhonePosition,
        received_at: DateTime<Utc>,
    ) -> Result<Vec<SiteOffer>, Broken> {
        let (connection, fixes) = (self.database.reader(), at.fixes(received_at));
        let Some(person) = viewer.person.filter(|_| !fixes.is_empty()) else { return Ok(Vec::new()) };
        let captured_at = at.captured(received_at);
        let policies = policy::versions(connection).await?;
        let policy = policies.at(captured_at)?;
        let day = local_date(captured_at, policy.time_zone);
        let roles = store::team_role::all_of_person(connection, person).await?;
        let served = roles.into_iter().filter(|role| Tenure { from: role.from_date, to: role.to_date }.covers(day));
        let served = served.map(|role| role.project_id);
        let projects = store::project::find(connection, Scope::Team(person), served).await?;
        let open = |project: &project::Model| project.closed_at.is_none_or(|closed| closed > captured_at);
        let projects: HashMap<_, _> = projects.into_iter().filter(open).map(|project| (project.id, project)).collect();
        let sites = store::site::of_projects(connection, projects.keys().copied()).await?;
        let versions = store::site::versions(connection, sites.iter().map(|site| site.id)).await?;
        let mut known = Vec::with_capacity(sites.len());
        let mut candidates: Vec<Candidate> = Vec::with_capacity(sites.len());
        for site in sites.into_iter().filter(|site| site.retired_at.is_none_or(|at| at > captured_at)) {
            if let Some(version) = in_force(&versions, site.id, captured_at) {
                candidates.push(self.boundaries.candidate(version)?);
                known.push(site);
            }
        }
        let offer = |offer: nearest_site::Offer| {
            let site = known.get(offer.place)?.clone();
            let project = projects.get(&site.project_id)?.clone();
            Some(SiteOffer { project, site, distance_m: offer.distance_m, within_tolerance: offer.within_tolerance })
        };
        Ok(nearest_site::nearest(&fixes, &candidates, policy).into_iter().filter_map(offer).collect())
    }
}
