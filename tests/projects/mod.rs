//! Projects: the roster, sites, and where the nearest one is.

mod boundary_hints;
mod importing;
mod nearest_sites;
