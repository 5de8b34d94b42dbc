//! Closes projects, from the command line.

use entity::project;
use messages::message;

use crate::{
    app::{App, Failure, Refusal, RefusalCode},
    store,
};

impl App {
    /// The project of this name, for the command line.
    pub async fn project_named(&self, name: &str) -> Result<project::Model, Failure> {
        let project = store::project::find_by_name(self.database.reader(), name).await?;
        Ok(project.ok_or_else(|| Refusal::project_not_found("project"))?)
    }

    /// Closes a project from now on: later captures are refused, what was captured before still counts.
    pub async fn close_project(&self, name: &str) -> Result<project::Model, Failure> {
        let transaction = self.database.begin().await?;
        let project = store::project::find_by_name(&transaction, name).await?;
        let project = project.ok_or_else(|| Refusal::project_not_found("name"))?;
        if !store::project::close(&transaction, project.id, self.clock.now()).await? {
            return Err(Refusal::new(RefusalCode::ProjectClosed, "name", message!(ProjectClosedAlready)).into());
        }
        transaction.commit().await?;
        Ok(project)
    }
}
