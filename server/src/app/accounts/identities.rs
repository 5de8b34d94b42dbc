//! Who known to the identity provider signs in to which account.

use entity::{account, identity, ids::AccountId, values::AuditAction};
use messages::message;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{
    audit::{self, Actor},
    single_sign_on::not_offered,
};
use crate::{
    app::{App, Broken, Failure, Refusal, RefusalCode},
    identity_provider::is_subject,
    store::{self, audit::AuditFilter},
};

impl App {
    /// The URL of the identity provider; none where single sign-on is off.
    pub fn issuer(&self) -> Option<&str> {
        self.identity_provider.as_ref().map(|provider| provider.issuer())
    }

    /// Lets someone known to the identity provider sign in to an account.
    pub async fn link_identity(&self, actor: Actor, id: AccountId, subject: &str) -> Result<account::Model, Failure> {
        let issuer = self.issuer().ok_or_else(not_offered)?;
        if !is_subject(subject) {
            let message = message!(SubjectMalformed);
            return Err(Refusal::new(RefusalCode::Invalid, "subject", message).into());
        }
        let transaction = self.database.begin().await?;
        let account = store::account::lock(&transaction, id).await?.ok_or_else(Refusal::account_not_found)?;
        let before = store::identity::lock(&transaction, id).await?;
        if before.is_some_and(|before| before.issuer == issuer && before.subject == subject) {
            return Ok(account);
        }
        if !self.link(&transaction, actor, id, issuer, subject).await? {
            let message = message!(IdentityLinkedAlready);
            return Err(Refusal::new(RefusalCode::Conflict, "subject", message).into());
        }
        transaction.commit().await?;
        Ok(account)
    }

    /// Lets nobody known to the identity provider sign in to an account any more, and ends its sessions.
    pub async fn unlink_identity(&self, actor: Actor, id: AccountId) -> Result<account::Model, Failure> {
        let transaction = self.database.begin().await?;
        let account = store::account::lock(&transaction, id).await?.ok_or_else(Refusal::account_not_found)?;
        let Some(identity) = store::identity::lock(&transaction, id).await? else { return Ok(account) };
        store::identity::unlink(&transaction, id).await?;
        let detail = json!({ "issuer": identity.issuer, "subject": identity.subject });
        self.close(transaction, actor, AuditAction::IdentityUnlinked, id, detail).await?;
        Ok(account)
    }

    /// Links an identity to an account, on record; false if either is linked already.
    pub(in crate::app) async fn link(
        &self,
        connection: &impl ConnectionTrait,
        actor: Actor,
        account: AccountId,
        issuer: &str,
        subject: &str,
    ) -> Result<bool, Broken> {
        let detail = json!({ "issuer": issuer, "subject": subject });
        let (issuer, subject, linked_at) = (issuer.to_owned(), subject.to_owned(), self.clock.now());
        let identity = identity::Model { account_id: account, issuer, subject, linked_at };
        if !store::identity::link(connection, identity).await? {
            return Ok(false);
        }
        audit::record(connection, &self.clock, actor, AuditAction::IdentityLinked, account, detail).await?;
        Ok(true)
    }
}

/// Whether an account was linked to anyone before. Then only an administrator links it again: they may have unlinked it
/// from whom the provider still names.
pub(in crate::app) async fn was_linked(connection: &impl ConnectionTrait, account: AccountId) -> Result<bool, Broken> {
    let actions = Some(vec![AuditAction::IdentityLinked]);
    let filter = AuditFilter { actions, target: Some(account), ..AuditFilter::default() };
    Ok(store::audit::count(connection, &filter).await? > 0)
}
