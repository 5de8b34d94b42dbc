//! `onsite admin`

use clap::{Args, Subcommand};

use super::{CommandError, Settings, account::password_from_stdin, command_error, speech::say};

#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Make the first administrator
    Create(Create),
}

/// Make the first administrator, who makes all other accounts. The password is read from the first line of standard
/// input: printf '%s\n' "$PASSWORD" | onsite admin create NAME
#[derive(Debug, Args)]
pub(super) struct Create {
    /// Sign-in name: 2 to 64 letters, digits, dots, dashes or underscores
    login: String,
    /// Make one although there is one already
    #[arg(long)]
    another: bool,
}

impl Admin {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let Self::Create(create) = self;
        let app = settings.app().await?;
        let password = password_from_stdin()?;
        let account = app.add_administrator(create.login, password, create.another).await.map_err(command_error)?;
        say!(AdminCreated { login: account.login });
        Ok(())
    }
}
