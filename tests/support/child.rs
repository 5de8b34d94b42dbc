//! `onsite serve` as a process of its own, which can be killed, on the city as every story finds it.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use ::client::{Client, Closed, Error};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{
    city::{City, Role},
    client::http,
    database::{Backend, TestDatabase},
};

/// What a process stands on, and what outlives it.
#[derive(Debug)]
pub(crate) struct Premises {
    pub(crate) database: TestDatabase,
    pub(crate) folder: TempDir,
    city: &'static City,
}

impl Premises {
    pub(crate) async fn on(backend: Backend) -> Self {
        let city = City::on(backend).await;
        Self { database: TestDatabase::of(&city.template).await, folder: TempDir::new().unwrap(), city }
    }

    pub(crate) fn token(&self, role: Role) -> &str {
        &self.city.tokens[&role]
    }

    /// A project's global id.
    pub(crate) fn project(&self, name: &str) -> &str {
        &self.city.projects[name]
    }

    /// `onsite` with these arguments, on the database at `url`.
    pub(crate) fn command(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onsite"));
        for (name, _) in env::vars().filter(|(name, _)| name.starts_with("ONSITE_") || name == "RUST_LOG") {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder.path())
            .env("ONSITE_DATABASE__URL", url)
            .env("ONSITE_RATES__SIGN_INS", "1000000")
            .env("ONSITE_RATES__VIEWER_REQUESTS", "1000000")
            .env("ONSITE_RATES__ADDRESS_REQUESTS", "1000000")
            .args(arguments);
        command
    }
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub(crate) struct Onsite {
    child: Child,
    url: String,
    http: reqwest::Client,
}

impl Onsite {
    /// Starts a server on the database at `url`, with more in its environment.
    pub(crate) async fn start(premises: &Premises, url: &str, environment: &[(String, String)]) -> Self {
        let mut command = premises.command(url, &["serve", "--listen", "127.0.0.1:0"]);
        command.envs(environment.iter().cloned()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (told, mut addresses) = mpsc::unbounded_channel();
        // Read to the end: a full pipe would stop the server.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once("http://127.0.0.1:") {
                    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                    let _ = told.send(format!("http://127.0.0.1:{port}"));
                }
                if env::var_os("STORIES_LOG").is_some() {
                    eprintln!("{line}");
                }
            }
        });
        let url = tokio::time::timeout(Duration::from_secs(60), addresses.recv()).await.ok().flatten();
        Self { child, url: url.expect("the server tells where it listens"), http: http() }
    }

    /// Asks; nothing if there is no answer.
    pub(crate) async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Option<(u16, Value)> {
        let ::client::Answer { status, headers, body } = self.client(token).post(query, variables).await.ok()?;
        assert!(status != 503 || headers.contains_key("retry-after"), "whoever is sent away is told until when");
        (!body.is_string()).then_some((status, body))
    }

    fn client(&self, token: Option<&str>) -> Client {
        token.into_iter().fold(Client::new(self.http.clone(), &self.url), Client::with_token)
    }

    /// Opens a WebSocket for whoever has this token; code and reason of the close frame that comes.
    pub(crate) async fn closes_socket(&self, token: &str) -> (u16, String) {
        let Err(Error::Closed(Closed { code: Some(code), reason })) = self.client(Some(token)).socket().await else {
            panic!("expected a close frame")
        };
        (code, reason)
    }

    /// Asks for a stream of events: status, whether it is told when to come back, and what it says.
    pub(crate) async fn stream(&self, token: &str, query: &str) -> (u16, bool, String) {
        let request = self.client(Some(token)).request(Method::POST, "/graphql");
        let request = request.header("accept", "text/event-stream").json(&json!({ "query": query }));
        let response = request.send().await.unwrap();
        let (status, comes_back) = (response.status().as_u16(), response.headers().contains_key("retry-after"));
        (status, comes_back, response.text().await.unwrap())
    }

    /// What `GET /readyz` answers.
    pub(crate) async fn readiness(&self) -> u16 {
        let answer = self.http.get(format!("{}/readyz", self.url)).send().await;
        answer.expect("readiness is always answered").status().as_u16()
    }

    /// Waits until `GET /readyz` answers with this status.
    pub(crate) async fn becomes(&self, status: u16, within: Duration) {
        let told = async {
            while self.readiness().await != status {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let told = tokio::time::timeout(within, told).await;
        assert!(told.is_ok(), "readiness is not {status} within {within:?}");
    }

    /// As a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Onsite {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
