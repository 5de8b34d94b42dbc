//! Parsed boundaries, kept by version: a version never changes, so what is kept is always right.

use std::sync::Arc;

use domain::{check_ins::evidence::Candidate, projects::boundary::SiteBoundary};
use entity::{ids::SiteVersionId, site_version};
use quick_cache::{Weighter, sync::Cache};

use crate::app::Broken;

/// How many boundaries are kept, and how many vertices in all: about 50 bytes each, so 50 MB.
const KEPT: usize = 10_000;
const VERTICES: u64 = 1_000_000;

/// The boundaries that were asked for lately.
pub(in crate::app) struct Boundaries(Cache<SiteVersionId, Arc<SiteBoundary>, Vertices>);

#[derive(Clone)]
struct Vertices;

impl Weighter<SiteVersionId, Arc<SiteBoundary>> for Vertices {
    fn weight(&self, _: &SiteVersionId, boundary: &Arc<SiteBoundary>) -> u64 {
        boundary.vertices() as u64
    }
}

impl Boundaries {
    /// None yet.
    pub(in crate::app) fn new() -> Self {
        Self(Cache::with_weighter(KEPT, VERTICES, Vertices))
    }

    /// The boundary a row holds.
    pub(in crate::app) fn candidate(&self, version: &site_version::Model) -> Result<Candidate, Broken> {
        let boundary = self.0.get_or_insert_with(&version.id, || {
            SiteBoundary::from_stored(&version.boundary)
                .map(Arc::new)
                .map_err(|error| Broken::failed(format!("site version {}", version.id), error))
        })?;
        Ok(Candidate { version: version.id, boundary, datum: version.datum, tolerance_m: version.tolerance_m })
    }
}
