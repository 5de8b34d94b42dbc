//! Identities of accounts at a provider.

use entity::{
    identity::{Column, Entity, Model},
    ids::AccountId,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};

/// The identity of someone at a provider, if it is linked to an account.
pub async fn find(connection: &impl ConnectionTrait, issuer: &str, subject: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Issuer.eq(issuer)).filter(Column::Subject.eq(subject)).one(connection).await
}

/// The identities of these accounts.
pub async fn of_accounts(
    connection: &impl ConnectionTrait,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::AccountId.is_in(accounts)).all(connection).await
}

/// The identity of an account, locked until the transaction ends.
pub async fn lock(connection: &impl ConnectionTrait, account: AccountId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(account).lock_exclusive().one(connection).await
}

/// Links an identity to its account; false if either is linked already.
pub async fn link(connection: &impl ConnectionTrait, identity: Model) -> Result<bool, DbErr> {
    let inserted = Entity::insert(identity.into_active_model().reset_all())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    Ok(inserted == 1)
}

/// Unlinks the identity of an account; false if there was none.
pub async fn unlink(connection: &impl ConnectionTrait, account: AccountId) -> Result<bool, DbErr> {
    Ok(Entity::delete_by_id(account).exec(connection).await?.rows_affected == 1)
}
