//! Tables of check-ins and of what was found and decided about them.

pub mod appeal;
pub mod assessment;
pub mod chain_entry;
pub mod check_in;
pub mod check_in_fix;
pub mod contradiction;
pub mod decision;
pub mod device;
pub mod discarded_object;
pub mod finding;
pub mod photo;
pub mod photo_band;
pub mod photo_inspection;
pub mod rejudgement;
pub mod signed_text;
pub mod standing;
