//! Rules of projects: where their sites are, and whether a position is inside.

pub mod boundary;
pub mod boundary_hint;
pub mod datum;
pub mod geofence;
pub mod nearest_site;
