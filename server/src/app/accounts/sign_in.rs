//! Signs in: opaque tokens, of which only a hash is kept.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::{
    accounts::{password, written_code},
    digest::Sha256Digest,
    permission::Viewer,
};
use entity::{account, session, values::AuditAction};
use messages::message;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    attempts::GuessTarget,
    audit::{self, Actor},
    passwords::strong_at_sight,
    sessions,
};
use crate::{
    app::{App, Broken, Failure, Refusal, RefusalCode, access::viewer_with},
    events::Event,
    store::{self, Transaction, session::Ending},
};

/// A session lasts a working month at most.
pub(in crate::app) const SESSION_LIFETIME: TimeDelta = TimeDelta::days(30);
/// Marks a token as ours, so that one found in a log or a repository can be told what it is.
pub(in crate::app) const TOKEN_PREFIX: &str = "onsite_";
const LOGIN_LIMIT: usize = 64;
const DEVICE_LIMIT: usize = 100;

/// What someone signs in with.
#[derive(Debug)]
pub struct SignInRequest {
    /// Sign-in name.
    pub login: String,
    /// Password.
    pub password: SecretString,
    /// A password of one's own, in place of one given out by an administrator.
    pub new_password: Option<SecretString>,
    /// A code of the second factor, or a recovery code.
    pub code: Option<String>,
    /// What the device calls itself.
    pub device_name: String,
}

/// An opened session.
#[derive(Debug)]
pub struct SignedIn {
    /// To be sent with every request. Kept nowhere else.
    pub token: SecretString,
    /// Who signed in.
    pub viewer: Viewer,
}

impl App {
    /// Opens a session. Unknown names, wrong passwords and disabled accounts look the same, take the same time, and are
    /// locked out in the same way.
    pub async fn sign_in(&self, request: SignInRequest) -> Result<SignedIn, Failure> {
        check(&request)?;
        let login = request.login.to_lowercase();
        if let Some(new) = &request.new_password {
            strong_at_sight(new, &login, "newPassword")?;
        }
        self.count_attempt(GuessTarget::Name(&login)).await?;
        let account = self.account_with(&login, &request.password).await?.ok_or_else(bad_credentials)?;
        let chosen = match request.new_password {
            _ if account.one_time_until.is_none() => None,
            None => return Err(choose_a_password().into()),
            // The one that was given out has been seen by someone else.
            Some(new) if same_password(&new, &request.password) => return Err(choose_a_password().into()),
            Some(new) => Some(self.chosen(&account, &new).await?),
        };
        self.open_session(&account, request.device_name, request.code.as_deref(), chosen).await
    }

    /// The hash of a password that someone chose in place of one that was given out. Whoever has proved themselves and
    /// chooses one that is too weak has made no wrong attempt.
    async fn chosen(&self, account: &account::Model, new: &SecretString) -> Result<String, Failure> {
        if let Err(weak) = self.strong_for(account, new, "newPassword").await {
            self.forgive_attempts(self.database.writer(), GuessTarget::Name(&account.login)).await?;
            return Err(weak);
        }
        Ok(self.hash_password(new.expose_secret().to_owned()).await?)
    }

    /// The account of this name, if it may sign in with this password.
    async fn account_with(&self, login: &str, password: &SecretString) -> Result<Option<account::Model>, Broken> {
        let now = self.clock.now();
        let account = store::account::find_by_login(self.database.reader(), login).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let typed = password.expose_secret();
        // One that was given out was read out, or copied from paper.
        let given_out = account.as_ref().is_some_and(|account| account.one_time_until.is_some());
        let meant = if given_out { written_code::one_time_password(typed) } else { None };
        let right = self.verify_password(meant.unwrap_or_else(|| typed.to_owned()), hash).await?;
        let may = |account: &account::Model| right && account.one_time_until.is_none_or(|until| until > now);
        Ok(account.filter(|account| may(account) && enabled(account)))
    }

    /// Opens a session of an account that has proved who it is, unless it was changed in the meantime.
    async fn open_session(
        &self,
        proved: &account::Model,
        device_name: String,
        code: Option<&str>,
        chosen: Option<String>,
    ) -> Result<SignedIn, Failure> {
        let transaction = self.database.begin().await?;
        let account = store::account::lock(&transaction, proved.id).await?;
        let unchanged = |account: &account::Model| account.password_hash == proved.password_hash;
        let account = account.filter(|account| unchanged(account) && enabled(account));
        let account = account.ok_or_else(bad_credentials)?;
        let given = self.second_factor_given(&transaction, &account, code).await?;
        let mut ended = Vec::new();
        if let Some(hash) = chosen {
            store::account::set_password(&transaction, account.id, hash, None).await?;
            let (actor, action) = (Actor::owner(account.id), AuditAction::PasswordChanged);
            audit::record(&transaction, &self.clock, actor, action, account.id, json!({ "oneTime": true })).await?;
            ended = sessions::end(&transaction, &self.clock, account.id, Ending::All).await?;
        }
        let factor = if given { Factor::Given } else { Factor::None };
        self.begin_session(transaction, &account, device_name, factor, &ended).await
    }

