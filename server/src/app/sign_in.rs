//! Signs in and out: opaque tokens, of which only a hash is kept.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use entity::session;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{App, Broken, Failure, Refusal, RefusalCode, counting};
use crate::{
    domain::{digest::Sha256Digest, permission::Viewer},
    events::Event,
    store,
};

/// A session lasts a working month at most.
const SESSION_LIFETIME: TimeDelta = TimeDelta::days(30);
/// Marks a token as ours, so that one found in a log or a repository can be told what it is.
const TOKEN_PREFIX: &str = "onsite_";
const LOGIN_LIMIT: usize = 64;
const PASSWORD_LIMIT: usize = 256;
const DEVICE_LIMIT: usize = 100;

/// What someone signs in with.
#[derive(Debug)]
pub struct SignInRequest {
    /// Sign-in name.
    pub login: String,
    /// Password.
    pub password: SecretString,
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
    /// Opens a session. Unknown names, wrong passwords and disabled accounts look the same and take the same time.
    pub async fn sign_in(&self, request: SignInRequest) -> Result<SignedIn, Failure> {
        check(&request)?;
        let now = self.clock.now();
        let login = request.login.to_lowercase();
        let account = store::account::find_by_login(self.database.reader(), &login).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let right = self.verify_password(request.password.expose_secret().to_owned(), hash).await?;
        let account = account.filter(|account| right && account.disabled_at.is_none_or(|at| at > now));
        let account = account.ok_or_else(bad_credentials)?;

        let token = SecretString::from(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.clock.random())));
        let session = session::Model {
            id: self.clock.id(),
            account_id: account.id,
            token_sha256: hash_token(token.expose_secret()),
            device_name: request.device_name,
            created_at: now,
            expires_at: now + SESSION_LIFETIME,
            ended_at: None,
        };
        let viewer = Viewer {
            account: account.id,
            session: session.id,
            expires_at: session.expires_at,
            person: account.person_id,
            role: account.role,
        };
        store::session::insert(self.database.writer(), session).await?;
        Ok(SignedIn { token, viewer })
    }

    /// Ends the viewer's session, and everything it subscribed to.
    pub async fn sign_out(&self, viewer: &Viewer) -> Result<(), Broken> {
        let transaction = self.database.begin().await?;
        if store::session::end(&transaction, viewer.session, self.clock.now()).await? {
            let event = Event::SessionEnded { session: viewer.session };
            counting::publish(&transaction, &self.clock, &[event]).await?;
        }
        transaction.commit().await?;
        self.feed.ring();
        Ok(())
    }

    /// Who a token belongs to, if its session is open.
    pub async fn viewer_of(&self, token: &str) -> Result<Option<Viewer>, Broken> {
        if !token.starts_with(TOKEN_PREFIX) || token.len() > 100 {
            return Ok(None);
        }
        let found = store::session::find_open(self.database.reader(), &hash_token(token), self.clock.now()).await?;
        Ok(found.map(|(session, account)| Viewer {
            account: account.id,
            session: session.id,
            expires_at: session.expires_at,
            person: account.person_id,
            role: account.role,
        }))
    }

    /// Whether the viewer's session is still open.
    pub async fn session_open(&self, viewer: &Viewer) -> Result<bool, Broken> {
        Ok(store::session::is_open(self.database.reader(), viewer.session, self.clock.now()).await?)
    }
}

fn hash_token(token: &str) -> String {
    Sha256Digest::from_bytes(Sha256::digest(token).into()).to_string()
}

fn check(request: &SignInRequest) -> Result<(), Failure> {
    let limits = [
        ("login", request.login.chars().count(), LOGIN_LIMIT),
        ("password", request.password.expose_secret().chars().count(), PASSWORD_LIMIT),
        ("deviceName", request.device_name.chars().count(), DEVICE_LIMIT),
    ];
    let refusals: Vec<_> = limits
        .into_iter()
        .filter(|(_, length, limit)| length > limit)
        .map(|(field, _, limit)| {
            Refusal::new(
                RefusalCode::TooLarge,
                field,
                format!("最多 {limit} 个字符。"),
                format!("At most {limit} characters."),
            )
        })
        .collect();
    if !refusals.is_empty() {
        return Err(Failure::Refused(refusals));
    }
    // PostgreSQL keeps no null characters; a name with one is nobody's.
    if request.login.contains('\0') {
        return Err(bad_credentials());
    }
    if request.device_name.contains('\0') {
        let (zh, en) = ("设备名称不能含有空字符。", "A device's name must not contain null characters.");
        return Err(Refusal::new(RefusalCode::Invalid, "deviceName", zh, en).into());
    }
    Ok(())
}

fn bad_credentials() -> Failure {
    Refusal::new(
        RefusalCode::BadCredentials,
        "password",
        "账号或密码不正确，或账号已停用。",
        "The sign-in name or the password is wrong, or the account is disabled.",
    )
    .into()
}
