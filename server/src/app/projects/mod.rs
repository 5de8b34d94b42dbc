//! Projects: the roster, sites and their boundaries.

pub(super) mod boundaries;
pub(super) mod boundary_hints;
pub(super) mod closing;
pub(super) mod import_roster;
pub(super) mod import_sites;
pub(super) mod known_projects;
pub(super) mod nearest_sites;
