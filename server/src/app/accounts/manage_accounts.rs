//! Changes what accounts may do. Whatever narrows an account's permissions ends its sessions in the same transaction.

use entity::{
    account,
    ids::AccountId,
    values::{AccountRole, AuditAction},
};
use messages::message;
use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    add_account::{ONE_TIME_LIFETIME, login_of, person_needed},
    attempts::GuessTarget,
    audit::{self, Actor},
    passwords::one_time_password,
    sessions,
};
use crate::{
    app::{App, Broken, Failure, Refusal, RefusalCode, visits::counting},
    events::Event,
    store::{self, Transaction, session::Ending},
};

impl App {
    /// The account of this sign-in name, for the command line.
    pub async fn account_named(&self, login: &str) -> Result<account::Model, Failure> {
        let found = match login_of(login) {
            Some(login) => store::account::find_by_login(self.database.reader(), &login).await?,
            None => None,
        };
        found.ok_or_else(|| Refusal::account_not_found().into())
    }

    /// Gives an account another role, and ends its sessions.
    pub async fn set_account_role(
        &self,
        actor: Actor,
        id: AccountId,
        role: AccountRole,
    ) -> Result<account::Model, Failure> {
        let transaction = self.database.begin().await?;
        let account = locked(&transaction, id, role != AccountRole::Administrator).await?;
        if account.role == role {
            return Ok(account);
        }
        if role == AccountRole::Staff && account.person_id.is_none() {
            return Err(person_needed().into());
        }
        store::account::set_role(&transaction, id, role).await?;
        let detail = json!({ "from": account.role, "to": role });
        self.close(transaction, actor, AuditAction::RoleChanged, id, detail).await?;
        Ok(account::Model { role, ..account })
    }

    /// Disables an account, and ends its sessions.
    pub async fn disable_account(&self, actor: Actor, id: AccountId) -> Result<account::Model, Failure> {
        let now = self.clock.now();
        let transaction = self.database.begin().await?;
        let account = locked(&transaction, id, true).await?;
        if account.disabled_at.is_some() {
            return Ok(account);
        }
        store::account::set_disabled(&transaction, id, Some(now)).await?;
        self.close(transaction, actor, AuditAction::AccountDisabled, id, json!({})).await?;
        Ok(account::Model { disabled_at: Some(now), ..account })
    }

    /// Lets a disabled account sign in again.
    pub async fn enable_account(&self, actor: Actor, id: AccountId) -> Result<account::Model, Failure> {
        let transaction = self.database.begin().await?;
        let account = locked(&transaction, id, false).await?;
        if account.disabled_at.is_none() {
            return Ok(account);
        }
        store::account::set_disabled(&transaction, id, None).await?;
        audit::record(&transaction, &self.clock, actor, AuditAction::AccountEnabled, id, json!({})).await?;
        transaction.commit().await?;
        Ok(account::Model { disabled_at: None, ..account })
    }

    /// Gives an account a password that has to be replaced at the next sign-in, and ends its sessions.
    pub async fn reset_password(&self, actor: Actor, id: AccountId) -> Result<(account::Model, SecretString), Failure> {
        let password = one_time_password(self.clock.random());
        let hash = self.hash_password(password.expose_secret().to_owned()).await?;
        let until = self.clock.now() + ONE_TIME_LIFETIME;
        Ok((self.give_password(actor, id, hash, Some(until)).await?, password))
    }

    /// Gives an account a password, from the command line, and ends its sessions.
    pub async fn set_password(&self, login: &str, password: SecretString) -> Result<account::Model, Failure> {
        let account = self.account_named(login).await?;
        self.strong_for(&account, &password, "password").await?;
        let hash = self.hash_password(password.expose_secret().to_owned()).await?;
        self.give_password(Actor::COMMAND_LINE, account.id, hash, None).await
    }

    async fn give_password(
        &self,
        actor: Actor,
        id: AccountId,
        hash: String,
        one_time_until: Option<chrono::DateTime<chrono::Utc>>,
    ) -> Result<account::Model, Failure> {
        let transaction = self.database.begin().await?;
        let account = locked(&transaction, id, false).await?;
        store::account::set_password(&transaction, id, hash, one_time_until).await?;
        self.forgive_attempts(&transaction, GuessTarget::Name(&account.login)).await?;
        let detail = json!({ "oneTime": one_time_until.is_some() });
        self.close(transaction, actor, AuditAction::PasswordReset, id, detail).await?;
        Ok(account)
    }

    /// Ends all sessions of an account; returns how many.
    pub async fn revoke_account_sessions(&self, actor: Actor, id: AccountId) -> Result<usize, Failure> {
        let transaction = self.database.begin().await?;
        locked(&transaction, id, false).await?;
        let ended = sessions::end(&transaction, &self.clock, id, Ending::All).await?;
        if !ended.is_empty() {
            let detail = json!({ "sessions": ended.len() });
            audit::record(&transaction, &self.clock, actor, AuditAction::SessionsRevoked, id, detail).await?;
        }
        self.publish(transaction, &ended).await?;
        Ok(ended.len())
    }

    /// Records what was done, ends the account's sessions, and commits.
    pub(in crate::app) async fn close(
        &self,
        transaction: Transaction,
        actor: Actor,
        action: AuditAction,
        id: AccountId,
        detail: serde_json::Value,
    ) -> Result<(), Broken> {
        audit::record(&transaction, &self.clock, actor, action, id, detail).await?;
        let ended = sessions::end(&transaction, &self.clock, id, Ending::All).await?;
        self.publish(transaction, &ended).await
    }

    /// Publishes events as the last thing in a transaction, and commits it.
    pub(in crate::app) async fn publish(&self, transaction: Transaction, events: &[Event]) -> Result<(), Broken> {
        counting::publish(&transaction, &self.clock, events).await?;
        transaction.commit().await?;
        if events.iter().any(|event| matches!(event, Event::SessionEnded { .. })) {
            self.feed.sessions_changed();
        }
        self.feed.wake();
        Ok(())
    }
}

/// An account, locked; not if it is the last that could manage accounts and is to do so no more.
async fn locked(
    connection: &impl ConnectionTrait,
    id: AccountId,
    no_more_administrator: bool,
) -> Result<account::Model, Failure> {
    // Administrators first, whoever it is about: everyone locks in the same order.
    let administrators =
        if no_more_administrator { store::account::lock_administrators(connection).await? } else { Vec::new() };
    let account = store::account::lock(connection, id).await?.ok_or_else(Refusal::account_not_found)?;
    if let [last] = administrators.as_slice()
        && last.id == id
    {
        return Err(last_administrator().into());
    }
    Ok(account)
}

fn last_administrator() -> Refusal {
    Refusal::of_no_field(RefusalCode::LastAdministrator, message!(AdministratorLast))
}
