//! `onsite doctor`

use clap::Args;
use serde::Serialize;

use super::{Settings, Undone};
use crate::{clock::Clock, config::Config, serve, store::Database};

mod clock;
mod database;
mod files;
mod keys;
mod photos;

/// Look whether everything that a server needs is as it should be, and say what to do where it is not. Changes nothing
/// but a row by which it tries whether the database keeps what is written. Exits with 1 if anything does not work.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// For programs: one JSON object a line
    #[arg(long)]
    json: bool,
}

/// How something that was looked at is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Ok,
    /// Works, and could be better.
    Warn,
    /// Does not work.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    state: State,
    /// What it was.
    about: &'static str,
    /// What was found.
    found: String,
    /// What to do; empty where there is nothing to do.
    advice: String,
}

impl Finding {
    fn ok(about: &'static str, found: impl Into<String>) -> Self {
        Self { state: State::Ok, about, found: found.into(), advice: String::new() }
    }

    fn warn(about: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { state: State::Warn, about, found: found.into(), advice: advice.into() }
    }

    fn fail(about: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { state: State::Fail, about, found: found.into(), advice: advice.into() }
    }
}

impl Doctor {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Undone> {
        let findings = look(settings).await;
        for finding in &findings {
            if self.json {
                println!("{}", serde_json::to_string(finding)?);
            } else {
                tell(finding);
            }
        }
        let failed = findings.iter().filter(|finding| finding.state == State::Fail).count();
        match failed {
            0 => Ok(()),
            1 => Err(Undone(vec!["1 thing does not work".to_owned()])),
            _ => Err(Undone(vec![format!("{failed} things do not work")])),
        }
    }
}

fn tell(finding: &Finding) {
    let state = match finding.state {
        State::Ok => "ok  ",
        State::Warn => "warn",
        State::Fail => "FAIL",
    };
    println!("{state}  {:<11} {}", finding.about, finding.found);
    if !finding.advice.is_empty() {
        println!("                  -> {}", finding.advice);
    }
}

async fn look(settings: &Settings) -> Vec<Finding> {
    let config = match settings.load() {
        Ok(config) => config,
        Err(Undone(reasons)) => {
            let advice = "mend the setting that is named; `onsite config` prints all there are";
            return vec![Finding::fail("settings", reasons.join("; "), advice)];
        }
    };
    let mut findings = vec![Finding::ok("settings", "every setting is understood")];
    let database = match serve::database(&config).await {
        Ok(database) => Some(database),
        Err(error) => {
            let advice = "start the database, or mend database.url (ONSITE_DATABASE__URL)";
            findings.push(Finding::fail("database", error.to_string(), advice));
            None
        }
    };
    if let Some(database) = &database {
        findings.extend(look_at_database(&config, database).await);
    }
    findings.push(photos::look(&config).await);
    findings.extend(keys::look_at_tls(&config));
    findings.extend(files::look(settings.config.as_deref(), &config));
    findings
}

async fn look_at_database(config: &Config, database: &Database) -> Vec<Finding> {
    let clock = Clock::system();
    let mut findings = database::look(database, &clock).await;
    if findings.iter().all(|finding| finding.state != State::Fail) {
        findings.extend(clock::look(config, database, clock).await);
        findings.extend(keys::look(config, database).await);
    }
    findings
}
