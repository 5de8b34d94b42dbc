//! The audit trail.

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::permission::table::read;
use entity::{audit_entry::Column, ids::AuditEntryId, values::AuditAction};

use super::account::Account;
use crate::{
    graphql::{
        engine::levels::{At, Fields, Noun, Page, Paged, Stored},
        support::{access::entitled, global_id, page::PageArguments},
    },
    store::{
        self,
        audit::{AuditFilter, AuditKey},
        listing,
    },
};

/// Something that was done to an account's permissions. Entries are never changed or removed.
#[derive(Debug, Description)]
pub struct AuditEntry;

impl Noun for AuditEntry {
    const NAME: &'static str = "AuditEntry";

    fn stored() -> Option<Stored> {
        Some(Stored::by(Column::Id))
    }

    fn fields(of: &mut Fields<Self>) {
        of.id::<AuditEntryId>(Column::Id);
        of.plain("at", "When it was done.", Column::At, |at: DateTime<Utc>| at);
        of.one::<Account>("actor", "The account that did it; null for the command line.", Column::ActorId);
        of.named::<AuditAction>("action", "What was done.", Column::Action);
        of.one::<Account>("target", "The account it was done to.", Column::TargetId);
        of.text("detail", "The particulars, as a JSON object in text; never a secret.", Column::Detail);
    }
}

impl Paged for AuditEntry {
    const PLURAL: &'static str = "entries of the audit trail";
    type Key = AuditKey;

    fn key_columns() -> Vec<listing::Column> {
        vec![Column::At.into(), Column::Id.into()]
    }

    fn key(at: &At<'_>) -> Result<AuditKey> {
        Ok(AuditKey { at: at.get(0)?, id: at.get(1)? })
    }
}

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
    ) -> Result<Page<AuditEntry>> {
        entitled(ctx, const { read("Query", "auditTrail") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default().parse()?;
        Ok(Page::of(store::audit::listing(&filter), &page))
    }
}
