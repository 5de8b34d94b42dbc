//! `onsite doctor`

use clap::Args;
use serde::Serialize;

use super::{
    CommandError, Settings,
    speech::{padded, words},
};
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
    fn ok(about: &'static str, found: String) -> Self {
        Self { state: State::Ok, about, found, advice: String::new() }
    }

    fn warn(about: &'static str, found: String, advice: String) -> Self {
        Self { state: State::Warn, about, found, advice }
    }

    fn fail(about: &'static str, found: String, advice: String) -> Self {
        Self { state: State::Fail, about, found, advice }
    }
}

impl Doctor {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
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
            _ => Err(CommandError(vec![words!(DoctorFailed { failed })])),
        }
    }
}

fn tell(finding: &Finding) {
    let state = match finding.state {
        State::Ok => words!(DoctorOk),
        State::Warn => words!(DoctorWarn),
        State::Fail => words!(DoctorFail),
    };
    println!("{}  {:<11} {}", padded(&state, 4), finding.about, finding.found);
    if !finding.advice.is_empty() {
        println!("                  -> {}", finding.advice);
    }
}

async fn look(settings: &Settings) -> Vec<Finding> {
    let config = match settings.load() {
        Ok(config) => config,
        Err(CommandError(reasons)) => {
            return vec![Finding::fail("settings", reasons.join("; "), words!(DoctorMendSetting))];
        }
    };
    let mut findings = vec![Finding::ok("settings", words!(DoctorSettingsUnderstood))];
    let database = match serve::database(&config).await {
        Ok(database) => Some(database),
        Err(error) => {
            findings.push(Finding::fail("database", error.to_string(), words!(DoctorStartDatabase)));
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
