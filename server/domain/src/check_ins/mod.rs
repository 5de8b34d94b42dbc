//! Rules of check-ins: what the evidence is worth, and who may decide otherwise.

pub mod capture_time;
pub mod challenge;
pub mod clock_doubt;
pub mod device_signature;
pub mod evidence;
pub mod hash_chain;
pub mod likeness;
pub mod phone_fix;
pub mod photo_claim;
pub mod registration;
pub mod review;
pub mod sentence;
pub mod signed_check_in;
