//! Sessions, found by the hash of their token.

use chrono::{DateTime, Utc};
use entity::{
    account,
    ids::{AccountId, SessionId},
    session::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, RelationDef,
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

/// Whether a session was opened with a second factor that the provider vouched for.
pub async fn is_asserted(connection: &impl ConnectionTrait, id: SessionId) -> Result<bool, DbErr> {
    let session = Entity::find_by_id(id).one(connection).await?;
    Ok(session.is_some_and(|session| session.second_factor_asserted))
}

fn open(now: DateTime<Utc>) -> sea_orm::Select<Entity> {
    Entity::find()
        .join(sea_orm::JoinType::InnerJoin, to_account())
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .filter(account::Column::DisabledAt.is_null())
}

fn to_account() -> RelationDef {
    Entity::belongs_to(account::Entity).from(Column::AccountId).to(account::Column::Id).into()
}

/// Records a session.
pub async fn insert(connection: &impl ConnectionTrait, session: Model) -> Result<(), DbErr> {
    session.into_active_model().reset_all().insert(connection).await.map(|_| ())
}

/// What sessions are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Devices that are signed in.
    Device,
    /// Personal access tokens.
    Token,
}

impl Kind {
    fn condition(self) -> Expr {
        match self {
            Self::Device => Column::Scopes.is_null(),
            Self::Token => Column::Scopes.is_not_null(),
        }
    }
}

/// Whether personal access tokens end with sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// They end.
    End,
    /// They stay.
    Keep,
}

/// Which sessions of an account are to end.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// All of them, and its tokens.
    All,
    /// Its devices' but this one, and its tokens, or not.
    AllBut(SessionId, Tokens),
    /// This one of this kind.
    One(Kind, SessionId),
}

/// The open sessions of an account, the latest first, so many at most.
pub async fn of_account(
    connection: &impl ConnectionTrait,
    account: AccountId,
    kind: Kind,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    open(now)
        .filter(Column::AccountId.eq(account))
        .filter(kind.condition())
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(connection)
        .await
}

/// Ends those of these sessions of an account that have not ended; returns which.
pub async fn end_of(
    connection: &impl ConnectionTrait,
    account: AccountId,
    ending: Ending,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, DbErr> {
    let mut select = Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now));
    select = match ending {
        Ending::All => select,
        Ending::AllBut(kept, Tokens::End) => select.filter(Column::Id.ne(kept)),
        Ending::AllBut(kept, Tokens::Keep) => select.filter(Kind::Device.condition()).filter(Column::Id.ne(kept)),
        Ending::One(kind, only) => select.filter(kind.condition()).filter(Column::Id.eq(only)),
    };
    // Locked, so that of two who end a session one publishes that.
    let ids: Vec<SessionId> = select.lock_exclusive().all(connection).await?.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        Entity::update_many()
            .col_expr(Column::EndedAt, Expr::value(now))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(connection)
            .await?;
    }
    Ok(ids)
}

/// When a device's session of these accounts was last opened, ended or not; accounts without one are left out.
pub async fn last_opened(
    connection: &impl ConnectionTrait,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<(AccountId, DateTime<Utc>)>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::AccountId)
        .column_as(Column::CreatedAt.max(), "last")
        .filter(Column::AccountId.is_in(accounts))
        .filter(Kind::Device.condition())
        .group_by(Column::AccountId)
        .into_tuple()
        .all(connection)
        .await
}

/// Notes that a session was used, if that was not noted since `before`; a note of a time to come is of a clock that was
/// ahead, and is mended.
pub async fn touch(
    connection: &impl ConnectionTrait,
    id: SessionId,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::LastUsedAt.is_null().or(Column::LastUsedAt.lte(before)).or(Column::LastUsedAt.gt(now)))
        .exec(connection)
        .await
        .map(|_| ())
}

/// Lets no device's session that was opened after `now`, by a clock that was ahead, last beyond `latest`; returns how
/// many would have.
pub async fn shorten(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
    latest: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let shortened = Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(latest))
        .filter(Kind::Device.condition())
        .filter(Column::EndedAt.is_null())
        .filter(Column::CreatedAt.gt(now))
        .filter(Column::ExpiresAt.gt(latest))
        .exec(connection)
        .await?;
    Ok(shortened.rows_affected)
}
