//! `onsite demo`

use std::{
    fs, io,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::Days;
use clap::Args;
use domain::visits::week::IsoWeek;
use uuid::Uuid;

use self::{
    cast::{Account, Cast},
    dashboard::Dashboard,
    phone::Phone,
    story::Story,
};
use super::{
    CommandError, Settings, command_error,
    import::start_of,
    log_to_stderr,
    serving::told_to_stop,
    speech::{say, words},
};
use crate::{
    app::App,
    clock::Clock,
    config::{Config, LogConfig, LogFormat},
    roster,
    serve::{self, Running, StartError},
};

mod cast;
mod closing;
mod dashboard;
mod judges;
mod page;
mod phone;
mod photo;
mod place;
mod report;
mod row;
mod scene;
mod steps;
mod story;
mod wire;

const ROSTER: &[u8] = include_bytes!("../../../docs/examples/roster.csv");
const SITES: &[u8] = include_bytes!("../../../docs/examples/sites.geojson");
/// Weeks ago that roles and boundaries begin.
const WEEKS: u64 = 8;
/// How long any one thing may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Show the whole job on made-up data: make a database, import a roster and sites, start the server, act as the phones
/// would, print what was decided and why and the week's count, and keep serving. Nothing is left behind.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// End after the story; exit with 1 if anything was not as it should be
    #[arg(long)]
    exit: bool,
    /// Keep database and photos in this directory, which must be new or empty
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl Demo {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        only_listen(settings)?;
        log_to_stderr(&LogConfig { filter: "warn".to_owned(), format: LogFormat::Text });
        let clock = Clock::system();
        let directory = match &self.data_dir {
            Some(path) => Directory::kept(path)?,
            None => Directory::passing(&clock)?,
        };
        page::say("", &words!(DemoTitle));
        page::note(&words!(DemoData), &directory.notice());
        let server = start(&directory.path, settings.listen, &clock).await?;
        let told = tokio::select! {
            told = tell(&server, &clock) => told,
            () = told_to_stop() => Err(CommandError(vec![words!(DemoStopped)])),
        };
        let well = match told {
            Ok(Outcome { well, accounts, dashboard }) => {
                if !self.exit {
                    report::invitation(&server.public_url, &accounts);
                    told_to_stop().await;
                    println!();
                    say!(DemoStopping);
                }
                // Or it would tell that it hears nothing any more.
                drop(dashboard);
                Ok(well)
            }
            Err(error) => Err(error),
        };
        server.stop().await?;
        if well? { Ok(()) } else { Err(CommandError(vec![words!(DemoNotWell)])) }
    }
}

/// How the story went, and the dashboard that goes on listening.
struct Outcome {
    well: bool,
    accounts: Vec<Account>,
    dashboard: Dashboard,
}

