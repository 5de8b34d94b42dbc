//! Accounts.

use chrono::{DateTime, Utc};
use entity::{
    account::{ActiveModel, Column, Entity, Model},
    ids::AccountId,
    values::AccountRole,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
    Value,
    sea_query::{Expr, ExprTrait, LikeExpr},
};

use crate::store::{listing::Listing, page::Key};

/// Where an account stands in the list: by sign-in name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountKey {
    /// Sign-in name.
    pub login: String,
    /// Id.
    pub id: AccountId,
}

impl Key for AccountKey {
    fn values(&self) -> (Value, Value) {
        (self.login.clone().into(), self.id.into())
    }
}

/// Which accounts are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AccountFilter {
    /// With one of these roles.
    pub roles: Option<Vec<AccountRole>>,
    /// Disabled (true) or not (false).
    pub disabled: Option<bool>,
    /// Whose sign-in name begins with this.
    pub login_prefix: Option<String>,
}

fn matching(filter: &AccountFilter) -> Select<Entity> {
    let mut select = Entity::find();
    if let Some(roles) = &filter.roles {
        select = select.filter(Column::Role.is_in(roles.iter().copied()));
    }
    if let Some(prefix) = &filter.login_prefix {
        // Sign-in names are letters, digits and a few signs, of which `_` is a wildcard.
        let pattern = LikeExpr::new(format!("{}%", prefix.replace('_', "!_"))).escape('!');
        select = select.filter(Expr::col((Entity, Column::Login)).like(pattern));
    }
    match filter.disabled {
        Some(true) => select.filter(Column::DisabledAt.is_not_null()),
        Some(false) => select.filter(Column::DisabledAt.is_null()),
        None => select,
    }
}

/// The first accounts that match and whose sign-in names come after one, by sign-in name: for whoever manages them.
pub async fn after(
    connection: &impl ConnectionTrait,
    filter: &AccountFilter,
    login: Option<&str>,
    first: u64,
) -> Result<Vec<Model>, DbErr> {
    let accounts = matching(filter);
    let accounts = match login {
        Some(login) => accounts.filter(Column::Login.gt(login)),
        None => accounts,
    };
    accounts.order_by_asc(Column::Login).limit(first).all(connection).await
}

/// The accounts that match, by sign-in name.
pub fn listing(filter: &AccountFilter) -> Listing {
    Listing::ascending(matching(filter), [Column::Login, Column::Id])
}

/// Accounts by id.
pub async fn find(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::Id.is_in(ids)).all(connection).await
}

/// The account that signs in by this name.
pub async fn find_by_login(connection: &impl ConnectionTrait, login: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Login.eq(login)).one(connection).await
}

/// An account as it is now, locked until the transaction ends.
pub async fn lock(connection: &impl ConnectionTrait, id: AccountId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(connection).await
}

/// The administrators that are not disabled, locked until the transaction ends: the last one is to stay.
pub async fn lock_administrators(connection: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::Role.eq(AccountRole::Administrator))
        .filter(Column::DisabledAt.is_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(connection)
        .await
}

/// Records an account.
pub async fn insert(connection: &impl ConnectionTrait, account: Model) -> Result<(), DbErr> {
    let account: ActiveModel = account.into_active_model();
    account.reset_all().insert(connection).await.map(|_| ())
}

/// Gives an account a password; until `one_time_until`, if that is given, only for choosing another.
pub async fn set_password(
    connection: &impl ConnectionTrait,
    id: AccountId,
    password_hash: String,
    one_time_until: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    let changed = ActiveModel {
        id: Set(id),
        password_hash: Set(password_hash),
        one_time_until: Set(one_time_until),
        ..Default::default()
    };
    changed.update(connection).await.map(|_| ())
}

/// Lets no one-time password last beyond `latest`; returns how many would have.
pub async fn shorten_one_time(connection: &impl ConnectionTrait, latest: DateTime<Utc>) -> Result<u64, DbErr> {
    let shortened = Entity::update_many()
        .col_expr(Column::OneTimeUntil, Expr::value(latest))
        .filter(Column::OneTimeUntil.gt(latest))
        .exec(connection)
        .await?;
    Ok(shortened.rows_affected)
}

/// Gives an account another role.
pub async fn set_role(connection: &impl ConnectionTrait, id: AccountId, role: AccountRole) -> Result<(), DbErr> {
    ActiveModel { id: Set(id), role: Set(role), ..Default::default() }.update(connection).await.map(|_| ())
}

/// Disables an account from a time on, or enables it.
pub async fn set_disabled(
    connection: &impl ConnectionTrait,
    id: AccountId,
    from: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    ActiveModel { id: Set(id), disabled_at: Set(from), ..Default::default() }.update(connection).await.map(|_| ())
}
