//! Sessions, found by the hash of their token.

use chrono::{DateTime, Utc};
use entity::{
    account,
    ids::SessionId,
    session::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    RelationDef,
    sea_query::{Expr, ExprTrait},
};

/// The open session of a token, and its account, if neither has ended by `now`.
pub async fn find_open(
    connection: &impl ConnectionTrait,
    token_sha256: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Model, account::Model)>, DbErr> {
    let found =
        open(now).filter(Column::TokenSha256.eq(token_sha256)).select_also(account::Entity).one(connection).await?;
    Ok(found.and_then(|(session, account)| account.map(|account| (session, account))))
}

/// Whether a session is still open.
pub async fn is_open(connection: &impl ConnectionTrait, id: SessionId, now: DateTime<Utc>) -> Result<bool, DbErr> {
    Ok(open(now).filter(Column::Id.eq(id)).one(connection).await?.is_some())
}

fn open(now: DateTime<Utc>) -> sea_orm::Select<Entity> {
    Entity::find()
        .join(sea_orm::JoinType::InnerJoin, to_account())
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .filter(account::Column::DisabledAt.is_null().or(account::Column::DisabledAt.gt(now)))
}

fn to_account() -> RelationDef {
    Entity::belongs_to(account::Entity).from(Column::AccountId).to(account::Column::Id).into()
}

/// Records a session.
pub async fn insert(connection: &impl ConnectionTrait, session: Model) -> Result<(), DbErr> {
    session.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// Ends a session; false if it had ended before.
pub async fn end(connection: &impl ConnectionTrait, id: SessionId, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let ended = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::EndedAt.is_null())
        .exec(connection)
        .await?;
    Ok(ended.rows_affected == 1)
}
