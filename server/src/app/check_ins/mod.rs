//! Check-ins: sent, judged, inspected, reviewed, judged again; photos and devices.

pub(super) mod arrivals;
pub(super) mod chain;
pub(super) mod check_in;
pub(super) mod contradictions;
pub(super) mod devices;
pub(super) mod discard_photos;
pub(super) mod export_evidence;
pub(super) mod fixes;
pub(super) mod fuzzing;
pub(super) mod inspection;
pub(super) mod judging;
pub(super) mod photo_limits;
pub(super) mod photo_upload;
pub(super) mod reassess;
pub(super) mod rejudge;
pub(super) mod review;
pub(super) mod store_watch;
pub(super) mod submission;
