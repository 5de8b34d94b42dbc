//! Accounts: signing in, second factors, tokens, single sign-on, and who is kept out.

mod access_tokens;
mod administration;
mod lock_out;
mod own_account;
pub(crate) mod second_factor;
mod sign_in;
mod single_sign_on;
mod single_sign_on_forged;
