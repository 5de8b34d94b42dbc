//! The command line: one file a subcommand.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to whoever called it")]

use std::{io::IsTerminal, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use inspection::apart;
use messages::Language;
use tracing_subscriber::{EnvFilter, Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    app::{App, Failure},
    clock::Clock,
    config::{Config, LogConfig, LogFormat, Overrides, log_filter},
    serve,
};

mod account;
mod admin;
mod backup;
mod completions;
mod demo;
mod doctor;
mod export;
mod help;
mod import;
mod migrate;
mod misuse;
mod policy;
mod progress;
mod project;
mod reason;
mod reassess;
mod recount;
mod rejudge;
mod restore;
mod serving;
mod speech;
mod values;
mod verify;

/// Onsite tells a city honestly whether the people it made answerable for each enterprise project go and see it.
///
/// Try it: `onsite demo` shows the whole job on made-up data. Run it: `onsite migrate`, `onsite import roster FILE`,
/// `onsite import sites FILE`, `onsite account add NAME`, `onsite serve`.
#[derive(Debug, Parser)]
#[command(name = "onsite", version, about, long_about, arg_required_else_help = true)]
pub struct Command {
    /// Language of what is said, such as zh or en; else as LC_ALL, LC_MESSAGES or LANG has it
    #[arg(long, global = true, value_name = "LANGUAGE", display_order = 900)]
    lang: Option<Language>,
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    action: Action,
}

/// Settings that every subcommand takes. `onsite config` prints all settings there are, with their defaults.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Settings")]
struct Settings {
    /// Settings file; onsite.toml in the working directory if there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [env: ONSITE_DATABASE__URL]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Directory for photos, where they are not in S3 [env: ONSITE_PHOTOS__DIRECTORY]
    #[arg(long, global = true, value_name = "DIR")]
    photos_directory: Option<PathBuf>,
    /// Address to listen on [env: ONSITE_LISTEN]
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// How phones reach this server, such as https://onsite.example [env: ONSITE_PUBLIC_URL]
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the whole job on made-up data
    Demo(demo::Demo),
    /// Run the server
    Serve(serving::Serve),
    /// Bring the database up to date, or take migrations back
    Migrate(migrate::Migrate),
    /// Import the published roster, or sites
    #[command(subcommand)]
    Import(import::Import),
    /// Make accounts, change what they may do
    #[command(subcommand)]
    Account(account::Account),
    /// Make administrators
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Show the policy, or adopt a new version
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Close projects
    #[command(subcommand)]
    Project(project::Project),
    /// Export evidence
    #[command(subcommand)]
    Export(export::Export),
    /// Check an exported bundle, without a server
    Verify(verify::Verify),
    /// Tell what another policy would have decided
    Reassess(reassess::Reassess),
    /// Judge check-ins again, after an outage or a corrected boundary
    Rejudge(rejudge::Rejudge),
    /// Recount visits and weekly tallies from the evidence
    Recount(recount::Recount),
    /// Decode the picture on standard input: what a server starts to look at a stranger's photo
    #[command(name = apart::SUBCOMMAND, hide = true)]
    DecodePicture,
    /// Look whether everything a server needs is as it should be
    Doctor(doctor::Doctor),
    /// Back everything up, while servers go on working
    Backup(backup::Backup),
    /// Restore a backup into a new database, or check one
    Restore(restore::Restore),
    /// Print the GraphQL schema
    Schema,
    /// Print a script that completes commands and options in a shell
    Completions(completions::Completions),
    /// Print the settings file with every setting, its meaning and its default
    Config,
}

impl Command {
    /// What was asked on the command line. Help, and what was not understood, is told in its language, and that is all then.
    pub fn given() -> Self {
        speech::choose();
        Self::try_parse().unwrap_or_else(|_| {
            // Texts are looked up only where they are shown.
            let mut command = help::told(<Self as CommandFactory>::command());
            let matches = command.try_get_matches_from_mut(std::env::args_os());
            let given = matches.and_then(|matches| Self::from_arg_matches(&matches));
            given.unwrap_or_else(|error| misuse::tell(error.format(&mut command)))
        })
    }

    /// Does what was asked, and tells the exit code: 0 done, 1 not done, 2 not understood.
    pub async fn run(self) -> ExitCode {
        if let Ok(program) = std::env::current_exe() {
            apart::run_by(program);
        }
        let done = match self.action {
            Action::Demo(demo) => demo.run(&self.settings).await,
            Action::Serve(serve) => serve.run(&self.settings).await,
            Action::Migrate(migrate) => migrate.run(&self.settings).await,
            Action::Import(import) => import.run(&self.settings).await,
            Action::Account(account) => account.run(&self.settings).await,
            Action::Admin(admin) => admin.run(&self.settings).await,
            Action::Policy(policy) => policy.run(&self.settings).await,
            Action::Project(project) => project.run(&self.settings).await,
            Action::Export(export) => export.run(&self.settings).await,
            Action::Verify(verify) => verify.run(),
            Action::Reassess(reassess) => reassess.run(&self.settings).await,
            Action::Rejudge(rejudge) => rejudge.run(&self.settings).await,
            Action::Recount(recount) => recount.run(&self.settings).await,
            Action::DecodePicture => apart::serve_one().map_err(CommandError::from),
            Action::Doctor(doctor) => doctor.run(&self.settings).await,
            Action::Backup(backup) => backup.run(&self.settings).await,
            Action::Restore(restore) => restore.run(&self.settings).await,
            Action::Schema => {
                print!("{}", crate::graphql::sdl());
                Ok(())
            }
            Action::Completions(completions) => completions.run(),
            Action::Config => {
                print!("{}", crate::config::EXAMPLE);
                Ok(())
            }
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(CommandError(reasons)) => {
                for reason in reasons {
                    eprintln!("onsite: {reason}");
                }
                ExitCode::FAILURE
            }
        }
    }
}

/// Why a command did not do what it was asked, a line a reason.
#[derive(Debug)]
struct CommandError(Vec<String>);

impl<E: std::error::Error + 'static> From<E> for CommandError {
    fn from(error: E) -> Self {
        if let Some(reasons) = reason::in_words(&error) {
            return Self(reasons);
        }
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !reason.contains(&cause_text) {
                reason = format!("{reason}: {cause_text}");
            }
            source = cause.source();
        }
        Self(vec![reason])
    }
}

