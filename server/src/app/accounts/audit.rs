//! Keeps the audit trail: who did what to an account's permissions.

use domain::permission::Viewer;
use entity::{account, audit_entry, ids::AccountId, values::AuditAction};
use sea_orm::ConnectionTrait;

use crate::{
    app::Broken,
    clock::Clock,
    store::{
        self,
        audit::{AuditFilter, AuditKey},
        page::{Page, Rows},
    },
};

/// Who may manage accounts: whoever works at the command line, or an administrator.
#[derive(Clone, Copy, Debug)]
pub struct Actor(Option<AccountId>);

impl Actor {
    /// Whoever works at the command line: they hold the database itself.
    pub const COMMAND_LINE: Self = Self(None);

    /// Whoever the permission table lets manage accounts.
    pub fn administrator(viewer: &Viewer) -> Self {
        Self(Some(viewer.account))
    }

    /// An account that changes its own permissions.
    pub(in crate::app) fn owner(account: AccountId) -> Self {
        Self(Some(account))
    }
}

/// Appends an entry, in the transaction of what it tells. The detail must hold no secret.
pub(in crate::app) async fn record(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    actor: Actor,
    action: AuditAction,
    target: AccountId,
    detail: serde_json::Value,
) -> Result<(), Broken> {
    let entry = audit_entry::Model {
        id: clock.id(),
        at: clock.now(),
        actor_id: actor.0,
        action,
        target_id: target,
        detail: detail.to_string(),
    };
    Ok(store::audit::append(connection, entry).await?)
}

/// A page of the audit trail, if the viewer may read it: otherwise it looks empty.
pub async fn audit_trail(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    filter: &AuditFilter,
    page: &Page<AuditKey>,
) -> Result<Rows<audit_entry::Model>, Broken> {
    if !viewer.reads_audit_trail() {
        return Ok(Rows { rows: Vec::new(), more: false });
    }
    Ok(store::audit::list(connection, filter, page).await?)
}

/// Accounts by id, for whoever sees them: administrators, and in the audit trail the office.
pub async fn accounts_of_trail(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    ids: Vec<AccountId>,
) -> Result<Vec<account::Model>, Broken> {
    if !viewer.reads_audit_trail() {
        return Ok(Vec::new());
    }
    Ok(store::account::find(connection, ids).await?)
}
