//! What administrators do to accounts.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{account, ids::AccountId, values::AccountRole};
use secrecy::{ExposeSecret, SecretString};

use super::{
    access::{app, viewer},
    account::Account,
    error::{UserError, answered},
    global_id,
};
use crate::app::{Actor, Failure, Refusal};

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
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct AccountPayload {
    /// The account, as it is now; null if it was refused.
    account: Option<Account>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// An account with a password that has to be replaced when it first signs in.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct OneTimePasswordPayload {
    /// The account; null if it was refused.
    account: Option<Account>,
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
    #[graphql(complexity = "50 + child_complexity")]
    async fn create_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: CreateAccountInput,
    ) -> Result<OneTimePasswordPayload> {
        let made = async {
            let actor = Actor::administrator(viewer(ctx)?)?;
            Ok::<_, Unmade>(app(ctx).create_account(actor, input.login, input.role, input.person).await?)
        };
        one_time(made.await)
    }

    /// Gives an account another role, and ends its sessions: administrators.
    #[graphql(complexity = "20 + child_complexity")]
    async fn set_account_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and the role.")] input: SetAccountRoleInput,
    ) -> Result<AccountPayload> {
        let done = async {
            let (actor, id) = administrating(ctx, &input.account_id)?;
            Ok::<_, Unmade>(app(ctx).set_account_role(actor, id, input.role).await?)
        };
        changed(done.await)
    }

    /// Disables an account, and ends its sessions: administrators.
    #[graphql(complexity = "20 + child_complexity")]
    async fn disable_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<AccountPayload> {
        let done = async {
            let (actor, id) = administrating(ctx, &input.account_id)?;
            Ok::<_, Unmade>(app(ctx).disable_account(actor, id).await?)
        };
        changed(done.await)
    }

    /// Lets a disabled account sign in again: administrators.
    #[graphql(complexity = "20 + child_complexity")]
    async fn enable_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<AccountPayload> {
        let done = async {
            let (actor, id) = administrating(ctx, &input.account_id)?;
            Ok::<_, Unmade>(app(ctx).enable_account(actor, id).await?)
        };
        changed(done.await)
    }

    /// Gives an account a password that has to be replaced at the next sign-in, and ends its sessions: administrators.
    #[graphql(complexity = "50 + child_complexity")]
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<OneTimePasswordPayload> {
        let done = async {
            let (actor, id) = administrating(ctx, &input.account_id)?;
            Ok::<_, Unmade>(app(ctx).reset_password(actor, id).await?)
        };
        one_time(done.await)
    }

    /// Takes away the second factor of an account whose owner lost it: administrators. Its sessions stay open.
    async fn reset_second_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<ResetSecondFactorPayload> {
        let done = async {
            let (actor, id) = administrating(ctx, &input.account_id)?;
            Ok::<_, Unmade>(app(ctx).reset_second_factor(actor, id).await?)
        };
        Ok(match settled(done.await)? {
            Ok(reset) => ResetSecondFactorPayload { reset: Some(reset), user_errors: Vec::new() },
            Err(user_errors) => ResetSecondFactorPayload { user_errors, ..ResetSecondFactorPayload::default() },
        })
    }

    /// Lets someone known to the identity provider sign in to an account: administrators.
    #[graphql(complexity = "20 + child_complexity")]
    async fn link_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and who.")] input: LinkIdentityInput,
    ) -> Result<AccountPayload> {
        let done = async {
            let (actor, id) = administrating(ctx, &input.account_id)?;
            Ok::<_, Unmade>(app(ctx).link_identity(actor, id, &input.subject).await?)
        };
        changed(done.await)
    }

    /// Lets nobody known to the identity provider sign in to an account any more, and ends its sessions: administrators.
    #[graphql(complexity = "20 + child_complexity")]
    async fn unlink_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<AccountPayload> {
        let done = async {
            let (actor, id) = administrating(ctx, &input.account_id)?;
            Ok::<_, Unmade>(app(ctx).unlink_identity(actor, id).await?)
        };
        changed(done.await)
    }

    /// Ends all sessions and tokens of an account, and everything they subscribed to: administrators.
    async fn revoke_account_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: AccountInput,
    ) -> Result<RevokeAccountSessionsPayload> {
        let done = async {
            let (actor, id) = administrating(ctx, &input.account_id)?;
            Ok::<_, Unmade>(app(ctx).revoke_account_sessions(actor, id).await?)
        };
        Ok(match settled(done.await)? {
            Ok(revoked) => {
                RevokeAccountSessionsPayload { revoked: i32::try_from(revoked).ok(), user_errors: Vec::new() }
            }
            Err(user_errors) => RevokeAccountSessionsPayload { user_errors, ..RevokeAccountSessionsPayload::default() },
        })
    }
}

/// Why nothing was done: nobody is signed in, or the app says why.
enum Unmade {
    Error(async_graphql::Error),
    Failure(Failure),
}

impl From<async_graphql::Error> for Unmade {
    fn from(error: async_graphql::Error) -> Self {
        Self::Error(error)
    }
}

impl From<Failure> for Unmade {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

type Done<T> = std::result::Result<T, Unmade>;

/// An administrator, and the account they mean.
fn administrating(ctx: &Context<'_>, id: &ID) -> Done<(Actor, AccountId)> {
    let actor = Actor::administrator(viewer(ctx)?)?;
    let id = global_id::decode(id).ok_or_else(|| Failure::from(Refusal::account_not_found()))?;
    Ok((actor, id))
}

fn settled<T>(done: Done<T>) -> Result<std::result::Result<T, Vec<UserError>>> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(Unmade::Error(error)) => Err(error),
        Err(Unmade::Failure(failure)) => answered(Err(failure)),
    }
}

fn changed(done: Done<account::Model>) -> Result<AccountPayload> {
    Ok(match settled(done)? {
        Ok(row) => AccountPayload { account: Account::list(vec![row]).pop(), user_errors: Vec::new() },
        Err(user_errors) => AccountPayload { user_errors, ..AccountPayload::default() },
    })
}

fn one_time(done: Done<(account::Model, SecretString)>) -> Result<OneTimePasswordPayload> {
    Ok(match settled(done)? {
        Ok((row, password)) => OneTimePasswordPayload {
            account: Account::list(vec![row]).pop(),
            one_time_password: Some(password.expose_secret().to_owned()),
            user_errors: Vec::new(),
        },
        Err(user_errors) => OneTimePasswordPayload { user_errors, ..OneTimePasswordPayload::default() },
    })
}
