//! The tables of Onsite, one file each, without logic; typed [`ids`] and shared [`values`].

pub mod ids;
pub mod values;

mod accounts;
mod check_ins;
pub mod heartbeat;
pub mod job;
pub mod outbox_event;
pub mod outbox_head;
pub mod policy;
mod projects;
mod visits;

pub use accounts::{
    account, audit_entry, identity, recovery_code, second_factor, secret, session, sign_in_attempt,
    single_sign_on_attempt,
};
pub use check_ins::{
    appeal, assessment, chain_entry, check_in, check_in_fix, contradiction, decision, device, discarded_object,
    finding, photo, photo_band, photo_inspection, rejudgement, signed_text, standing,
};
pub use projects::{organisation, person, project, site, site_version, team_role};
pub use visits::{visit, weekly_tally};
