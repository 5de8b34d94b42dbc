//! Second factors and their recovery codes.

use chrono::{DateTime, Utc};
use entity::{
    ids::AccountId,
    recovery_code,
    second_factor::{ActiveModel, Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

/// The second factor of an account, confirmed or not, locked until the transaction ends.
pub async fn lock(connection: &impl ConnectionTrait, account: AccountId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(account).lock_exclusive().one(connection).await
}

/// Those of these accounts that sign in with a second factor, and since when.
pub async fn confirmed(
    connection: &impl ConnectionTrait,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<(AccountId, DateTime<Utc>)>, DbErr> {
    let rows = Entity::find().filter(Column::AccountId.is_in(accounts)).all(connection).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.account_id, row.confirmed_at?))).collect())
}

/// How many recovery codes of an account are left.
pub async fn codes_left(connection: &impl ConnectionTrait, account: AccountId) -> Result<u64, DbErr> {
    recovery_code::Entity::find()
        .filter(recovery_code::Column::AccountId.eq(account))
        .filter(recovery_code::Column::UsedAt.is_null())
        .count(connection)
        .await
}

/// Begins a second factor, in place of any there was.
pub async fn begin(connection: &impl ConnectionTrait, factor: Model) -> Result<(), DbErr> {
    remove(connection, factor.account_id).await?;
    factor.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Confirms a second factor by the code of a time step, with these recovery codes (their hashes).
pub async fn confirm(
    connection: &impl ConnectionTrait,
    account: AccountId,
    step: i64,
    now: DateTime<Utc>,
    codes: impl IntoIterator<Item = String>,
) -> Result<(), DbErr> {
    let confirmed = ActiveModel {
        account_id: Set(account),
        confirmed_at: Set(Some(now)),
        last_step: Set(Some(step)),
        ..Default::default()
    };
    confirmed.update(connection).await?;
    let codes = codes.into_iter().map(|code_sha256| {
        recovery_code::Model { account_id: account, code_sha256, used_at: None }.into_active_model().reset_all()
    });
    recovery_code::Entity::insert_many(codes).exec_without_returning(connection).await.map(|_| ())
}

/// Notes that the code of a time step was used.
pub async fn use_step(connection: &impl ConnectionTrait, account: AccountId, step: i64) -> Result<(), DbErr> {
    let used = ActiveModel { account_id: Set(account), last_step: Set(Some(step)), ..Default::default() };
    used.update(connection).await.map(|_| ())
}

/// Uses the recovery code that has one of these hashes; false if there is none, or it was used before.
pub async fn use_code(
    connection: &impl ConnectionTrait,
    account: AccountId,
    code_sha256: Vec<String>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    if code_sha256.is_empty() {
        return Ok(false);
    }
    let used = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(now))
        .filter(recovery_code::Column::AccountId.eq(account))
        .filter(recovery_code::Column::CodeSha256.is_in(code_sha256))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(connection)
        .await?;
    Ok(used.rows_affected >= 1)
}

/// Removes the second factor of an account and its recovery codes; false if there was none.
pub async fn remove(connection: &impl ConnectionTrait, account: AccountId) -> Result<bool, DbErr> {
    recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(account)).exec(connection).await?;
    Ok(Entity::delete_by_id(account).exec(connection).await?.rows_affected == 1)
}
