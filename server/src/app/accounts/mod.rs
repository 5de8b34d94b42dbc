//! Accounts: signing in, second factors, tokens, single sign-on, and the trail of all that.

pub(super) mod access_tokens;
pub(super) mod account_policy;
pub(super) mod add_account;
pub(super) mod attempts;
pub(super) mod audit;
pub(super) mod change_password;
pub(super) mod identities;
pub(super) mod known_sessions;
pub(super) mod list_accounts;
pub(super) mod manage_accounts;
pub(super) mod passwords;
pub(super) mod second_factor;
pub(super) mod sessions;
pub(super) mod sign_in;
pub(super) mod single_sign_on;
