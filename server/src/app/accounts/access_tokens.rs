//! Personal access tokens: for programs of analysts and others, to read and follow with, never to change anything.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain::permission::Viewer;
use entity::{
    ids::SessionId,
    session,
    values::{AuditAction, TokenScope},
};
use messages::message;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    audit::{self, Actor},
    sessions,
    sign_in::hash_token,
};
use crate::{
    app::{App, Broken, Failure, Refusal, RefusalCode, access::scopes_of},
    store::{
        self,
        session::{Ending, Kind},
    },
};

/// Tells a personal access token from a session's.
const TOKEN_PREFIX: &str = "onsite_pat_";
/// Open tokens of one account at most.
const TOKEN_LIMIT: usize = 20;
const NAME_LIMIT: usize = 100;
/// A year, leap years too.
const LONGEST_LIFETIME: TimeDelta = TimeDelta::days(366);

/// A token that is asked for.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<TokenScope>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// A personal access token, without the token.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// As the database has it.
    pub row: session::Model,
    /// What it may do.
    pub scopes: Vec<TokenScope>,
}

impl From<session::Model> for AccessToken {
    fn from(row: session::Model) -> Self {
        Self { scopes: row.scopes.as_deref().map(scopes_of).unwrap_or_default(), row }
    }
}

impl App {
    /// Makes a personal access token of the viewer; it is returned this once, and kept nowhere.
    pub async fn create_token(
        &self,
        viewer: &Viewer,
        request: TokenRequest,
    ) -> Result<(AccessToken, SecretString), Failure> {
        let now = self.clock.now();
        check(&request, now)?;
        let token = SecretString::from(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.clock.random())));
        let known = [TokenScope::Read, TokenScope::Subscribe];
        let scopes: Vec<&str> =
            known.iter().filter(|scope| request.scopes.contains(scope)).map(|scope| scope.as_str()).collect();
        let mut row = session::Model {
            id: self.clock.id(),
            account_id: viewer.account,
            token_sha256: hash_token(token.expose_secret()),
            device_name: request.name.trim().to_owned(),
            scopes: Some(scopes.join(" ")),
            second_factor_asserted: false,
            created_at: now,
            last_used_at: None,
            expires_at: request.expires_at,
            ended_at: None,
        };
        let transaction = self.database.begin().await?;
        // Locked, so that the limit holds for tokens asked for at once.
        store::account::lock(&transaction, viewer.account).await?;
        let open =
            store::session::of_account(&transaction, viewer.account, Kind::Token, now, TOKEN_LIMIT as u64).await?;
        if open.len() >= TOKEN_LIMIT {
            let message = message!(TokenTooMany { limit: TOKEN_LIMIT });
            return Err(Refusal::of_no_field(RefusalCode::TooLarge, message).into());
        }
        row.second_factor_asserted = store::session::is_asserted(&transaction, viewer.session).await?;
        store::session::insert(&transaction, row.clone()).await?;
        let detail = json!({ "name": row.device_name, "scopes": scopes, "expiresAt": row.expires_at });
        let (actor, action) = (Actor::owner(viewer.account), AuditAction::TokenCreated);
        audit::record(&transaction, &self.clock, actor, action, viewer.account, detail).await?;
        transaction.commit().await?;
        Ok((row.into(), token))
    }

    /// The viewer's open personal access tokens, the latest first.
    pub async fn tokens(&self, viewer: &Viewer) -> Result<Vec<AccessToken>, Broken> {
        let (reader, now) = (self.database.reader(), self.clock.now());
        let rows = store::session::of_account(reader, viewer.account, Kind::Token, now, TOKEN_LIMIT as u64).await?;
        Ok(rows.into_iter().map(AccessToken::from).collect())
    }

    /// Ends a personal access token of the viewer, and everything it subscribed to.
    pub async fn revoke_token(&self, viewer: &Viewer, id: SessionId) -> Result<(), Failure> {
        let transaction = self.database.begin().await?;
        let ended = sessions::end(&transaction, &self.clock, viewer.account, Ending::One(Kind::Token, id)).await?;
        if ended.is_empty() {
            return Err(Refusal::token_not_found().into());
        }
        let (actor, action) = (Actor::owner(viewer.account), AuditAction::TokenRevoked);
        audit::record(&transaction, &self.clock, actor, action, viewer.account, json!({})).await?;
        Ok(self.publish(transaction, &ended).await?)
    }
}

fn check(request: &TokenRequest, now: DateTime<Utc>) -> Result<(), Failure> {
    let mut refusals = Vec::new();
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > NAME_LIMIT || name.contains('\0') {
        let message = message!(TokenName { limit: NAME_LIMIT });
        refusals.push(Refusal::new(RefusalCode::Invalid, "name", message));
    }
    if request.scopes.is_empty() {
        let message = message!(TokenWithoutScope);
        refusals.push(Refusal::new(RefusalCode::Invalid, "scopes", message));
    }
    if request.expires_at <= now || request.expires_at - now > LONGEST_LIFETIME {
        let days = LONGEST_LIFETIME.num_days();
        let message = message!(TokenLifetime { days });
        refusals.push(Refusal::new(RefusalCode::Invalid, "expiresAt", message));
    }
    if refusals.is_empty() { Ok(()) } else { Err(Failure::Refused(refusals)) }
}
