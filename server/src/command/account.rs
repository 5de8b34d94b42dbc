//! `onsite account`

use std::io::IsTerminal;

use clap::{Args, Subcommand, ValueEnum};
use entity::values::AccountRole;
use secrecy::SecretString;

use super::{Settings, Undone, undone};
use crate::app::NewAccount;

#[derive(Debug, Subcommand)]
pub(super) enum Account {
    /// Make an account
    Add(Add),
}

/// Make an account. The password is read from the first line of standard input, never from the command line, where
/// others could see it: printf '%s\n' "$PASSWORD" | onsite account add office --role office
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Sign-in name: 2 to 64 letters, digits, dots, dashes or underscores
    login: String,
    /// What the account may do
    #[arg(long, value_enum)]
    role: Role,
    /// The person it belongs to, by name, as the roster has it; needed for staff
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Role {
    /// Runs the plan and sees everything
    Office,
    /// Leaders, coordinators and secretaries: the projects they serve
    Staff,
    /// Figures of every project, no personal data
    Analyst,
}

impl From<Role> for AccountRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Office => Self::Office,
            Role::Staff => Self::Staff,
            Role::Analyst => Self::Analyst,
        }
    }
}

impl Account {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Undone> {
        let Self::Add(add) = self;
        let app = settings.app().await?;
        let new = NewAccount {
            login: add.login,
            password: password_from_stdin()?,
            role: add.role.into(),
            person: add.person,
        };
        let account = app.add_account(new).await.map_err(undone)?;
        println!("{} can sign in", account.login);
        Ok(())
    }
}

fn password_from_stdin() -> Result<SecretString, Undone> {
    if std::io::stdin().is_terminal() {
        eprintln!("Type the password, 10 characters or more (it is shown), and press Enter:");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned().into())
}
