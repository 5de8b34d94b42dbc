//! Makes accounts, from the command line.

use entity::{account, person, values::AccountRole};
use secrecy::{ExposeSecret, SecretString};

use super::{App, Failure, Refusal, RefusalCode};
use crate::store;

const SHORTEST_PASSWORD: usize = 10;

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
    /// Makes an account.
    pub async fn add_account(&self, new: NewAccount) -> Result<account::Model, Failure> {
        let login = login_of(&new.login).ok_or_else(|| {
            Refusal::new(
                RefusalCode::Invalid,
                "login",
                "账号须为 2 至 64 个字母、数字、点、短横或下划线。",
                "A sign-in name has 2 to 64 letters, digits, dots, dashes or underscores.",
            )
        })?;
        if new.password.expose_secret().chars().count() < SHORTEST_PASSWORD {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "password",
                format!("密码至少 {SHORTEST_PASSWORD} 个字符。"),
                format!("A password has at least {SHORTEST_PASSWORD} characters."),
            )
            .into());
        }
        let person = match &new.person {
            Some(name) => Some(self.person_named(name).await?),
            None if new.role == AccountRole::Staff => return Err(person_needed().into()),
            None => None,
        };
        let account = account::Model {
            id: self.clock.id(),
            person_id: person.map(|person| person.id),
            login,
            password_hash: self.hash_password(new.password.expose_secret().to_owned()).await?,
            role: new.role,
            created_at: self.clock.now(),
            disabled_at: None,
        };
        let transaction = self.database.begin().await?;
        if store::account::find_by_login(&transaction, &account.login).await?.is_some() {
            return Err(Refusal::new(
                RefusalCode::Conflict,
                "login",
                "此账号名已被使用。",
                "This sign-in name is taken.",
            )
            .into());
        }
        store::account::insert(&transaction, account.clone()).await?;
        transaction.commit().await?;
        Ok(account)
    }

    async fn person_named(&self, name: &str) -> Result<person::Model, Failure> {
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

fn person_needed() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "person",
        "工作人员账号须对应名册中的一人。",
        "A STAFF account belongs to a person on record; name them.",
    )
}