/// Other settings would point at somebody's own data.
fn only_listen(settings: &Settings) -> Result<(), CommandError> {
    let Settings { config, database_url, photos_directory, listen: _, public_url } = settings;
    let given = [
        ("--config", config.is_some()),
        ("--database-url", database_url.is_some()),
        ("--photos-directory", photos_directory.is_some()),
        ("--public-url", public_url.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(CommandError(vec![words!(DemoOwnData { option: *option })])),
        None => Ok(()),
    }
}

/// Migrates an embedded database and starts a server on it, on any free port if the usual one is taken.
async fn start(directory: &Path, listen: Option<SocketAddr>, clock: &Clock) -> Result<Running, CommandError> {
    let mut config = Config::built_in()?;
    config.database.url = sqlite_url(&directory.join("onsite.sqlite")).into();
    config.photos.directory = directory.join("photos");
    config.listen = listen.unwrap_or(config.listen);
    let database = serve::database(&config).await?;
    let migrations = database.pending_migrations().await?;
    database.migrate().await?;
    page::note(&words!(DemoDatabase), &words!(DemoMigrated { migrations }));
    let server = match Running::start(&config, database, clock.clone()).await {
        Err(StartError::Listen(taken, error)) if listen.is_none() && error.kind() == io::ErrorKind::AddrInUse => {
            page::note(&words!(DemoServer), &words!(DemoPortTaken { address: taken.to_string() }));
            config.listen.set_port(0);
            Running::start(&config, serve::database(&config).await?, clock.clone()).await?
        }
        started => started?,
    };
    page::note(&words!(DemoServer), &server.public_url);
    Ok(server)
}

fn sqlite_url(path: &Path) -> String {
    // What the URL's path would take for something else.
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3F");
    format!("sqlite:{path}")
}

/// Imports, signs everyone in, tells the story, and reports.
async fn tell(server: &Running, clock: &Clock) -> Result<Outcome, CommandError> {
    let app = &server.app;
    import(app).await?;
    Account::OFFICE.add(app).await?;
    let office = Phone::sign_in(&server.public_url, clock, Account::OFFICE.login, Account::OFFICE.password).await?;
    let (dashboard, projects) = Dashboard::open(office.client()).await?;
    let cast = Cast::gather(app, &server.public_url, clock, office, &projects).await?;
    page::note(&words!(DemoDashboard), &words!(DemoDashboardListens));

    let mut story = Story::new(&cast, &dashboard, clock);
    let rows = story.tell().await?;
    let (checks, weeks) = story.closing(app).await?;
    report::decisions(&rows);
    report::weeks(&weeks);
    let well = report::verdict(&rows, &checks);
    Ok(Outcome { well, accounts: cast.accounts, dashboard })
}

/// Imports the example roster and sites as the command line does, from some weeks ago on.
async fn import(app: &App) -> Result<(), CommandError> {
    let list = roster::parse(ROSTER)?;
    let sites = roster::parse_sites(SITES)?;
    let from = IsoWeek::of(app.today().await?).first_day() - Days::new(7 * WEEKS);
    let done = app.import_roster(&list, from, &|| {}).await.map_err(command_error)?;
    let told = words!(DemoRosterImported { projects: done.projects, people: done.people, from: from.to_string() });
    page::note(&words!(DemoRoster), &told);
    let done = app.import_sites(&sites, start_of(from, app).await?, &|| {}).await.map_err(command_error)?;
    page::note(&words!(DemoSites), &words!(DemoSitesImported { sites: done.sites }));
    Ok(())
}

/// Where the demo keeps its data.
struct Directory {
    path: PathBuf,
    passing: bool,
}

impl Directory {
    /// One that is there afterwards; it must hold nothing yet.
    fn kept(path: &Path) -> Result<Self, CommandError> {
        let told = |error: io::Error| CommandError(vec![format!("{}: {error}", path.display())]);
        fs::create_dir_all(path).map_err(told)?;
        if fs::read_dir(path).map_err(told)?.next().is_some() {
            return Err(CommandError(vec![words!(DemoDirectoryNotEmpty { path: path.display().to_string() })]));
        }
        Ok(Self { path: path.to_owned(), passing: false })
    }

    /// One for this user's eyes only that is removed at the end.
    fn passing(clock: &Clock) -> Result<Self, CommandError> {
        let path = std::env::temp_dir().join(format!("onsite-demo-{}", clock.id::<Uuid>()));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| CommandError(vec![format!("{}: {error}", path.display())]))?;
        Ok(Self { path, passing: true })
    }

    fn notice(&self) -> String {
        words!(DemoDirectory { path: self.path.display().to_string(), passing: self.passing })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.passing
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "the demo's data were not removed");
        }
    }
}

/// What was going on when something failed.
fn failed(what: &str, error: impl std::error::Error + 'static) -> CommandError {
    let CommandError(reasons) = error.into();
    CommandError(reasons.into_iter().map(|reason| format!("{what}: {reason}")).collect())
}
