//! Check-ins, their assessments, photos and devices, reviews, and judging again.

pub mod assessment;
pub mod check_in;
pub mod device;
pub mod photo;
pub mod position;
pub mod reassessment;
pub mod rejudgement;
pub mod review;
