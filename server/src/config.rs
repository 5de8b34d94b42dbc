//! Configuration: built-in defaults, then one file, then the environment, then flags.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use config::{Environment, File, FileFormat};
use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;

use crate::{
    app::{AccountPolicy, PhotoLimits},
    graphql::{Introspection, Limits},
    http::{ConnectionLimits, Rates},
    identity_provider::SingleSignOnSettings,
};

/// The commented file that documents every setting and its default.
pub const EXAMPLE: &str = include_str!("../onsite.example.toml");

/// All settings of a server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How phones reach this server, without a trailing slash; from `listen` if not given.
    pub public_url: Option<String>,
    /// The database.
    pub database: DatabaseConfig,
    /// Where photos are kept.
    pub photos: PhotosConfig,
    /// Events.
    pub events: EventsConfig,
    /// Who may ask over HTTP, and how.
    pub http: HttpConfig,
    /// What is asked of accounts.
    pub accounts: AccountPolicy,
    /// Signing in at an identity provider.
    pub single_sign_on: SingleSignOnSettings,
    /// What a request may contain.
    pub limits: Limits,
    /// Bounds on connections.
    pub connections: ConnectionLimits,
    /// How much may be asked in a minute.
    pub rates: Rates,
    /// Logging.
    pub log: LogConfig,
    /// Whether answers say in `Server-Timing` how many SQL statements they took.
    pub server_timing: bool,
}

/// The database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`. A secret.
    pub url: SecretString,
    /// Connections at most.
    pub max_connections: u32,
}

/// Where photos are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotosConfig {
    /// A local directory; not used where `s3` is given.
    pub directory: PathBuf,
    /// A bucket of an S3 server.
    pub s3: Option<S3Config>,
    /// How much people may use of it, and how long it is waited for.
    pub limits: PhotoLimits,
}

/// A bucket of an S3 server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Config {
    /// The server's URL as this program reaches it; AWS's own of the region if not given.
    pub endpoint: Option<String>,
    /// The server's URL as phones reach it; the same if not given.
    pub public_endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// The access key's id. A secret.
    pub access_key_id: SecretString,
    /// The access key. A secret.
    pub secret_access_key: SecretString,
    /// Whether the bucket's name goes into the path.
    #[serde(default)]
    pub path_style: bool,
}

/// Who may ask over HTTP, and how.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Origins of web pages that may ask, beside the server's own.
    pub allowed_origins: Vec<String>,
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Who may ask for the schema.
    pub introspection: Introspection,
    /// A folder of documents that requests may name.
    pub documents: Option<PathBuf>,
    /// Whether no other documents are executed.
    pub documents_only: bool,
    /// Where figures for Prometheus are served; nowhere if not given.
    pub metrics_listen: Option<SocketAddr>,
    /// A certificate, to speak TLS.
    pub tls: Option<TlsConfig>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
pub enum TlsConfig {
    /// Made and kept by the server.
    SelfSigned {
        /// The folder where it is kept.
        folder: PathBuf,
        /// Addresses it is for, beside `localhost`.
        #[serde(default)]
        addresses: Vec<IpAddr>,
    },
    /// Of files, PEM, read again when they change.
    Files {
        /// The chain, the server's own certificate first.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// Events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsConfig {
    /// Days for which a subscriber can catch up.
    pub keep_days: u16,
}

/// Logging.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// What is logged, in `tracing` directives.
    pub filter: String,
    /// How.
    pub format: LogFormat,
}

/// How lines are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Settings given on the command line, which win over all others.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// A file instead of `onsite.toml` in the working directory.
    pub file: Option<PathBuf>,
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// The database.
    pub database_url: Option<String>,
    /// The directory of photos.
    pub photos_directory: Option<PathBuf>,
    /// How phones reach the server.
    pub public_url: Option<String>,
}

/// Why there is no configuration. Says which setting, where it was found, and what would be right.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {0}")]
pub struct ConfigError(#[from] config::ConfigError);

impl Config {
    /// Loads the configuration.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        let file = match &overrides.file {
            Some(path) => File::from(path.as_path()).required(true),
            None => File::new("onsite.toml", FileFormat::Toml).required(false),
        };
        let environment = Environment::with_prefix("ONSITE").prefix_separator("_").separator("__").try_parsing(true);
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let settings = config::Config::builder()
            .add_source(File::from_str(EXAMPLE, FileFormat::Toml))
            .add_source(file)
            .add_source(environment)
            .set_override_option("listen", overrides.listen.map(|listen| listen.to_string()))?
            .set_override_option("database.url", overrides.database_url.clone())?
            .set_override_option("photos.directory", overrides.photos_directory.as_ref().map(text))?
            .set_override_option("public_url", overrides.public_url.clone())?
            .build()?;
        Ok(settings.try_deserialize()?)
    }

    /// The built-in defaults, whatever any file or the environment says.
    pub fn built_in() -> Result<Self, ConfigError> {
        let settings = config::Config::builder().add_source(File::from_str(EXAMPLE, FileFormat::Toml)).build()?;
        Ok(settings.try_deserialize()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity_provider::IdentityProvider;

    #[test]
    fn the_example_file_is_the_defaults() {
        let config = Config::load(&Overrides::default()).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.limits, Limits::default());
        assert_eq!(config.connections, ConnectionLimits::default());
        assert_eq!(config.rates, Rates::default());
        assert!(config.photos.s3.is_none());
        assert_eq!(config.photos.limits, PhotoLimits::default());
        assert!(config.single_sign_on.issuer.is_none());
        assert!(!config.server_timing);
    }

    #[test]
    fn what_the_example_comments_out_is_right_too() {
        let uncommented: String = EXAMPLE
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n");
        let config: Config = config::Config::builder()
            .add_source(File::from_str(&uncommented, FileFormat::Toml))
            .build()
            .unwrap()
            .try_deserialize()
            .unwrap();
        assert_eq!(config.photos.s3.unwrap().bucket, "onsite-photos");
        assert!(config.public_url.is_some());
        assert!(IdentityProvider::new(&config.single_sign_on).unwrap().is_some());
        assert!(matches!(config.http.tls, Some(TlsConfig::Files { .. })));
    }

    #[test]
    fn flags_win_and_secrets_are_not_shown() {
        let overrides = Overrides {
            database_url: Some("postgres://onsite:hunter2@db/onsite".to_owned()),
            listen: Some("127.0.0.1:9".parse().unwrap()),
            ..Overrides::default()
        };
        let config = Config::load(&overrides).unwrap();
        assert_eq!(config.listen.port(), 9);
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let error = config::Config::builder()
            .add_source(File::from_str(EXAMPLE, FileFormat::Toml))
            .add_source(File::from_str("[limits]\nspeed = 3", FileFormat::Toml))
            .build()
            .unwrap()
            .try_deserialize::<Config>()
            .unwrap_err();
        assert!(error.to_string().contains("speed"), "{error}");
    }
}
