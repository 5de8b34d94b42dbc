//! The second factor of one's own account.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::change;

use super::own_account::tokens;
use crate::graphql::support::{
    access::{app, may_change},
    error::{UserError, answered},
};

/// A second factor: codes of an authenticator app (TOTP, RFC 6238).
#[derive(Clone, Debug, SimpleObject)]
pub struct SecondFactor {
    /// Since when it is asked for at sign-in.
    pub(in crate::graphql) confirmed_at: DateTime<Utc>,
    /// How many of its ten recovery codes are left.
    pub(in crate::graphql) recovery_codes_left: i32,
}

/// A second factor to be begun.
#[derive(Debug, InputObject)]
pub struct BeginTotpEnrolmentInput {
    /// The account's password.
    #[graphql(secret)]
    password: String,
}

/// A second factor that was begun.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct BeginTotpEnrolmentPayload {
    /// What the authenticator app is to be told, base32. Shown this once.
    secret: Option<String>,
    /// The same as a URI, for a QR code.
    otpauth_uri: Option<String>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// A first code of a second factor.
#[derive(Debug, InputObject)]
pub struct ConfirmTotpEnrolmentInput {
    /// Six digits.
    #[graphql(secret)]
    code: String,
    /// Whether the viewer's personal access tokens stay. Whoever knew the password may have made some: they end, unless
    /// this is true.
    #[graphql(default)]
    keep_personal_access_tokens: bool,
}

/// A second factor that counts from now on.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct ConfirmTotpEnrolmentPayload {
    /// Ten codes, each of which stands in for the app once: to be kept on paper. Shown this once; null if it was refused.
    recovery_codes: Option<Vec<String>>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// A second factor to be given up.
#[derive(Debug, InputObject)]
pub struct DisableTotpInput {
    /// The account's password.
    #[graphql(secret)]
    password: String,
    /// Six digits, or a recovery code.
    #[graphql(secret)]
    code: String,
}

/// What became of a second factor.
#[derive(Clone, Debug, SimpleObject)]
pub struct DisableTotpPayload {
    /// Whether it is gone.
    disabled: bool,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// Mutations of one's own second factor.
#[derive(Debug, Default)]
pub struct SecondFactorMutation;

#[Object]
impl SecondFactorMutation {
    /// Begins a second factor: codes of an authenticator app. It counts once a code is confirmed.
    async fn begin_totp_enrolment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's password.", secret)] input: BeginTotpEnrolmentInput,
    ) -> Result<BeginTotpEnrolmentPayload> {
        let viewer = may_change(ctx, const { change("beginTotpEnrolment") })?;
        let begun = async { app(ctx).begin_totp(viewer?, input.password.into()).await };
        Ok(match answered(begun.await)? {
            Ok(begun) => BeginTotpEnrolmentPayload {
                secret: Some(begun.secret),
                otpauth_uri: Some(begun.otpauth_uri),
                user_errors: Vec::new(),
            },
            Err(user_errors) => BeginTotpEnrolmentPayload { user_errors, ..BeginTotpEnrolmentPayload::default() },
        })
    }

    /// Lets the second factor that was begun count from now on, and ends all the viewer's other sessions, none of which was
    /// opened with it, and, unless they are to be kept, their personal access tokens.
    async fn confirm_totp_enrolment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A first code.", secret)] input: ConfirmTotpEnrolmentInput,
    ) -> Result<ConfirmTotpEnrolmentPayload> {
        let viewer = may_change(ctx, const { change("confirmTotpEnrolment") })?;
        let tokens = tokens(input.keep_personal_access_tokens);
        let confirmed = async { app(ctx).confirm_totp(viewer?, &input.code, tokens).await };
        Ok(match answered(confirmed.await)? {
            Ok(codes) => ConfirmTotpEnrolmentPayload { recovery_codes: Some(codes), user_errors: Vec::new() },
            Err(user_errors) => ConfirmTotpEnrolmentPayload { user_errors, ..ConfirmTotpEnrolmentPayload::default() },
        })
    }

    /// Gives up the viewer's second factor.
    async fn disable_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's password, and a code.", secret)] input: DisableTotpInput,
    ) -> Result<DisableTotpPayload> {
        let viewer = may_change(ctx, const { change("disableTotp") })?;
        let disabled = async { app(ctx).disable_totp(viewer?, input.password.into(), &input.code).await };
        Ok(match answered(disabled.await)? {
            Ok(()) => DisableTotpPayload { disabled: true, user_errors: Vec::new() },
            Err(user_errors) => DisableTotpPayload { disabled: false, user_errors },
        })
    }
}
