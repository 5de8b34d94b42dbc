//! The audit trail: appended, never changed.

use chrono::{DateTime, Utc};
use entity::{
    audit_entry::{Column, Entity, Model},
    ids::{AccountId, AuditEntryId},
    values::AuditAction,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    Select, Value,
};

use crate::store::{listing::Listing, page::Key};

/// Where an entry stands in the trail: the latest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuditKey {
    /// When it was done.
    pub at: DateTime<Utc>,
    /// Id.
    pub id: AuditEntryId,
}

impl Key for AuditKey {
    fn values(&self) -> (Value, Value) {
        (self.at.into(), self.id.into())
    }
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AuditFilter {
    /// That tell one of these.
    pub actions: Option<Vec<AuditAction>>,
    /// Done by this account.
    pub actor: Option<AccountId>,
    /// Done to this account.
    pub target: Option<AccountId>,
    /// Done at this time or after it.
    pub from: Option<DateTime<Utc>>,
    /// Done before this time.
    pub to: Option<DateTime<Utc>>,
}

fn matching(filter: &AuditFilter) -> Select<Entity> {
    let mut select = Entity::find();
    if let Some(actions) = &filter.actions {
        select = select.filter(Column::Action.is_in(actions.iter().copied()));
    }
    if let Some(actor) = filter.actor {
        select = select.filter(Column::ActorId.eq(actor));
    }
    if let Some(target) = filter.target {
        select = select.filter(Column::TargetId.eq(target));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::At.gte(from));
    }
    if let Some(to) = filter.to {
        select = select.filter(Column::At.lt(to));
    }
    select
}

/// The entries that match, the latest first: for whoever may read them.
pub fn listing(filter: &AuditFilter) -> Listing {
    Listing::descending(matching(filter), [Column::At, Column::Id])
}

/// How many entries match.
pub async fn count(connection: &impl ConnectionTrait, filter: &AuditFilter) -> Result<u64, DbErr> {
    matching(filter).count(connection).await
}

/// Appends an entry.
pub async fn append(connection: &impl ConnectionTrait, entry: Model) -> Result<(), DbErr> {
    entry.into_active_model().reset_all().insert(connection).await.map(|_| ())
}