    /// Begins a session of an account that may have one, publishes those that were ended for it, and commits.
    pub(in crate::app) async fn begin_session(
        &self,
        transaction: Transaction,
        account: &account::Model,
        device_name: String,
        factor: Factor,
        ended: &[Event],
    ) -> Result<SignedIn, Failure> {
        let now = self.clock.now();
        let token = SecretString::from(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.clock.random())));
        let session = session::Model {
            id: self.clock.id(),
            account_id: account.id,
            token_sha256: hash_token(token.expose_secret()),
            device_name,
            scopes: None,
            second_factor_asserted: factor == Factor::Asserted,
            created_at: now,
            last_used_at: Some(now),
            expires_at: now + SESSION_LIFETIME,
            ended_at: None,
        };
        let viewer = viewer_with(&session, account);
        store::session::insert(&transaction, session).await?;
        self.forgive_attempts(&transaction, GuessTarget::Name(&account.login)).await?;
        match ended {
            [] => transaction.commit().await?,
            ended => self.publish(transaction, ended).await?,
        }
        let viewer = if factor == Factor::None { self.admitted(viewer).await? } else { viewer };
        Ok(SignedIn { token, viewer })
    }
}

/// What someone proved beside who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Factor {
    /// Nothing.
    None,
    /// The account's own second factor.
    Given,
    /// A second factor of the identity provider's.
    Asserted,
}

/// Whether an account may sign in. When it was disabled does not matter: a clock that was ahead may have written it.
pub(in crate::app) fn enabled(account: &account::Model) -> bool {
    account.disabled_at.is_none()
}

/// Whether two spellings are of the same password that was given out.
fn same_password(one: &SecretString, other: &SecretString) -> bool {
    let (one, other) = (one.expose_secret(), other.expose_secret());
    let read = written_code::one_time_password(one);
    one == other || (read.is_some() && read == written_code::one_time_password(other))
}

pub(in crate::app) fn digest_of(token: &str) -> Sha256Digest {
    Sha256Digest::from_bytes(Sha256::digest(token).into())
}

pub(in crate::app) fn hash_token(token: &str) -> String {
    digest_of(token).to_string()
}

fn check(request: &SignInRequest) -> Result<(), Failure> {
    let limits = [
        ("login", request.login.chars().count(), LOGIN_LIMIT),
        ("password", request.password.expose_secret().chars().count(), password::LONGEST),
        ("deviceName", request.device_name.chars().count(), DEVICE_LIMIT),
    ];
    let refusals: Vec<_> = limits
        .into_iter()
        .filter(|(_, length, limit)| length > limit)
        .map(|(field, _, limit)| too_long(field, limit))
        .collect();
    if !refusals.is_empty() {
        return Err(Failure::Refused(refusals));
    }
    // PostgreSQL keeps no null characters; a name with one is nobody's.
    if request.login.contains('\0') {
        return Err(bad_credentials());
    }
    check_device(&request.device_name)
}

pub(in crate::app) fn check_device(name: &str) -> Result<(), Failure> {
    if name.chars().count() > DEVICE_LIMIT {
        return Err(too_long("deviceName", DEVICE_LIMIT).into());
    }
    if name.contains('\0') {
        let message = message!(DeviceNameWithNull);
        return Err(Refusal::new(RefusalCode::Invalid, "deviceName", message).into());
    }
    Ok(())
}

fn too_long(field: &str, limit: usize) -> Refusal {
    Refusal::new(RefusalCode::TooLarge, field, message!(TextTooLong { limit }))
}

pub(in crate::app) fn bad_credentials() -> Failure {
    Refusal::new(RefusalCode::BadCredentials, "password", message!(CredentialsWrong)).into()
}

fn choose_a_password() -> Refusal {
    Refusal::new(RefusalCode::PasswordChangeRequired, "newPassword", message!(PasswordToBeChanged))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_devices_name_is_short_and_without_null_characters() {
        assert!(check_device("").is_ok() && check_device(&"机".repeat(DEVICE_LIMIT)).is_ok());
        assert!(check_device(&"机".repeat(DEVICE_LIMIT + 1)).is_err());
        assert!(check_device("a\0b").is_err());
    }
}
