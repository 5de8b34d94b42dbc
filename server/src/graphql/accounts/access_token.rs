//! Personal access tokens of one's own account.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::change;
use entity::values::TokenScope;
use secrecy::ExposeSecret;

use crate::{
    app::{AccessToken, Refusal, TokenRequest},
    graphql::support::{
        access::{app, may_change},
        error::{UserError, answered},
        global_id,
    },
};

/// A token for programs: it reads and follows what its account may see, and changes nothing.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonalAccessToken {
    /// Global id.
    id: ID,
    /// What it is called.
    name: String,
    /// What it may do.
    scopes: Vec<TokenScope>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last used, to within five minutes; null if it never was.
    last_used_at: Option<DateTime<Utc>>,
    /// When it ends by itself.
    expires_at: DateTime<Utc>,
}

impl From<AccessToken> for PersonalAccessToken {
    fn from(AccessToken { row, scopes }: AccessToken) -> Self {
        Self {
            id: global_id::encode(row.id),
            name: row.device_name,
            scopes,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
        }
    }
}

/// A token to be made.
#[derive(Debug, InputObject)]
pub struct CreatePersonalAccessTokenInput {
    /// What it is called, 1 to 100 characters.
    name: String,
    /// What it may do: at least one.
    scopes: Vec<TokenScope>,
    /// When it ends by itself: within 366 days.
    expires_at: DateTime<Utc>,
}

/// A token that was made.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct CreatePersonalAccessTokenPayload {
    /// To be sent as `Authorization: Bearer …`; it begins with `onsite_pat_`. Shown this once; null if it was refused.
    token: Option<String>,
    /// The same without the token itself.
    personal_access_token: Option<PersonalAccessToken>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// A token to be ended.
#[derive(Debug, InputObject)]
pub struct RevokePersonalAccessTokenInput {
    /// The token.
    token_id: ID,
}

/// What became of a token that was to be ended.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokePersonalAccessTokenPayload {
    /// Whether it is ended.
    revoked: bool,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// Mutations of one's own personal access tokens.
#[derive(Debug, Default)]
pub struct AccessTokenMutation;

#[Object]
impl AccessTokenMutation {
    /// Makes a personal access token: with a session, never with a token.
    async fn create_personal_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: CreatePersonalAccessTokenInput,
    ) -> Result<CreatePersonalAccessTokenPayload> {
        let viewer = may_change(ctx, const { change("createPersonalAccessToken") })?;
        let request = TokenRequest { name: input.name, scopes: input.scopes, expires_at: input.expires_at };
        let made = async { app(ctx).create_token(viewer?, request).await };
        Ok(match answered(made.await)? {
            Ok((made, token)) => CreatePersonalAccessTokenPayload {
                token: Some(token.expose_secret().to_owned()),
                personal_access_token: Some(made.into()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => {
                CreatePersonalAccessTokenPayload { user_errors, ..CreatePersonalAccessTokenPayload::default() }
            }
        })
    }

    /// Ends a personal access token of the viewer, and everything it subscribed to.
    async fn revoke_personal_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: RevokePersonalAccessTokenInput,
    ) -> Result<RevokePersonalAccessTokenPayload> {
        let viewer = may_change(ctx, const { change("revokePersonalAccessToken") })?;
        let revoked = async {
            let id = global_id::decode(&input.token_id).ok_or_else(Refusal::token_not_found)?;
            app(ctx).revoke_token(viewer?, id).await
        };
        Ok(match answered(revoked.await)? {
            Ok(()) => RevokePersonalAccessTokenPayload { revoked: true, user_errors: Vec::new() },
            Err(user_errors) => RevokePersonalAccessTokenPayload { revoked: false, user_errors },
        })
    }
}
