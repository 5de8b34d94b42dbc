//! Single sign-ons that are under way.

use chrono::{DateTime, Utc};
use entity::{
    ids::AccountId,
    single_sign_on_attempt::{ActiveModel, Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, sea_query::Expr,
};

/// What someone brings back from the provider, hashed.
#[derive(Clone, Debug)]
pub struct AuthorizationResponse {
    /// The provider.
    pub issuer: String,
    /// Of the state.
    pub state_sha256: String,
    /// Of what only the client that began it knows.
    pub binding_sha256: String,
    /// Of the authorization code.
    pub code_sha256: String,
    /// When one that is begun now ends. What ends later was begun by a clock that was ahead.
    pub latest: DateTime<Utc>,
}

impl AuthorizationResponse {
    /// The attempt it belongs to, if it is not too late.
    fn open(&self, now: DateTime<Utc>) -> Condition {
        Condition::all()
            .add(Column::StateSha256.eq(&self.state_sha256))
            .add(Column::BindingSha256.eq(&self.binding_sha256))
            .add(Column::Issuer.eq(&self.issuer))
            .add(Column::ExpiresAt.gt(now))
            .add(Column::ExpiresAt.lte(self.latest))
    }
}

/// Records an attempt.
pub async fn insert(connection: &impl ConnectionTrait, attempt: Model) -> Result<(), DbErr> {
    attempt.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Takes an attempt for the code that was brought back, in one statement: of two who come at once, one has it. False if
/// there is none, or someone came before.
pub async fn claim(
    connection: &impl ConnectionTrait,
    back: &AuthorizationResponse,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let claimed = Entity::update_many()
        .col_expr(Column::CodeSha256, Expr::value(back.code_sha256.clone()))
        .filter(back.open(now))
        .filter(Column::CodeSha256.is_null())
        .exec(connection)
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// An attempt that was taken for this very code.
pub async fn claimed(
    connection: &impl ConnectionTrait,
    back: &AuthorizationResponse,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(back.open(now)).filter(Column::CodeSha256.eq(&back.code_sha256)).one(connection).await
}

/// Notes who came back, for their second factor is still to be given.
pub async fn identify(
    connection: &impl ConnectionTrait,
    state_sha256: &str,
    account: AccountId,
    subject: &str,
) -> Result<(), DbErr> {
    let identified = ActiveModel {
        state_sha256: Set(state_sha256.to_owned()),
        account_id: Set(Some(account)),
        subject: Set(Some(subject.to_owned())),
        ..Default::default()
    };
    identified.update(connection).await.map(|_| ())
}

/// Ends an attempt: a session is opened. False if someone else ended it.
pub async fn end(connection: &impl ConnectionTrait, state_sha256: &str) -> Result<bool, DbErr> {
    Ok(Entity::delete_by_id(state_sha256.to_owned()).exec(connection).await?.rows_affected == 1)
}

/// Forgets attempts that it is too late to come back to.
pub async fn forget(connection: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(connection).await?.rows_affected)
}

/// Forgets attempts that end after `latest`: they were begun by a clock that was ahead.
pub async fn forget_of_a_clock_ahead(connection: &impl ConnectionTrait, latest: DateTime<Utc>) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::ExpiresAt.gt(latest)).exec(connection).await?.rows_affected)
}
