//! Sessions: who a token belongs to, which are open, and their end.

use chrono::TimeDelta;
use domain::{digest::Sha256Digest, permission::Viewer};
use entity::{
    ids::{AccountId, SessionId},
    session,
    values::AuditAction,
};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{
    audit::{self, Actor},
    sign_in::{TOKEN_PREFIX, digest_of},
};
use crate::{
    app::{App, Broken, Failure, Refusal, access::viewer_with},
    clock::Clock,
    events::Event,
    store::{
        self,
        session::{Ending, Kind, Tokens},
    },
};

/// Being used is noted this seldom: it must not cost every request a write.
const TOUCHED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// Sessions shown at most; whoever has more can end all others at once.
const SHOWN: u64 = 100;

/// Ends sessions of an account; what is returned is to be published as the last thing in the transaction.
pub(in crate::app) async fn end(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    account: AccountId,
    ending: Ending,
) -> Result<Vec<Event>, Broken> {
    let ended = store::session::end_of(connection, account, ending, clock.now()).await?;
    Ok(ended.into_iter().map(|session| Event::SessionEnded { session }).collect())
}

impl App {
    /// Who a token belongs to, if its session is open.
    pub async fn viewer_of(&self, token: &str) -> Result<Option<Viewer>, Broken> {
        if !token.starts_with(TOKEN_PREFIX) || token.len() > 100 {
            return Ok(None);
        }
        let now = self.clock.now();
        let (hash, changes) = (digest_of(token), self.feed.session_changes());
        if let Some(viewer) = self.known_sessions.get(&hash, changes, now) {
            return Ok(Some(viewer));
        }
        // Boxed, for what is seldom done should not make the future of every request larger.
        Box::pin(self.looked_up(hash, changes)).await
    }

    async fn looked_up(&self, hash: Sha256Digest, changes: u64) -> Result<Option<Viewer>, Broken> {
        let now = self.clock.now();
        let found = store::session::find_open(self.database.reader(), &hash.to_string(), now).await?;
        let Some((session, account)) = found else { return Ok(None) };
        let before = now - TOUCHED_EVERY;
        if session.last_used_at.is_none_or(|at| at <= before || at > now) {
            let touched = store::session::touch(self.database.writer(), session.id, before, now).await;
            if let Err(error) = touched {
                tracing::warn!(%error, "can't note that a session was used");
            }
        }
        let viewer = viewer_with(&session, &account);
        let viewer = if session.second_factor_asserted { viewer } else { self.admitted(viewer).await? };
        self.known_sessions.keep(hash, viewer, changes, now);
        Ok(Some(viewer))
    }

    /// Whether the viewer's session is still open.
    pub async fn session_open(&self, viewer: &Viewer) -> Result<bool, Broken> {
        Ok(store::session::is_open(self.database.reader(), viewer.session, self.clock.now()).await?)
    }

    /// The viewer's open sessions, the latest first.
    pub async fn sessions(&self, viewer: &Viewer) -> Result<Vec<session::Model>, Broken> {
        Ok(store::session::of_account(self.database.reader(), viewer.account, Kind::Device, self.clock.now(), SHOWN)
            .await?)
    }

    /// Ends the viewer's session, and everything it subscribed to.
    pub async fn sign_out(&self, viewer: &Viewer) -> Result<(), Broken> {
        let transaction = self.database.begin().await?;
        let ended = end(&transaction, &self.clock, viewer.account, Ending::One(Kind::Device, viewer.session)).await?;
        self.publish(transaction, &ended).await
    }

    /// Ends one session of the viewer's, on a lost phone for example.
    pub async fn revoke_session(&self, viewer: &Viewer, session: SessionId) -> Result<(), Failure> {
        if self.revoke(viewer, Ending::One(Kind::Device, session)).await? == 0 {
            Err(Refusal::session_not_found().into())
        } else {
            Ok(())
        }
    }

    /// Ends all sessions of the viewer's but the one they ask with; returns how many.
    pub async fn revoke_other_sessions(&self, viewer: &Viewer) -> Result<usize, Failure> {
        Ok(self.revoke(viewer, Ending::AllBut(viewer.session, Tokens::Keep)).await?)
    }

    async fn revoke(&self, viewer: &Viewer, ending: Ending) -> Result<usize, Broken> {
        let transaction = self.database.begin().await?;
        let ended = end(&transaction, &self.clock, viewer.account, ending).await?;
        if !ended.is_empty() {
            let (actor, detail) = (Actor::owner(viewer.account), json!({ "sessions": ended.len() }));
            let action = AuditAction::SessionsRevoked;
            audit::record(&transaction, &self.clock, actor, action, viewer.account, detail).await?;
        }
        self.publish(transaction, &ended).await?;
        Ok(ended.len())
    }
}
