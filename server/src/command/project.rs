//! `onsite project`

use clap::{Args, Subcommand};

use super::{CommandError, Settings, command_error, speech::say};

#[derive(Debug, Subcommand)]
pub(super) enum Project {
    /// Close a project from now on
    Close(Close),
}

/// Close a project from now on: it takes no more check-ins, but for those captured before.
#[derive(Debug, Args)]
pub(super) struct Close {
    /// The project's name
    name: String,
}

impl Project {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let Self::Close(close) = self;
        let project = settings.app().await?.close_project(&close.name).await.map_err(command_error)?;
        say!(ProjectClosed { project: project.name });
        Ok(())
    }
}
