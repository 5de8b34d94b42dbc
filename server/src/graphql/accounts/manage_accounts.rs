//! What administrators do to accounts.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::permission::{Viewer, table::change};
use entity::{account, ids::AccountId, values::AccountRole};
use secrecy::{ExposeSecret, SecretString};

use super::account::Account;
use crate::{
    app::{Actor, App, Failure, Refusal},
    graphql::{
        engine::levels::Found,
        support::{
            access::{app, may_change},
            error::{UserError, answered},
            global_id,
        },
    },
};

/// An account to be made.
#[derive(Debug, InputObject)]
pub struct CreateAccountInput {
    /// Sign-in name: 2 to 64 letters, digits, dots, dashes or underscores.
    login: String,
    /// What it may do.
    role: AccountRole,
    /// Name of the person it belongs to, as the roster has it; needed for `STAFF`.
    person: Option<String>,
}

/// Which account.
#[derive(Debug, InputObject)]
pub struct AccountInput {
    /// The account.
    account_id: ID,
}

/// Another role for an account.
#[derive(Debug, InputObject)]
pub struct SetAccountRoleInput {
    /// The account.
    account_id: ID,
    /// What it may do from now on.
    role: AccountRole,
}

/// Someone known to the identity provider, for an account.
#[derive(Debug, InputObject)]
pub struct LinkIdentityInput {
    /// The account.
    account_id: ID,
    /// Who they are at the provider: the `sub` of their ID tokens.
    subject: String,
}

/// What became of an account.
#[derive(Debug, Default, SimpleObject)]
pub struct AccountPayload {
    /// The account, as it is now; null if it was refused.
    account: Found<Account>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// An account with a password that has to be replaced when it first signs in.
#[derive(Debug, Default, SimpleObject)]
pub struct OneTimePasswordPayload {
    /// The account; null if it was refused.
    account: Found<Account>,
    /// To be handed to its owner, who signs in with it and a `newPassword` within seven days. Shown this once.
    one_time_password: Option<String>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// An account whose second factor was taken away.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct ResetSecondFactorPayload {
    /// Whether it had one; null if it was refused.
    reset: Option<bool>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// An account whose sessions were ended.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct RevokeAccountSessionsPayload {
    /// How many were open; null if it was refused.
    revoked: Option<i32>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// Mutations of accounts.
#[derive(Debug, Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account: administrators. It gets a password that has to be replaced at the first sign-in.
    async fn create_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: CreateAccountInput,
    ) -> Result<OneTimePasswordPayload> {
        let viewer = may_change(ctx, const { change("createAccount") })?;
        let made = async {
            let actor = Actor::administrator(viewer?);
            app(ctx).create_account(actor, input.login, input.role, input.person).await
        };
        Ok(one_time(answered(made.await)?))
    }

    /// Gives an account another role, and ends its sessions: administrators.
    async fn set_account_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and the role.")] input: SetAccountRoleInput,
    ) -> Result<AccountPayload> {
        let viewer = may_change(ctx, const { change("setAccountRole") })?;
        Ok(changed(
            administer(ctx, viewer, &input.account_id, |app, actor, id| app.set_account_role(actor, id, input.role))
                .await?,
        ))
    }

    /// Disables an account, and ends its sessions: administrators.
    async fn disable_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<AccountPayload> {
        let viewer = may_change(ctx, const { change("disableAccount") })?;
        Ok(changed(administer(ctx, viewer, &input.account_id, App::disable_account).await?))
    }

    /// Lets a disabled account sign in again: administrators.
    async fn enable_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<AccountPayload> {
        let viewer = may_change(ctx, const { change("enableAccount") })?;
        Ok(changed(administer(ctx, viewer, &input.account_id, App::enable_account).await?))
    }

    /// Gives an account a password that has to be replaced at the next sign-in, and ends its sessions: administrators.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<OneTimePasswordPayload> {
        let viewer = may_change(ctx, const { change("resetPassword") })?;
        Ok(one_time(administer(ctx, viewer, &input.account_id, App::reset_password).await?))
    }

    /// Takes away the second factor of an account whose owner lost it: administrators. Its sessions stay open.
    async fn reset_second_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<ResetSecondFactorPayload> {
        let viewer = may_change(ctx, const { change("resetSecondFactor") })?;
        Ok(match administer(ctx, viewer, &input.account_id, App::reset_second_factor).await? {
            Ok(reset) => ResetSecondFactorPayload { reset: Some(reset), user_errors: Vec::new() },
            Err(user_errors) => ResetSecondFactorPayload { user_errors, ..ResetSecondFactorPayload::default() },
        })
    }

    /// Lets someone known to the identity provider sign in to an account: administrators.
    async fn link_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and who.")] input: LinkIdentityInput,
    ) -> Result<AccountPayload> {
        let viewer = may_change(ctx, const { change("linkIdentity") })?;
        Ok(changed(
            administer(ctx, viewer, &input.account_id, |app, actor, id| app.link_identity(actor, id, &input.subject))
                .await?,
        ))
    }

    /// Lets nobody known to the identity provider sign in to an account any more, and ends its sessions: administrators.
    async fn unlink_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<AccountPayload> {
        let viewer = may_change(ctx, const { change("unlinkIdentity") })?;
        Ok(changed(administer(ctx, viewer, &input.account_id, App::unlink_identity).await?))
    }

    /// Ends all sessions and tokens of an account, and everything they subscribed to: administrators.
    async fn revoke_account_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<RevokeAccountSessionsPayload> {
        let viewer = may_change(ctx, const { change("revokeAccountSessions") })?;
        Ok(match administer(ctx, viewer, &input.account_id, App::revoke_account_sessions).await? {
            Ok(revoked) => {
                RevokeAccountSessionsPayload { revoked: i32::try_from(revoked).ok(), user_errors: Vec::new() }
            }
            Err(user_errors) => RevokeAccountSessionsPayload { user_errors, ..RevokeAccountSessionsPayload::default() },
        })
    }
}

/// What was done, or why it was refused.
type Done<T> = std::result::Result<T, Vec<UserError>>;

/// Has an administrator do something to the account they mean.
async fn administer<'a, T, F>(
    ctx: &Context<'a>,
    viewer: std::result::Result<&Viewer, Refusal>,
    id: &ID,
    act: impl FnOnce(&'a App, Actor, AccountId) -> F,
) -> Result<Done<T>>
where
    F: Future<Output = std::result::Result<T, Failure>>,
{
    let done = async {
        let actor = Actor::administrator(viewer?);
        let id = global_id::decode(id).ok_or_else(Refusal::account_not_found)?;
        act(app(ctx), actor, id).await
    };
    answered(done.await)
}

fn changed(done: Done<account::Model>) -> AccountPayload {
    match done {
        Ok(row) => AccountPayload { account: Found::by_id(row.id), user_errors: Vec::new() },
        Err(user_errors) => AccountPayload { user_errors, ..AccountPayload::default() },
    }
}

fn one_time(done: Done<(account::Model, SecretString)>) -> OneTimePasswordPayload {
    match done {
        Ok((row, password)) => OneTimePasswordPayload {
            account: Found::by_id(row.id),
            one_time_password: Some(password.expose_secret().to_owned()),
            user_errors: Vec::new(),
        },
        Err(user_errors) => OneTimePasswordPayload { user_errors, ..OneTimePasswordPayload::default() },
    }
}
