//! The audit trail.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::permission::table::read;
use entity::{audit_entry, ids::AccountId, values::AuditAction};

use super::account::Account;
use crate::{
    app::{accounts_of_trail, audit_trail},
    graphql::support::{
        access::{app, entitled, viewer},
        connection::{Count, connection},
        error::broken,
        global_id,
        page::PageArguments,
        siblings::{Batch, distinct},
    },
    store::{
        self,
        audit::{AuditFilter, AuditKey},
    },
};

/// Something that was done to an account's permissions. Entries are never changed or removed.
#[derive(Clone, Debug, Description)]
pub struct AuditEntry {
    row: audit_entry::Model,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    account_ids: Vec<AccountId>,
    accounts: Batch<(), AccountId, Account>,
}

impl AuditEntry {
    fn list(rows: Vec<audit_entry::Model>) -> Vec<Self> {
        let account_ids = distinct(rows.iter().flat_map(|row| row.actor_id.into_iter().chain([row.target_id])));
        let list = Arc::new(List { account_ids, ..List::default() });
        rows.into_iter().map(|row| Self { row, list: Arc::clone(&list) }).collect()
    }

    fn key(&self) -> AuditKey {
        AuditKey { at: self.row.at, id: self.row.id }
    }

    async fn account(&self, ctx: &Context<'_>, id: AccountId) -> Result<Option<Account>> {
        let viewer = viewer(ctx)?;
        let load = || async {
            let rows = accounts_of_trail(app(ctx).database.reader(), viewer, self.list.account_ids.clone()).await?;
            let accounts = Account::list(rows).into_iter().map(|account| (account.account_id(), account));
            Ok::<_, crate::app::Broken>(accounts.collect())
        };
        self.list.accounts.get((), &id, load).await
    }
}

#[Object(use_type_description)]
impl AuditEntry {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// When it was done.
    async fn at(&self) -> DateTime<Utc> {
        self.row.at
    }

    /// The account that did it; null for the command line.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        match self.row.actor_id {
            Some(id) => self.account(ctx, id).await,
            None => Ok(None),
        }
    }

    /// What was done.
    async fn action(&self) -> AuditAction {
        self.row.action
    }

    /// The account it was done to.
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        self.account(ctx, self.row.target_id).await
    }

    /// The particulars, as a JSON object in text; never a secret.
    async fn detail(&self) -> &str {
        &self.row.detail
    }
}

connection!(AuditEntry, AuditKey, "entries of the audit trail" => AuditEntryConnection, AuditEntryEdge);

/// Which entries are wanted; all conditions must hold.
#[derive(Debug, Default, InputObject)]
pub struct AuditFilterInput {
    /// That tell one of these.
    actions: Option<Vec<AuditAction>>,
    /// Done by this account.
    actor_id: Option<ID>,
    /// Done to this account.
    target_id: Option<ID>,
    /// Done at this time or after it.
    from: Option<DateTime<Utc>>,
    /// Done before this time.
    to: Option<DateTime<Utc>>,
}

impl AuditFilterInput {
    fn parse(self) -> Result<AuditFilter> {
        Ok(AuditFilter {
            actions: self.actions,
            actor: self.actor_id.map(|id| global_id::argument("filter.actorId", &id)).transpose()?,
            target: self.target_id.map(|id| global_id::argument("filter.targetId", &id)).transpose()?,
            from: self.from,
            to: self.to,
        })
    }
}

/// Queries for the audit trail.
#[derive(Debug, Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// What was done to accounts' permissions, the latest first: for administrators and the office.
    async fn audit_trail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The last so many, 1 to 500, instead of the first.")] last: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those that match.")] filter: Option<AuditFilterInput>,
    ) -> Result<AuditEntryConnection> {
        let viewer = entitled(ctx, const { read("Query", "auditTrail") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default().parse()?;
        let found = audit_trail(app(ctx).database.reader(), viewer, &filter, &page).await.map_err(broken)?;
        let count: Count = Box::new(move |ctx| {
            let filter = filter.clone();
            Box::pin(async move {
                let count = store::audit::count(app(ctx).database.reader(), &filter).await.map_err(broken)?;
                Ok(i64::try_from(count).unwrap_or(i64::MAX))
            })
        });
        Ok(AuditEntryConnection::of(AuditEntry::list(found.rows), found.more, &page, count))
    }
}
