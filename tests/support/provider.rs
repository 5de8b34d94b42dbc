//! A real OpenID Connect provider, npm's oidc-provider, and the browser that someone signs in there with.

use std::{collections::BTreeMap, env, path::Path, process::Stdio};

use reqwest::{StatusCode, Url, header, redirect::Policy};
use server::identity_provider::SingleSignOnSettings;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

pub(crate) const REDIRECT_URI: &str = "https://dashboard.example/signed-in";

/// A provider that runs; gone when dropped.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    // It ends with its standard input, too: even a test that is killed leaves none behind.
    _process: Child,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let clients = env::var("STORIES_CLIENTS")
            .expect("STORIES_CLIENTS is not set: run ./tests/run, which installs the packages of tests/clients");
        let mut process = Command::new("node")
            .arg(Path::new(&clients).join("provider.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node is installed");
        let mut told = BufReader::new(process.stdout.take().unwrap()).lines();
        loop {
            let line = told.next_line().await.unwrap().expect("the provider starts");
            if let Some(issuer) = line.strip_prefix("listening at ") {
                // What it warns of later goes nowhere, but it must be able to.
                tokio::spawn(async move { while let Ok(Some(_)) = told.next_line().await {} });
                return Self { issuer: issuer.to_owned(), _process: process };
            }
        }
    }

    /// The settings of one of its clients that has a secret.
    pub(crate) fn settings(&self, client_id: &str) -> SingleSignOnSettings {
        SingleSignOnSettings {
            issuer: Some(self.issuer.clone()),
            client_id: Some(client_id.to_owned()),
            client_secret: Some(format!("secret of {client_id}").into()),
            redirect_uri: Some(REDIRECT_URI.to_owned()),
            scopes: vec!["profile".to_owned()],
            ..SingleSignOnSettings::default()
        }
    }
}

/// What someone comes back with.
#[derive(Clone, Debug)]
pub(crate) struct Back {
    pub(crate) state: String,
    pub(crate) code: String,
}

/// Signs in at the provider, by these methods, and follows it back to the client's page.
pub(crate) async fn signed_in_at_provider(authorization_url: &str, login: &str, methods: &[&str]) -> Back {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).redirect(Policy::none()).build().unwrap();
    let mut cookies = BTreeMap::new();
    let mut url = Url::parse(authorization_url).unwrap();
    for _ in 0..10 {
        if url.path().starts_with("/interaction/") {
            url.query_pairs_mut().append_pair("login", login);
            url.query_pairs_mut().extend_pairs(methods.iter().map(|method| ("amr", method)));
        }
        let cookie = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let response = http.get(url.clone()).header(header::COOKIE, cookie).send().await.unwrap();
        for set in response.headers().get_all(header::SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get(header::LOCATION).map(|at| at.to_str().unwrap().to_owned());
        let Some(location) = location else { panic!("{}: {}", response.status(), response.text().await.unwrap()) };
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        url = url.join(&location).unwrap();
        if url.as_str().starts_with(REDIRECT_URI) {
            let parameter = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into());
            let missing = || -> String { panic!("not in {url}") };
            return Back {
                state: parameter("state").unwrap_or_else(missing),
                code: parameter("code").unwrap_or_else(missing),
            };
        }
    }
    panic!("the provider leads round in circles: {url}");
}
