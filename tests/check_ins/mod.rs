//! Check-ins: what is sent, how it is judged, photos, review and judging again.

mod bad_photo;
mod check_in;
pub(crate) mod contradictions;
mod entitlement;
pub(crate) mod evidence;
mod histories;
mod idempotency;
mod known_later;
mod latency;
mod photo_upload;
mod reassessment;
pub(crate) mod rejudgement;
pub(crate) mod review;
mod simulation;
mod uptime;
mod waiting_photos;
mod wrong_clock;
