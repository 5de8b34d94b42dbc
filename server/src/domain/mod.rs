//! Pure rules: no I/O, no clock, no async. Callers pass the time, the time zone and the policy.

pub mod boundary;
pub mod boundary_hint;
pub mod canonical_json;
pub mod challenge;
pub mod clock_doubt;
pub mod counting;
pub mod datum;
pub mod device_signature;
pub mod digest;
pub mod evidence;
pub mod geofence;
pub mod hash_chain;
pub mod likeness;
pub mod lock_out;
pub mod nearest_site;
pub mod obligation;
pub mod password;
pub mod permission;
pub mod photo_claim;
pub mod policy;
pub mod review;
pub mod sentence;
pub mod signed_check_in;
pub mod totp;
pub mod week;
pub mod written_code;
