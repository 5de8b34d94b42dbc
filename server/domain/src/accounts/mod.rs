//! Rules of accounts: passwords, second factors, and how long wrong attempts lock out.

pub mod lock_out;
pub mod password;
pub mod totp;
pub mod written_code;
