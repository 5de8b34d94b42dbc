//! Lets people choose another password.

use domain::{accounts::password::LONGEST, permission::Viewer};
use entity::values::AuditAction;
use messages::message;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    audit::{self, Actor},
    sessions,
};
use crate::{
    app::{App, Failure, Refusal, RefusalCode},
    store::{
        self,
        session::{Ending, Tokens},
    },
};

impl App {
    /// Changes the viewer's password, and ends all their other sessions and, unless they are to be kept, their personal
    /// access tokens: whoever knew the old one may have made some. Wrong old passwords count as attempts to sign in:
    /// whoever found a phone lying open has no more guesses than anybody else.
    pub async fn change_password(
        &self,
        viewer: &Viewer,
        old: SecretString,
        new: SecretString,
        tokens: Tokens,
    ) -> Result<(), Failure> {
        let account = self.proved_again(viewer, old, "oldPassword").await?;
        if let Err(weak) = self.strong_for(&account, &new, "newPassword").await {
            self.forgive_proof(self.database.writer(), viewer, &account.login).await?;
            return Err(weak);
        }
        let hash = self.hash_password(new.expose_secret().to_owned()).await?;
        let transaction = self.database.begin().await?;
        let now = store::account::lock(&transaction, account.id).await?;
        if now.is_none_or(|now| now.password_hash != account.password_hash) {
            return Err(wrong("oldPassword").into());
        }
        store::account::set_password(&transaction, account.id, hash, None).await?;
        self.forgive_proof(&transaction, viewer, &account.login).await?;
        let (actor, action) = (Actor::owner(account.id), AuditAction::PasswordChanged);
        audit::record(&transaction, &self.clock, actor, action, account.id, json!({ "oneTime": false })).await?;
        let ending = Ending::AllBut(viewer.session, tokens);
        let ended = sessions::end(&transaction, &self.clock, account.id, ending).await?;
        Ok(self.publish(transaction, &ended).await?)
    }

    /// The viewer's account, once they have given its password again. The attempt counts until whoever calls this
    /// forgives it: something else may have to be proved as well. A name that strangers keep locked out keeps nobody
    /// waiting who is signed in.
    pub(in crate::app) async fn proved_again(
        &self,
        viewer: &Viewer,
        password: SecretString,
        field: &str,
    ) -> Result<entity::account::Model, Failure> {
        if password.expose_secret().chars().count() > LONGEST {
            let message = message!(TextTooLong { limit: LONGEST });
            return Err(Refusal::new(RefusalCode::TooLarge, field, message).into());
        }
        let account = store::account::find(self.database.reader(), [viewer.account]).await?.pop();
        let account = account.ok_or_else(Refusal::account_not_found)?;
        self.count_proof(viewer, &account.login).await?;
        let hash = Some(account.password_hash.clone());
        if !self.verify_password(password.expose_secret().to_owned(), hash).await? {
            return Err(wrong(field).into());
        }
        Ok(account)
    }
}

fn wrong(field: &str) -> Refusal {
    Refusal::new(RefusalCode::BadCredentials, field, message!(PasswordWrong))
}
