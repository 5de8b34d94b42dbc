//! Accounts, sessions, second factors, tokens, single sign-on, and the audit trail.

pub mod access_token;
pub mod account;
pub mod audit;
pub mod manage_accounts;
pub mod own_account;
pub mod second_factor;
pub mod session;
pub mod single_sign_on;
