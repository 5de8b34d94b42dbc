//! The tables of Onsite, one file each, without logic; typed [`ids`] and shared [`values`].

pub mod ids;
pub mod values;

pub mod account;
pub mod appeal;
pub mod assessment;
pub mod audit_entry;
pub mod chain_entry;
pub mod check_in;
pub mod check_in_fix;
pub mod decision;
pub mod device;
pub mod finding;
pub mod identity;
pub mod organisation;
pub mod outbox_event;
pub mod outbox_head;
pub mod person;
pub mod photo;
pub mod photo_band;
pub mod photo_inspection;
pub mod policy;
pub mod project;
pub mod recovery_code;
pub mod rejudgement;
pub mod second_factor;
pub mod secret;
pub mod session;
pub mod sign_in_attempt;
pub mod single_sign_on_attempt;
pub mod site;
pub mod site_version;
pub mod standing;
pub mod team_role;
pub mod visit;
pub mod weekly_tally;
