//! Tells the office which sites may have been drawn wrongly.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    check_ins::evidence::{Candidate, Fix},
    projects::boundary_hint::{self, Drawn, Hint, Outside},
};
use entity::{
    ids::{SiteId, SiteVersionId},
    project, site, site_version,
};
use serde::Deserialize;

use crate::{
    app::{App, Broken, Period, policy},
    store::{self, assessment::PositionOnlyCheckIn, scope::Scope},
};

/// Check-ins looked at in one period at most, the latest first.
const MOST_CHECK_INS: u64 = 5000;

/// A site that may have been drawn wrongly.
#[derive(Clone, Debug)]
pub struct BoundaryHint {
    /// Its project.
    pub project: project::Model,
    /// The site.
    pub site: site::Model,
    /// The version of its boundary.
    pub version: i32,
    /// Why.
    pub hint: Hint,
}

/// The part of an assessment's inputs that tells where someone was.
#[derive(Deserialize)]
struct Inputs {
    evidence: Fixes,
}

/// A site's newest boundary, and the check-ins just outside it.
struct DoubtfulSite {
    row: site_version::Model,
    candidate: Candidate,
    outside: Vec<Outside>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fixes {
    fixes: Vec<Fix>,
    skew_ms: i64,
    #[serde(default)]
    capture_skew_ms: Option<i64>,
}

impl App {
    /// Sites whose newest boundary is in doubt by the check-ins of a period, the gravest doubt first. By the thresholds
    /// of the policy now in force; always the same number of statements.
    pub async fn boundary_hints(&self, period: Period) -> Result<Vec<BoundaryHint>, Broken> {
        let connection = self.database.reader();
        let policy = policy::versions(connection).await?.at(self.clock.now())?.clone();
        let near_m = policy.thresholds.boundary_near_m;
        let rows =
            store::assessment::only_position(connection, period.from(), period.to(), near_m, MOST_CHECK_INS).await?;
        let mut by_version = BTreeMap::<(SiteId, SiteVersionId), Vec<Outside>>::new();
        for row in &rows {
            by_version.entry((row.site_id, row.site_version_id)).or_default().extend(outside(row));
        }
        let sites: HashSet<SiteId> = by_version.keys().map(|(site, _)| *site).collect();
        // Newest first: a boundary that was corrected is no longer in doubt.
        let mut newest = HashMap::new();
        for version in store::site::versions(connection, sites.iter().copied()).await? {
            newest.entry(version.site_id).or_insert(version);
        }
        let mut doubted = Vec::new();
        for ((site, version), outside) in by_version {
            if let Some(row) = newest.remove(&site).filter(|row| row.id == version) {
                let candidate = self.boundaries.candidate(&row)?;
                doubted.push(DoubtfulSite { row, candidate, outside });
            }
        }
        let judged = tokio::task::spawn_blocking(move || {
            let hint = |DoubtfulSite { row, candidate, outside }: DoubtfulSite| {
                let tolerance_m = candidate.tolerance_m.unwrap_or(policy.tolerance_m);
                let drawn = Drawn { boundary: &candidate.boundary, datum: row.datum, tolerance_m };
                Some((row.version, row.site_id, boundary_hint::hint(&outside, &drawn, &policy)?))
            };
            doubted.into_iter().filter_map(hint).collect::<Vec<(i32, SiteId, Hint)>>()
        });
        let hints = judged.await.map_err(|error| Broken::failed("boundary hints", error))?;
        self.with_places(hints).await
    }

    async fn with_places(&self, hints: Vec<(i32, SiteId, Hint)>) -> Result<Vec<BoundaryHint>, Broken> {
        let connection = self.database.reader();
        let sites = store::site::find(connection, Scope::Everything, hints.iter().map(|(_, site, _)| *site)).await?;
        let ids = sites.iter().map(|site| site.project_id);
        let projects = store::project::find(connection, Scope::Everything, ids).await?;
        let place = |(version, site, hint)| {
            let site = sites.iter().find(|row| row.id == site)?.clone();
            let project = projects.iter().find(|row| row.id == site.project_id)?.clone();
            Some(BoundaryHint { project, site, version, hint })
        };
        let mut placed: Vec<BoundaryHint> = hints.into_iter().filter_map(place).collect();
        placed.sort_by_key(|placed| (usize::MAX - placed.hint.check_ins, placed.project.number));
        Ok(placed)
    }
}

/// What a row tells; nothing if its assessment was made before inputs were kept.
fn outside(row: &PositionOnlyCheckIn) -> Option<Outside> {
    let inputs: Inputs = serde_json::from_str(row.inputs.as_deref()?).ok()?;
    let Fixes { fixes, skew_ms, capture_skew_ms } = inputs.evidence;
    let clock_error_ms = capture_skew_ms.unwrap_or(skew_ms);
    let fixes = fixes.into_iter().map(|fix| fix.by_either_clock(clock_error_ms)).collect();
    Some(Outside { person: row.person_id, day: row.local_date, fixes, distance_m: row.distance_m? })
}
