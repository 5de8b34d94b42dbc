//! What people do to their own account: its password, its sessions.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::change;
use entity::{ids::SessionId, session};

use crate::{
    app::{Failure, Refusal},
    graphql::support::{
        access::{app, may_change},
        error::{UserError, answered},
        global_id,
    },
    store::session::Tokens,
};

/// A device that is signed in.
#[derive(Clone, Debug, SimpleObject)]
pub struct Session {
    /// Global id.
    id: ID,
    /// What the device calls itself.
    device_name: String,
    /// When it was opened.
    created_at: DateTime<Utc>,
    /// When it was last seen in use, to within five minutes.
    last_used_at: DateTime<Utc>,
    /// When it ends by itself.
    expires_at: DateTime<Utc>,
    /// Whether it is the one this request came with.
    current: bool,
}

impl Session {
    pub(in crate::graphql) fn of(row: session::Model, current: SessionId) -> Self {
        Self {
            id: global_id::encode(row.id),
            last_used_at: row.last_used_at.unwrap_or(row.created_at),
            device_name: row.device_name,
            created_at: row.created_at,
            expires_at: row.expires_at,
            current: row.id == current,
        }
    }
}

/// Another password.
#[derive(Debug, InputObject)]
pub struct ChangePasswordInput {
    /// The password as it is.
    #[graphql(secret)]
    old_password: String,
    /// The password as it is to be: 10 to 256 characters, and not soon guessed: neither a common one, nor made of the
    /// sign-in name, the person's name or their unit's.
    #[graphql(secret)]
    new_password: String,
    /// Whether the viewer's personal access tokens stay. Whoever knew the old password may have made some: they end, unless
    /// this is true.
    #[graphql(default)]
    keep_personal_access_tokens: bool,
}

/// What became of a password.
#[derive(Clone, Debug, SimpleObject)]
pub struct ChangePasswordPayload {
    /// Whether it is another one now.
    changed: bool,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// A session to be ended.
#[derive(Debug, InputObject)]
pub struct RevokeSessionInput {
    /// The session.
    session_id: ID,
}

/// What became of sessions that were to be ended.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokeSessionsPayload {
    /// How many were ended.
    revoked: i32,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// Mutations of one's own account.
#[derive(Debug, Default)]
pub struct OwnAccountMutation;

#[Object]
impl OwnAccountMutation {
    /// Changes the viewer's password, and ends all their other sessions and, unless they are to be kept, their personal
    /// access tokens.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old password and the new one.", secret)] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload> {
        let viewer = may_change(ctx, const { change("changePassword") })?;
        let (old, new) = (input.old_password.into(), input.new_password.into());
        let tokens = tokens(input.keep_personal_access_tokens);
        let changed = async { app(ctx).change_password(viewer?, old, new, tokens).await };
        Ok(match answered(changed.await)? {
            Ok(()) => ChangePasswordPayload { changed: true, user_errors: Vec::new() },
            Err(user_errors) => ChangePasswordPayload { changed: false, user_errors },
        })
    }

    /// Ends one of the viewer's sessions, and everything it subscribed to: that of a lost phone, for example.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionsPayload> {
        let viewer = may_change(ctx, const { change("revokeSession") })?;
        let revoked = async {
            let session = global_id::decode(&input.session_id).ok_or_else(Refusal::session_not_found)?;
            app(ctx).revoke_session(viewer?, session).await.map(|()| 1)
        };
        revoked_payload(revoked.await)
    }

    /// Ends all the viewer's sessions but the one this request came with, and everything they subscribed to.
    async fn revoke_other_sessions(&self, ctx: &Context<'_>) -> Result<RevokeSessionsPayload> {
        let viewer = may_change(ctx, const { change("revokeOtherSessions") })?;
        let revoked = async { app(ctx).revoke_other_sessions(viewer?).await };
        revoked_payload(revoked.await)
    }
}

/// What becomes of personal access tokens.
pub(in crate::graphql) fn tokens(keep: bool) -> Tokens {
    if keep { Tokens::Keep } else { Tokens::End }
}

fn revoked_payload(revoked: std::result::Result<usize, Failure>) -> Result<RevokeSessionsPayload> {
    Ok(match answered(revoked)? {
        Ok(revoked) => {
            RevokeSessionsPayload { revoked: i32::try_from(revoked).unwrap_or(i32::MAX), user_errors: Vec::new() }
        }
        Err(user_errors) => RevokeSessionsPayload { revoked: 0, user_errors },
    })
}
