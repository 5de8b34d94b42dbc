//! Pure rules: no I/O, no clock, no async. Callers pass the time, the time zone and the policy.

pub mod boundary;
pub mod counting;
pub mod datum;
pub mod digest;
pub mod evidence;
pub mod geofence;
pub mod obligation;
pub mod permission;
pub mod policy;
pub mod sentence;
pub mod week;
