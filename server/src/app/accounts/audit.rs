//! Keeps the audit trail: who did what to an account's permissions.

use domain::permission::Viewer;
use entity::{audit_entry, ids::AccountId, values::AuditAction};
use sea_orm::ConnectionTrait;

use crate::{app::Broken, clock::Clock, store};

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
