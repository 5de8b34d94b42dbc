//! Accounts, as administrators see them.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::read;
use entity::{
    account, identity,
    ids::{AccountId, PersonId},
    values::AccountRole,
};
use messages::message;

use crate::{
    app::{accounts_of_trail, login_of},
    graphql::{
        projects::person::Person,
        support::{
            access::{app, entitled, has_part_in, viewer},
            connection::{Count, connection},
            error::{bad_argument, broken},
            global_id,
            page::PageArguments,
            siblings::{Batch, distinct},
        },
    },
    store::{
        self,
        account::{AccountFilter, AccountKey},
    },
};

/// Someone who can sign in.
#[derive(Clone, Debug, Description)]
pub struct Account {
    row: account::Model,
    list: Arc<List>,
}

/// Someone known to an identity provider.
#[derive(Clone, Debug, SimpleObject)]
pub struct Identity {
    /// The provider's URL.
    issuer: String,
    /// Who that is there: the `sub` of their ID tokens.
    subject: String,
    /// Since when they sign in to the account.
    linked_at: DateTime<Utc>,
}

impl From<identity::Model> for Identity {
    fn from(row: identity::Model) -> Self {
        Self { issuer: row.issuer, subject: row.subject, linked_at: row.linked_at }
    }
}

#[derive(Debug, Default)]
struct List {
    person_ids: Vec<PersonId>,
    people: Batch<(), PersonId, Person>,
    ids: Vec<AccountId>,
    second_factors: Batch<(), AccountId, ()>,
    identities: Batch<(), AccountId, Identity>,
}

impl Account {
    /// Accounts listed together.
    pub(in crate::graphql) fn list(rows: Vec<account::Model>) -> Vec<Self> {
        let person_ids = distinct(rows.iter().filter_map(|row| row.person_id));
        let ids = rows.iter().map(|row| row.id).collect();
        let list = Arc::new(List { person_ids, ids, ..List::default() });
        rows.into_iter().map(|row| Self { row, list: Arc::clone(&list) }).collect()
    }

    fn key(&self) -> AccountKey {
        AccountKey { login: self.row.login.clone(), id: self.row.id }
    }

    pub(in crate::graphql) fn account_id(&self) -> AccountId {
        self.row.id
    }
}

#[Object(use_type_description)]
impl Account {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// Sign-in name.
    async fn login(&self) -> &str {
        &self.row.login
    }

    /// What it may do.
    async fn role(&self) -> AccountRole {
        self.row.role
    }

    /// The person it belongs to; null for an account that belongs to none.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.row.person_id else { return Ok(None) };
        let load = || Person::load(app(ctx), self.list.person_ids.clone());
        self.list.people.get((), &id, load).await
    }

    /// Whether it signs in with a second factor.
    async fn has_second_factor(&self, ctx: &Context<'_>) -> Result<bool> {
        let load = || async {
            let confirmed = store::second_factor::confirmed(app(ctx).database.reader(), self.list.ids.clone()).await?;
            Ok::<_, sea_orm::DbErr>(confirmed.into_iter().map(|(account, _)| (account, ())).collect())
        };
        Ok(self.list.second_factors.get((), &self.row.id, load).await?.is_some())
    }

    /// Who at the identity provider signs in to it, for administrators; null where nobody does.
    async fn identity(&self, ctx: &Context<'_>) -> Result<Option<Identity>> {
        if !has_part_in(ctx, const { read("Account", "identity") })? {
            return Ok(None);
        }
        let load = || async {
            let rows = store::identity::of_accounts(app(ctx).database.reader(), self.list.ids.clone()).await?;
            Ok::<_, sea_orm::DbErr>(rows.into_iter().map(|row| (row.account_id, Identity::from(row))).collect())
        };
        self.list.identities.get((), &self.row.id, load).await
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// From when on it can't sign in; null while it can.
    async fn disabled_at(&self) -> Option<DateTime<Utc>> {
        self.row.disabled_at
    }

    /// Until when a password given out by an administrator can be replaced by one of the owner's own; null once it is.
    async fn one_time_password_until(&self) -> Option<DateTime<Utc>> {
        self.row.one_time_until
    }
}

connection!(Account, AccountKey, "accounts" => AccountConnection, AccountEdge);

/// Which accounts are wanted; all conditions must hold.
#[derive(Debug, Default, InputObject)]
pub struct AccountFilterInput {
    /// With one of these roles.
    roles: Option<Vec<AccountRole>>,
    /// Disabled (true) or not (false).
    disabled: Option<bool>,
    /// Whose sign-in name begins with this.
    login_prefix: Option<String>,
}

impl AccountFilterInput {
    fn parse(self) -> Result<AccountFilter> {
        let login_prefix = self.login_prefix.map(|prefix| prefix_of(&prefix)).transpose()?;
        Ok(AccountFilter { roles: self.roles, disabled: self.disabled, login_prefix })
    }
}

/// The beginning of a sign-in name: what could go on to be one.
fn prefix_of(text: &str) -> Result<String> {
    login_of(text)
        .or_else(|| login_of(&format!("{text}a")).map(|_| text.to_lowercase()))
        .ok_or_else(|| bad_argument("filter.loginPrefix", &message!(LoginPrefixMalformed)))
}

/// Queries for accounts.
#[derive(Debug, Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// An account: for administrators; null if there is none such.
    async fn account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's global id.")] id: ID,
    ) -> Result<Option<Account>> {
        entitled(ctx, const { read("Query", "account") })?;
        let Some(id) = global_id::decode(&id) else { return Ok(None) };
        Ok(load(ctx, vec![id]).await?.pop())
    }

    /// All accounts, by sign-in name: for administrators.
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The last so many, 1 to 500, instead of the first.")] last: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those that match.")] filter: Option<AccountFilterInput>,
    ) -> Result<AccountConnection> {
        entitled(ctx, const { read("Query", "accounts") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default().parse()?;
        let found = store::account::list(app(ctx).database.reader(), &filter, &page).await.map_err(broken)?;
        let count: Count = Box::new(move |ctx| {
            let filter = filter.clone();
            Box::pin(async move {
                let count = store::account::count(app(ctx).database.reader(), &filter).await.map_err(broken)?;
                Ok(i64::try_from(count).unwrap_or(i64::MAX))
            })
        });
        Ok(AccountConnection::of(Account::list(found.rows), found.more, &page, count))
    }
}

/// Accounts by id, listed together, as far as the viewer sees them.
pub(in crate::graphql) async fn load(ctx: &Context<'_>, ids: Vec<AccountId>) -> Result<Vec<Account>> {
    let rows = accounts_of_trail(app(ctx).database.reader(), viewer(ctx)?, ids).await.map_err(broken)?;
    Ok(Account::list(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("J", Some("j"))]
    #[case("jiang_", Some("jiang_"))]
    #[case("", None)]
    #[case("%", None)]
    #[case("a\0", None)]
    fn a_prefix_is_what_could_go_on(#[case] text: &str, #[case] prefix: Option<&str>) {
        assert_eq!(prefix_of(text).ok().as_deref(), prefix);
    }
}
