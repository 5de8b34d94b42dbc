//! Projects, their people, organisations, teams and sites.

pub mod boundary_hint;
pub mod organisation;
pub mod person;
pub mod project;
pub mod site;
pub mod site_offer;
pub mod team;
