//! Signing in and out, and who is signed in.

use async_graphql::{Context, Description, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::{
    self,
    table::{change, read},
};
use entity::values::AccountRole;
use secrecy::{ExposeSecret, SecretString};

use super::{access_token::PersonalAccessToken, own_account::Session, second_factor::SecondFactor};
use crate::{
    app::{Failure, SignInRequest, SignedIn},
    graphql::{
        engine::{
            cost::{LimitedAction, take},
            levels::{Found, Rows},
        },
        projects::{person::Person, team::TeamRole},
        support::{
            access::{Access, anybody_may_change, app, identified, may_change},
            error::{UserError, answered, broken},
            page::{DEFAULT_SIZE, LARGEST_SIZE, some},
        },
    },
    store::{self, listing::Part},
};

/// Whoever is signed in.
#[derive(Clone, Copy, Debug, Description)]
pub struct Viewer(permission::Viewer);

#[Object(use_type_description)]
impl Viewer {
    /// What their account may do.
    async fn role(&self) -> AccountRole {
        self.0.role
    }

    /// The person they are; null for an account that belongs to none.
    async fn person(&self) -> Found<Person> {
        self.0.person.map_or_else(Found::none, Found::by_id)
    }

    /// The parts they play today in the teams of projects, by when they began; empty for an account of no person.
    async fn team_roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
    ) -> Result<Rows<TeamRole>> {
        let first = some("first", first, DEFAULT_SIZE, LARGEST_SIZE)?;
        let (Some(person), true) = (self.0.person, self.0.has_part_in(const { read("Viewer", "teamRoles") })) else {
            return Ok(Rows::default());
        };
        let today = app(ctx).today().await.map_err(broken)?;
        Ok(Rows::of(store::team_role::of_person_on(person, today), Part::first(first)))
    }

    /// When the session ends by itself.
    async fn session_expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// Their second factor; null while they have none.
    async fn second_factor(&self, ctx: &Context<'_>) -> Result<Option<SecondFactor>> {
        let factor = app(ctx).second_factor(&self.0).await.map_err(broken)?;
        Ok(factor.map(|(confirmed_at, left)| SecondFactor {
            confirmed_at,
            recovery_codes_left: i32::try_from(left).unwrap_or(i32::MAX),
        }))
    }

    /// Their open personal access tokens, the latest first, 20 at most.
    async fn personal_access_tokens(&self, ctx: &Context<'_>) -> Result<Vec<PersonalAccessToken>> {
        let tokens = app(ctx).tokens(&self.0).await.map_err(broken)?;
        Ok(tokens.into_iter().map(PersonalAccessToken::from).collect())
    }

    /// Their open sessions, the latest first, 100 at most.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let rows = app(ctx).sessions(&self.0).await.map_err(broken)?;
        Ok(rows.into_iter().map(|row| Session::of(row, self.0.session)).collect())
    }
}

/// What someone signs in with.
#[derive(Debug, InputObject)]
pub struct SignInInput {
    /// Sign-in name.
    login: String,
    /// Password.
    #[graphql(secret)]
    password: String,
    /// A password of one's own, needed with one that was given out by an administrator: 10 to 256 characters, and not
    /// soon guessed: neither a common one, nor made of the sign-in name, the person's name or their unit's.
    #[graphql(secret)]
    new_password: Option<String>,
    /// A code of the second factor, needed where the account has one: six digits, or a recovery code,
    /// grouped or not, in letters of any size and width.
    #[graphql(secret)]
    code: Option<String>,
    /// What the device calls itself, 100 characters at most.
    #[graphql(default)]
    device_name: String,
}

/// An opened session.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct SignInPayload {
    /// To be sent with every request as `Authorization: Bearer …`. Shown this once.
    token: Option<String>,
    /// When the session ends by itself.
    expires_at: Option<DateTime<Utc>>,
    /// Whoever signed in.
    viewer: Option<Viewer>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

impl SignInPayload {
    pub(in crate::graphql) fn of(result: std::result::Result<SignedIn, Failure>) -> Result<Self> {
        Ok(match answered(result)? {
            Ok(signed_in) => Self {
                token: Some(signed_in.token.expose_secret().to_owned()),
                expires_at: Some(signed_in.viewer.expires_at),
                viewer: Some(Viewer(signed_in.viewer)),
                user_errors: Vec::new(),
            },
            Err(user_errors) => Self { user_errors, ..Self::default() },
        })
    }
}

/// A closed session.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignOutPayload {
    /// Whether the session is closed now.
    signed_out: bool,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// Queries about sessions.
#[derive(Debug, Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// Whoever is signed in; null if nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        if ctx.data_opt::<Access>().is_none_or(|access| access.0.is_none()) {
            return Ok(None);
        }
        identified(ctx).copied().map(Viewer).map(Some)
    }
}

/// Mutations of sessions.
#[derive(Debug, Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Opens a session.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name and password.", secret)] input: SignInInput,
    ) -> Result<SignInPayload> {
        anybody_may_change(ctx, const { change("signIn") })?;
        take(ctx, LimitedAction::SignIn)?;
        let request = SignInRequest {
            login: input.login,
            password: input.password.into(),
            new_password: input.new_password.map(SecretString::from),
            code: input.code,
            device_name: input.device_name,
        };
        SignInPayload::of(app(ctx).sign_in(request).await)
    }

    /// Closes the session the request came with, and everything it subscribed to.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<SignOutPayload> {
        let viewer = may_change(ctx, const { change("signOut") })?;
        let signed_out = async { Ok::<_, Failure>(app(ctx).sign_out(viewer?).await?) };
        Ok(match answered(signed_out.await)? {
            Ok(()) => SignOutPayload { signed_out: true, user_errors: Vec::new() },
            Err(user_errors) => SignOutPayload { signed_out: false, user_errors },
        })
    }
}
