//! Tables of accounts.

pub mod account;
pub mod audit;
pub mod identity;
pub mod second_factor;
pub mod secret;
pub mod session;
pub mod sign_in_attempt;
pub mod single_sign_on_attempt;
