//! Accounts, as administrators see them.

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::permission::table::read;
use entity::{account, identity, ids::AccountId, second_factor, values::AccountRole};
use messages::message;
use sea_orm::{Condition, sea_query::Expr};

use crate::{
    app::login_of,
    graphql::{
        engine::levels::{At, Fields, Found, Noun, Page, Paged, Stored, Via},
        projects::person::Person,
        support::{access::entitled, error::bad_argument, global_id, page::PageArguments},
    },
    store::{
        self,
        account::{AccountFilter, AccountKey},
        listing,
    },
};

/// Someone who can sign in.
#[derive(Debug, Description)]
pub struct Account;

impl Noun for Account {
    const NAME: &'static str = "Account";

    /// Administrators see accounts, and in the audit trail the office.
    fn stored() -> Option<Stored> {
        Some(Stored::by(account::Column::Id).where_visible(|viewing, _| {
            let visible = viewing.viewer()?.reads_audit_trail();
            Ok((!visible).then(|| Condition::all().add(Expr::cust("FALSE"))))
        }))
    }

    fn fields(of: &mut Fields<Self>) {
        use account::Column;
        let second_factor = Via::of(Column::Id, second_factor::Column::AccountId);
        let identity = Via::of(Column::Id, identity::Column::AccountId);
        of.id::<AccountId>(Column::Id);
        of.text("login", "Sign-in name.", Column::Login);
        of.named::<AccountRole>("role", "What it may do.", Column::Role);
        of.one::<Person>(
            "person",
            "The person it belongs to; null for an account that belongs to none.",
            Column::PersonId,
        );
        of.plain(
            "hasSecondFactor",
            "Whether it signs in with a second factor.",
            second_factor.at(second_factor::Column::ConfirmedAt),
            |confirmed_at: Option<DateTime<Utc>>| confirmed_at.is_some(),
        );
        of.made::<Identity, Identity>(
            "identity",
            "Who at the identity provider signs in to it, for administrators; null where nobody does.",
            [identity::Column::Issuer, identity::Column::Subject, identity::Column::LinkedAt]
                .map(|column| identity.at(column))
                .into(),
            |at| {
                let known = (at.get(0)?, at.get(1)?, at.get(2)?);
                let (Some(issuer), Some(subject), Some(linked_at)) = known else { return Ok(None) };
                Ok(Some(Identity { issuer, subject, linked_at }))
            },
        );
        of.only_by(const { read("Account", "identity") });
        of.plain("createdAt", "When it was made.", Column::CreatedAt, |at: DateTime<Utc>| at);
        of.plain(
            "disabledAt",
            "From when on it can't sign in; null while it can.",
            Column::DisabledAt,
            |at: Option<DateTime<Utc>>| at,
        );
        of.plain(
            "oneTimePasswordUntil",
            "Until when a password given out by an administrator can be replaced by one of the owner's own; null once it is.",
            Column::OneTimeUntil,
            |at: Option<DateTime<Utc>>| at,
        );
    }
}

impl Paged for Account {
    const PLURAL: &'static str = "accounts";
    type Key = AccountKey;

    fn key_columns() -> Vec<listing::Column> {
        vec![account::Column::Login.into(), account::Column::Id.into()]
    }

    fn key(at: &At<'_>) -> Result<AccountKey> {
        Ok(AccountKey { login: at.get(0)?, id: at.get(1)? })
    }
}

/// Someone known to an identity provider.
#[derive(Debug, Description)]
pub struct Identity {
    issuer: String,
    subject: String,
    linked_at: DateTime<Utc>,
}

impl Noun for Identity {
    const NAME: &'static str = "Identity";

    fn fields(of: &mut Fields<Self>) {
        of.part("issuer", "The provider's URL.", |identity: &Self| identity.issuer.clone());
        of.part("subject", "Who that is there: the `sub` of their ID tokens.", |identity: &Self| {
            identity.subject.clone()
        });
        of.part("linkedAt", "Since when they sign in to the account.", |identity: &Self| identity.linked_at);
    }
}

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
    ) -> Result<Found<Account>> {
        entitled(ctx, const { read("Query", "account") })?;
        Ok(global_id::decode(&id).map_or_else(Found::none, |id: AccountId| Found::by_id(id)))
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
    ) -> Result<Page<Account>> {
        entitled(ctx, const { read("Query", "accounts") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default().parse()?;
        Ok(Page::of(store::account::listing(&filter), &page))
    }
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
