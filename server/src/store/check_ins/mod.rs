//! Tables of check-ins and of what was found and decided about them.

pub mod assessment;
pub mod chain;
pub mod check_in;
pub mod contradiction;
pub mod decision;
pub mod device;
pub mod discarded_object;
pub mod photo;
pub mod photo_inspection;
pub mod rejudgement;
pub mod signed_text;
