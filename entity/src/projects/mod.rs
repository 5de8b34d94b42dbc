//! Tables of projects and their people.

pub mod organisation;
pub mod person;
pub mod project;
pub mod site;
pub mod site_version;
pub mod team_role;
