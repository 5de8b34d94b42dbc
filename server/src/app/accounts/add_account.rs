//! Makes accounts.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    account, person,
    values::{AccountRole, AuditAction},
};
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
            let (zh, en) = ("此账号名已被使用。", "This sign-in name is taken.");
            return Err(Refusal::new(RefusalCode::Conflict, "login", zh, en).into());
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
            let zh = format!("姓名最多 {NAME_LIMIT} 字。");
            let en = format!("A name has at most {NAME_LIMIT} characters.");
            return Err(Refusal::new(RefusalCode::TooLarge, "person", zh, en).into());
        }
        let mut people = store::person::find_by_name(self.database.reader(), name).await?;
        match (people.pop(), people.len()) {
            (Some(person), 0) => Ok(person),
            (None, _) => Err(Refusal::new(
                RefusalCode::Invalid,
                "person",
                format!("名册中没有“{name}”。"),
                format!("Nobody on record is named {name}; import the roster first."),
            )
            .into()),
            (Some(_), others) => Err(Refusal::new(
                RefusalCode::Invalid,
                "person",
                format!("名册中有 {} 人名为“{name}”。", others + 1),
                format!("{} people on record are named {name}.", others + 1),
            )
            .into()),
        }
    }
}

pub(in crate::app) fn person_needed() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "person",
        "工作人员账号须对应名册中的一人。",
        "A STAFF account belongs to a person on record; name them.",
    )
}

fn bad_login() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "login",
        "账号须为 2 至 64 个字母、数字、点、短横或下划线。",
        "A sign-in name has 2 to 64 letters, digits, dots, dashes or underscores.",
    )
}

fn administrator_exists() -> Refusal {
    Refusal::of_no_field(
        RefusalCode::Conflict,
        "已有管理员。如确需再建一个，请加 --another。",
        "There is an administrator already; give --another to make one more.",
    )
}
