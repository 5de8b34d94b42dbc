//! Makes accounts.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    account, person,
    values::{AccountRole, AuditAction},
};
use messages::message;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    audit::{self, Actor},
    passwords::one_time_password,
};
use crate::{
    app::{App, Failure, Refusal, RefusalCode},
    store,
};

/// A password given out by an administrator is to be replaced within a week.
pub(in crate::app) const ONE_TIME_LIFETIME: TimeDelta = TimeDelta::days(7);
/// Characters of a person's name at most.
const NAME_LIMIT: usize = 100;

/// An account to be made.
#[derive(Debug)]
pub struct NewAccount {
    /// Sign-in name: 2 to 64 letters, digits, dots, dashes or underscores, any case.
    pub login: String,
    /// Password, 10 characters or more.
    pub password: SecretString,
    /// What it may do.
    pub role: AccountRole,
    /// Name of the person it belongs to; must be on record and unique.
    pub person: Option<String>,
}

/// The sign-in name as it is kept, if it is one.
pub fn login_of(text: &str) -> Option<String> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    ((2..=64).contains(&text.chars().count()) && text.chars().all(allowed)).then(|| text.to_lowercase())
}

impl App {
    /// Makes an account with a password its owner chose, from the command line.
    pub async fn add_account(&self, new: NewAccount) -> Result<account::Model, Failure> {
        self.make_account(Actor::COMMAND_LINE, new, None, false).await
    }

    /// Makes the first administrator, or, if that is asked for, another one.
    pub async fn add_administrator(
        &self,
        login: String,
        password: SecretString,
        another: bool,
    ) -> Result<account::Model, Failure> {
        let new = NewAccount { login, password, role: AccountRole::Administrator, person: None };
        self.make_account(Actor::COMMAND_LINE, new, None, !another).await
    }

    /// Makes an account with a password that has to be replaced at the first sign-in; it is returned this once.
    pub async fn create_account(
        &self,
        actor: Actor,
        login: String,
        role: AccountRole,
        person: Option<String>,
    ) -> Result<(account::Model, SecretString), Failure> {
        let password = one_time_password(self.clock.random());
        let new = NewAccount { login, password: password.clone(), role, person };
        let until = self.clock.now() + ONE_TIME_LIFETIME;
        Ok((self.make_account(actor, new, Some(until), false).await?, password))
    }

    async fn make_account(
        &self,
        actor: Actor,
        new: NewAccount,
        one_time_until: Option<DateTime<Utc>>,
        only_administrator: bool,
    ) -> Result<account::Model, Failure> {
        let login = login_of(&new.login).ok_or_else(bad_login)?;
        let person = match &new.person {
            Some(name) => Some(self.person_named(name).await?),
            None if new.role == AccountRole::Staff => return Err(person_needed().into()),
            None => None,
        };
        let about = self.known_about(person.as_ref().map(|person| person.id)).await?;
        self.strong(&new.password, &login, about, "password").await?;
        let account = account::Model {
            id: self.clock.id(),
            person_id: person.map(|person| person.id),
            login,
            password_hash: self.hash_password(new.password.expose_secret().to_owned()).await?,
            one_time_until,
            role: new.role,
            created_at: self.clock.now(),
            disabled_at: None,
        };
        let transaction = self.database.begin().await?;
        if only_administrator && !store::account::lock_administrators(&transaction).await?.is_empty() {
            return Err(administrator_exists().into());
        }
        if store::account::find_by_login(&transaction, &account.login).await?.is_some() {
            let message = message!(LoginTaken);
            return Err(Refusal::new(RefusalCode::Conflict, "login", message).into());
        }
        store::account::insert(&transaction, account.clone()).await?;
        let detail =
            json!({ "login": account.login, "role": account.role, "oneTimePassword": one_time_until.is_some() });
        let action = AuditAction::AccountCreated;
        audit::record(&transaction, &self.clock, actor, action, account.id, detail).await?;
        transaction.commit().await?;
        Ok(account)
    }

    async fn person_named(&self, name: &str) -> Result<person::Model, Failure> {
        if name.chars().count() > NAME_LIMIT || name.contains('\0') {
            let message = message!(PersonNameTooLong { limit: NAME_LIMIT });
            return Err(Refusal::new(RefusalCode::TooLarge, "person", message).into());
        }
        let mut people = store::person::find_by_name(self.database.reader(), name).await?;
        match (people.pop(), people.len()) {
            (Some(person), 0) => Ok(person),
            (None, _) => Err(Refusal::new(RefusalCode::Invalid, "person", message!(PersonNotOnRecord { name })).into()),
            (Some(_), others) => Err(Refusal::new(
                RefusalCode::Invalid,
                "person",
                message!(PersonNotTheOnlyOne { name, people: others + 1 }),
            )
            .into()),
        }
    }
}

pub(in crate::app) fn person_needed() -> Refusal {
    Refusal::new(RefusalCode::Invalid, "person", message!(AccountNeedsPerson))
}

fn bad_login() -> Refusal {
    Refusal::new(RefusalCode::Invalid, "login", message!(LoginMalformed))
}

fn administrator_exists() -> Refusal {
    Refusal::of_no_field(RefusalCode::Conflict, message!(AdministratorExists))
}
