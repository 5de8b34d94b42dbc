//! What keeps a server going: backups, tidying, and an eye on the clock.

pub(super) mod backup;
pub(super) mod clock_watch;
pub(super) mod housekeeping;
mod job_span;
pub(super) mod restore;
