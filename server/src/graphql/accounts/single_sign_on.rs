//! Signing in at the identity provider.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::permission::table::change;
use secrecy::ExposeSecret;

use super::session::SignInPayload;
use crate::{
    app::SingleSignOnReturn,
    graphql::{
        engine::cost::{LimitedAction, take},
        support::{
            access::{anybody_may_change, app},
            error::{UserError, answered},
        },
    },
};

/// Signing in at an identity provider.
#[derive(Clone, Debug, SimpleObject)]
pub struct SingleSignOn {
    /// The provider's URL.
    issuer: String,
}

/// A single sign-on to be begun.
#[derive(Debug, InputObject)]
pub struct BeginSingleSignOnInput {
    /// What the device calls itself, 100 characters at most.
    #[graphql(default)]
    device_name: String,
}

/// A single sign-on that was begun.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct BeginSingleSignOnPayload {
    /// Where to go to sign in: the provider's own page, which leads back to the client's. Null if it was refused.
    authorization_url: Option<String>,
    /// What the client keeps to itself, where only the same tab or app finds it, and gives when it is back, within ten
    /// minutes. Shown this once.
    binding: Option<String>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// What someone came back with from the identity provider.
#[derive(Debug, InputObject)]
pub struct CompleteSingleSignOnInput {
    /// The `state` of the address they came back to.
    #[graphql(secret)]
    state: String,
    /// The `code` of the address they came back to.
    #[graphql(secret)]
    code: String,
    /// What the client kept to itself.
    #[graphql(secret)]
    binding: String,
    /// A code of the second factor, needed where the account has one: six digits, or a recovery code. Whoever is told so
    /// gives the same again with it.
    #[graphql(secret)]
    totp_code: Option<String>,
}

/// Queries about single sign-on.
#[derive(Debug, Default)]
pub struct SingleSignOnQuery;

#[Object]
impl SingleSignOnQuery {
    /// Signing in at an identity provider, for clients to offer; null where that is not set up.
    async fn single_sign_on(&self, ctx: &Context<'_>) -> Option<SingleSignOn> {
        app(ctx).issuer().map(|issuer| SingleSignOn { issuer: issuer.to_owned() })
    }
}

/// Mutations of single sign-on.
#[derive(Debug, Default)]
pub struct SingleSignOnMutation;

#[Object]
impl SingleSignOnMutation {
    /// Begins to sign in at the identity provider.
    async fn begin_single_sign_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The device.")] input: BeginSingleSignOnInput,
    ) -> Result<BeginSingleSignOnPayload> {
        anybody_may_change(ctx, const { change("beginSingleSignOn") })?;
        take(ctx, LimitedAction::SignIn)?;
        Ok(match answered(app(ctx).begin_single_sign_on(input.device_name).await)? {
            Ok(away) => BeginSingleSignOnPayload {
                authorization_url: Some(away.authorization_url),
                binding: Some(away.binding.expose_secret().to_owned()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => BeginSingleSignOnPayload { user_errors, ..BeginSingleSignOnPayload::default() },
        })
    }

    /// Opens a session for whoever has come back from the identity provider.
    async fn complete_single_sign_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they came back with.", secret)] input: CompleteSingleSignOnInput,
    ) -> Result<SignInPayload> {
        anybody_may_change(ctx, const { change("completeSingleSignOn") })?;
        take(ctx, LimitedAction::SignIn)?;
        let back = SingleSignOnReturn {
            state: input.state,
            code: input.code.into(),
            binding: input.binding.into(),
            totp_code: input.totp_code,
        };
        SignInPayload::of(app(ctx).complete_single_sign_on(back).await)
    }
}