/// A command's own errors: a refusal is told with the place it is about, in both languages where none is known.
fn command_error(failure: Failure) -> CommandError {
    match failure {
        Failure::Broken(error) => error.into(),
        Failure::Refused(refusals) => CommandError(
            refusals
                .into_iter()
                .map(|refusal| format!("{}: {}", refusal.field.join("."), speech::in_doubt(&refusal.message)))
                .collect(),
        ),
    }
}

impl Settings {
    fn load(&self) -> Result<Config, CommandError> {
        Ok(Config::load(&Overrides {
            file: self.config.clone(),
            listen: self.listen,
            database_url: self.database_url.clone(),
            photos_directory: self.photos_directory.clone(),
            public_url: self.public_url.clone(),
        })?)
    }

    /// The app without a server, for work on the database.
    async fn app(&self) -> Result<Arc<App>, CommandError> {
        let config = self.load()?;
        log_to_stderr(&LogConfig { filter: "warn".to_owned(), format: LogFormat::Text });
        let database = serve::database(&config).await?;
        Ok(serve::app(&config, database, "http://localhost".to_owned(), Clock::system()).await?)
    }
}

/// Sends the log to standard error; a second call changes nothing. `RUST_LOG` wins over the settings, if it lets anything
/// through.
fn log_to_stderr(config: &LogConfig) {
    let wanted = std::env::var(EnvFilter::DEFAULT_ENV).ok().filter(|filter| !filter.trim().is_empty());
    let senseless = wanted.as_deref().and_then(log_filter);
    let filter = wanted.filter(|_| senseless.is_none()).unwrap_or_else(|| config.filter.clone());
    // Where no span is named, nobody has to look at each that is entered.
    let filter = match filter.parse::<Targets>() {
        Ok(targets) if !filter.is_empty() => targets.boxed(),
        _ => EnvFilter::try_new(filter).unwrap_or_default().boxed(),
    };
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(in_colour()).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    let _ = match config.format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    if let Some(senseless) = senseless {
        tracing::warn!(%senseless, "RUST_LOG is passed over; the settings' filter holds");
    }
}

/// Colours are for people who look at a terminal that knows them, and want them (<https://no-color.org>).
fn in_colour() -> bool {
    let given = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    std::io::stderr().is_terminal() && given("NO_COLOR").is_none() && given("TERM").is_none_or(|term| term != "dumb")
}
