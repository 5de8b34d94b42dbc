//! `onsite account`

use std::io::IsTerminal;

use clap::{Args, Subcommand};
use entity::values::AccountRole;
use secrecy::SecretString;

use super::{
    CommandError, Settings, command_error,
    speech::{say, words},
    values::{account_role, role_to_give},
};
use crate::app::{Actor, NewAccount};

mod list;

#[derive(Debug, Subcommand)]
pub(super) enum Account {
    /// Make an account
    Add(Add),
    /// List accounts: role, person, whether they are disabled, second factor, last sign-in
    List(list::List),
    /// Give an account another password, from standard input, and end its sessions
    Password(Named),
    /// Take away the second factor of an account whose owner lost it
    ResetSecondFactor(Named),
    /// Disable an account, and end its sessions
    Disable(Named),
    /// Let a disabled account sign in again
    Enable(Named),
    /// Give an account another role, and end its sessions
    Role(NewRole),
    /// Let someone known to the identity provider sign in to an account
    Link(Link),
    /// Let nobody known to the identity provider sign in to an account any more, and end its sessions
    Unlink(Named),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Sign-in name
    login: String,
}

#[derive(Debug, Args)]
pub(super) struct Link {
    /// Sign-in name
    login: String,
    /// Who they are at the provider: the "sub" of their ID tokens
    #[arg(long)]
    subject: String,
}

#[derive(Debug, Args)]
pub(super) struct NewRole {
    /// Sign-in name
    login: String,
    /// What the account may do from now on
    #[arg(value_parser = role_to_give())]
    role: AccountRole,
}

/// Make an account. The password is read from the first line of standard input, never from the command line, where
/// others could see it: printf '%s\n' "$PASSWORD" | onsite account add office --role office
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Sign-in name: 2 to 64 letters, digits, dots, dashes or underscores
    login: String,
    /// What the account may do
    #[arg(long, value_parser = role_to_give())]
    role: AccountRole,
    /// The person it belongs to, by name, as the roster has it; needed for staff
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
}

impl Account {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let app = settings.app().await?;
        match self {
            Self::List(list) => list.run(&app).await?,
            Self::Add(add) => {
                let new = NewAccount {
                    login: add.login,
                    password: password_from_stdin()?,
                    role: add.role,
                    person: add.person,
                };
                let account = app.add_account(new).await.map_err(command_error)?;
                say!(AccountCanSignIn { login: account.login });
            }
            Self::Password(Named { login }) => {
                let account = app.set_password(&login, password_from_stdin()?).await.map_err(command_error)?;
                say!(AccountPasswordChanged { login: account.login });
            }
            Self::ResetSecondFactor(Named { login }) => {
                let account = app.account_named(&login).await.map_err(command_error)?;
                let had = app.reset_second_factor(Actor::COMMAND_LINE, account.id).await.map_err(command_error)?;
                say!(AccountSecondFactorReset { login: account.login, had });
            }
            Self::Disable(Named { login }) => {
                let account = app.account_named(&login).await.map_err(command_error)?;
                app.disable_account(Actor::COMMAND_LINE, account.id).await.map_err(command_error)?;
                say!(AccountDisabled { login: account.login });
            }
            Self::Enable(Named { login }) => {
                let account = app.account_named(&login).await.map_err(command_error)?;
                app.enable_account(Actor::COMMAND_LINE, account.id).await.map_err(command_error)?;
                say!(AccountCanSignIn { login: account.login });
            }
            Self::Role(NewRole { login, role }) => {
                let account = app.account_named(&login).await.map_err(command_error)?;
                let account =
                    app.set_account_role(Actor::COMMAND_LINE, account.id, role).await.map_err(command_error)?;
                say!(AccountRole { login: account.login, role: account_role(account.role) });
            }
            Self::Link(Link { login, subject }) => {
                let account = app.account_named(&login).await.map_err(command_error)?;
                app.link_identity(Actor::COMMAND_LINE, account.id, &subject).await.map_err(command_error)?;
                let issuer = app.issuer().unwrap_or_default();
                say!(AccountLinked { login: account.login, subject, issuer });
            }
            Self::Unlink(Named { login }) => {
                let account = app.account_named(&login).await.map_err(command_error)?;
                app.unlink_identity(Actor::COMMAND_LINE, account.id).await.map_err(command_error)?;
                say!(AccountUnlinked { login: account.login });
            }
        }
        Ok(())
    }
}

pub(super) fn password_from_stdin() -> Result<SecretString, CommandError> {
    if std::io::stdin().is_terminal() {
        eprintln!("{}", words!(AccountTypePassword));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned().into())
}
