//! The machine's clock is wrong: the server says so, refuses what can't be, and harms nobody once it is set right.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use serde_json::{Value, json};
use server::{
    clock::{Clock, Source},
    config::Config,
    serve::{Running, StartError, database},
};
use uuid::Uuid;

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft, PASSWORD,
    Role::Leader,
    TestClock, TestDatabase, TestServer, balanced, http, time,
};

/// A clock of a program that was built at some time.
#[derive(Debug)]
struct BuiltAt(DateTime<Utc>, Mutex<DateTime<Utc>>);

impl Source for BuiltAt {
    fn now(&self) -> DateTime<Utc> {
        *self.1.lock().unwrap()
    }

    fn id(&self) -> Uuid {
        Clock::system().id()
    }

    fn random(&self) -> [u8; 32] {
        Clock::system().random()
    }

    fn built_at(&self) -> DateTime<Utc> {
        self.0
    }
}

/// Starts a server on a database by a clock that says this.
async fn started(ground: &TestDatabase, now: &str, trusted: bool) -> Result<Running, StartError> {
    let photos = tempfile::tempdir().unwrap();
    let mut config = Config::built_in().unwrap();
    config.database = ground.config();
    config.listen = "127.0.0.1:0".parse().unwrap();
    config.photos.directory = photos.path().to_owned();
    let database = database(&config).await.unwrap();
    database.migrate().await.unwrap();
    let clock = Clock::of(Arc::new(BuiltAt(time("2026-11-01T00:00:00Z"), Mutex::new(time(now)))));
    Running::start(&config, database, if trusted { clock.trusted() } else { clock }).await
}

#[tokio::test]
async fn a_clock_that_is_before_the_program_was_built_starts_no_server() {
    let ground = TestDatabase::empty(Sqlite).await;
    let refused = started(&ground, "1970-01-01T00:01:00Z", false).await.unwrap_err().to_string();
    for told in ["1970-01-01 00:01:00 UTC", "built, 2026-11-01T00:00:00Z", "timedatectl", "--trust-clock"] {
        assert!(refused.contains(told), "{refused}");
    }
    started(&ground, "1970-01-01T00:01:00Z", true).await.unwrap().stop().await.unwrap();
    started(&ground, "2026-11-01T00:00:00Z", false).await.unwrap().stop().await.unwrap();
}

/// Figures of the clock, as they are served.
async fn figures(server: &TestServer) -> Vec<String> {
    let url = format!("http://{}/metrics", server.metrics_address());
    let text = http().get(url).send().await.unwrap().text().await.unwrap();
    text.lines().filter(|line| line.starts_with("onsite_clock")).map(str::to_owned).collect()
}

async fn readiness(server: &TestServer) -> (u16, Value) {
    let ready = server.nobody().get("/readyz", &[]).await;
    (ready.status, ready.body["clock"].clone())
}

#[tokio::test]
async fn a_clock_that_falls_behind_what_is_recorded_is_told() {
    let server = TestServer::tuned(|config| config.http.metrics_listen = Some("127.0.0.1:0".parse().unwrap())).await;
    assert_eq!(readiness(&server).await, (200, Value::Null));
    assert_eq!(figures(&server).await, ["onsite_clock_doubts 0", "onsite_clock_ahead_of_database_seconds 0.0"]);
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    server.clock.advance(TimeDelta::days(-3));
    assert!(!server.app().look_at_clock().await.unwrap().is_empty());
    let told = json!("it is 259200 s behind the newest record, of 2026-11-18T02:00:00Z");
    assert_eq!(readiness(&server).await, (200, told));
    assert_eq!(figures(&server).await[0], "onsite_clock_doubts 1");
    // Another server starts, for nobody knows yet which of the two times is wrong …
    drop(server.another().await);
    server.clock.advance(TimeDelta::days(3));
    assert_eq!(server.app().look_at_clock().await.unwrap(), []);
    assert_eq!(readiness(&server).await, (200, Value::Null));
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn a_clock_weeks_behind_what_is_recorded_starts_no_server(#[values(Sqlite, Postgres)] backend: Backend) {
    let ground = TestDatabase::empty(backend).await;
    let app = started(&ground, "2027-01-10T02:00:00Z", false).await.unwrap();
    let administrator = app.app.add_administrator("administrator".to_owned(), PASSWORD.into(), false).await.unwrap();
    // What ends a session is an event.
    let actor = server::app::Actor::COMMAND_LINE;
    let request = server::app::SignInRequest {
        login: administrator.login.clone(),
        password: PASSWORD.into(),
        new_password: None,
        code: None,
        device_name: String::new(),
    };
    app.app.sign_in(request).await.unwrap();
    assert_eq!(app.app.revoke_account_sessions(actor, administrator.id).await.unwrap(), 1);
    app.stop().await.unwrap();
    let refused = started(&ground, "2027-01-02T02:00:00Z", false).await.unwrap_err().to_string();
    assert!(refused.contains("691200 s behind the newest record, of 2027-01-10T02:00:00Z"), "{refused}");
    started(&ground, "2027-01-02T02:00:00Z", true).await.unwrap().stop().await.unwrap();
    started(&ground, "2027-01-03T02:00:00Z", false).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_not_the_databases_is_told() {
    let server = TestServer::tuned_on(Postgres, TestClock::of_the_wall(), |config| {
        config.http.metrics_listen = Some("127.0.0.1:0".parse().unwrap());
    })
    .await;
    assert_eq!(readiness(&server).await, (200, Value::Null));
    for (off, told) in [(2, "ahead of"), (-4, "behind")] {
        server.clock.advance(TimeDelta::hours(off));
        server.app().look_at_clock().await.unwrap();
        let (status, clock) = readiness(&server).await;
        assert!(status == 200 && clock.as_str().unwrap().ends_with(&format!("{told} the database's clock")), "{clock}");
        assert_eq!(figures(&server).await[0], "onsite_clock_doubts 1");
    }
}
