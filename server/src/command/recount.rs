//! `onsite recount`

use std::sync::OnceLock;

use clap::Args;

use super::{
    CommandError, Settings, progress,
    speech::{say, words},
};
use crate::app::Difference;

/// Recount visits and weekly tallies from check-ins and their assessments, and mend what does not agree.
#[derive(Debug, Args)]
pub(super) struct Recount {
    /// Change nothing; exit with 1 if anything does not agree
    #[arg(long)]
    check: bool,
}

impl Recount {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let app = settings.app().await?;
        let bar = OnceLock::new();
        let step = |projects| bar.get_or_init(|| progress::bar(projects, words!(RecountGoesOn))).inc(1);
        let recounted = app.recount(!self.check, &step).await?;
        if let Some(bar) = bar.get() {
            bar.finish_and_clear();
        }
        say!(RecountDone {
            projects: recounted.projects,
            check_ins: recounted.check_ins,
            visits: recounted.visits,
            differences: recounted.differences.len()
        });
        let differences: Vec<_> = recounted.differences.iter().map(difference).collect();
        if self.check && !differences.is_empty() {
            return Err(CommandError(differences));
        }
        for difference in differences {
            say!(RecountMended { difference });
        }
        Ok(())
    }
}

/// What did not agree.
pub(super) fn difference(difference: &Difference) -> String {
    match difference {
        Difference::Standing(check_in) => words!(DifferenceOfStanding { check_in: check_in.to_string() }),
        Difference::Visit(project, person, day) => {
            words!(DifferenceOfVisit { person: person.to_string(), project: project.to_string(), day: day.to_string() })
        }
        Difference::Tally(project, person, week) => {
            words!(DifferenceOfTally {
                person: person.to_string(),
                project: project.to_string(),
                week: week.to_string()
            })
        }
    }
}
