//! Accounts.

use entity::account::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

/// The account that signs in by this name.
pub async fn find_by_login(connection: &impl ConnectionTrait, login: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Login.eq(login)).one(connection).await
}

/// Records an account.
pub async fn insert(connection: &impl ConnectionTrait, account: Model) -> Result<(), DbErr> {
    let account: ActiveModel = account.into_active_model();
    account.reset_all().insert(connection).await.map(|_| ())
}
