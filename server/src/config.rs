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

mod check;
pub(crate) mod list;

pub use check::InvalidSetting;
pub(crate) use check::log_filter;

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
    #[serde(deserialize_with = "list::list")]
    pub allowed_origins: Vec<String>,
    /// Networks of proxies whose `X-Forwarded-For` or `Forwarded` is believed.
    #[serde(deserialize_with = "list::networks")]
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
        #[serde(default, deserialize_with = "list::list")]
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
pub enum ConfigError {
    /// It can't be read.
    #[error("configuration: {0}")]
    Unreadable(#[from] config::ConfigError),
    /// It can, but nothing would work with it.
    #[error("configuration: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    InvalidSetting(Vec<InvalidSetting>),
}

impl Config {
    /// Loads the configuration.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        Self::load_with(overrides, environment())
    }

    /// Loads it from this environment. Texts stay as they are until a setting asks for a number: a password of digits keeps
    /// its noughts.
    fn load_with(overrides: &Overrides, environment: Environment) -> Result<Self, ConfigError> {
        let file = match &overrides.file {
            Some(path) => File::from(path.as_path()).required(true),
            None => File::new("onsite.toml", FileFormat::Toml).required(false),
        };
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
        let config: Self = settings.try_deserialize()?;
        match check::check(&config) {
            senseless if senseless.is_empty() => Ok(config),
            senseless => Err(ConfigError::InvalidSetting(senseless)),
        }
    }

    /// The built-in defaults, whatever any file or the environment says.
    pub fn built_in() -> Result<Self, ConfigError> {
        let settings = config::Config::builder().add_source(File::from_str(EXAMPLE, FileFormat::Toml)).build()?;
        Ok(settings.try_deserialize()?)
    }
}

fn environment() -> Environment {
    Environment::with_prefix("ONSITE").prefix_separator("_").separator("__")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity_provider::IdentityProvider;
    use entity::values::AccountRole;
    use rstest::rstest;
    use secrecy::ExposeSecret;

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

    fn given(settings: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let given = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::load_with(&Overrides::default(), environment().source(Some(given)))
    }

    #[rstest]
    #[case::one("https://a.example", &["https://a.example"])]
    #[case::two("https://a.example,https://b.example:8443", &["https://a.example", "https://b.example:8443"])]
    #[case::spaces_and_a_last_comma(" https://a.example , https://b.example, ", &["https://a.example", "https://b.example"])]
    #[case::none("", &[])]
    fn lists_can_be_given_in_the_environment(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(given(&[("ONSITE_HTTP__ALLOWED_ORIGINS", text)]).unwrap().http.allowed_origins, expected);
    }

    #[test]
    fn each_list_can_be_given_in_the_environment() {
        let config = given(&[
            ("ONSITE_HTTP__ALLOWED_ORIGINS", "https://a.example,https://b.example"),
            ("ONSITE_HTTP__TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8, 192.0.2.7"),
            ("ONSITE_ACCOUNTS__SECOND_FACTOR_ROLES", "ADMINISTRATOR,OFFICE"),
            ("ONSITE_SINGLE_SIGN_ON__SCOPES", "profile,email"),
            ("ONSITE_SINGLE_SIGN_ON__TRUSTED_AMR", "otp,2"),
            ("ONSITE_HTTP__TLS__FOLDER", "onsite-tls"),
            ("ONSITE_HTTP__TLS__ADDRESSES", "192.168.1.5,fd00::5"),
        ])
        .unwrap();
        assert_eq!(config.http.allowed_origins.len(), 2);
        let networks = ["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"].map(|network| network.parse().unwrap());
        assert_eq!(config.http.trusted_proxies, networks);
        assert_eq!(config.accounts.second_factor_roles, [AccountRole::Administrator, AccountRole::Office]);
        assert_eq!(config.single_sign_on.scopes, ["profile", "email"]);
        assert_eq!(config.single_sign_on.trusted_amr, ["otp", "2"]);
        let addresses = ["192.168.1.5", "fd00::5"].map(|address| address.parse().unwrap()).to_vec();
        assert_eq!(config.http.tls, Some(TlsConfig::SelfSigned { folder: "onsite-tls".into(), addresses }));
    }

    #[test]
    fn every_list_of_the_example_takes_a_text() {
        let lists = EXAMPLE.lines().filter(|line| line.ends_with("= []")).count();
        assert_eq!(lists, 5, "a new list is read by `list::list`, and given in the test above");
    }

    /// What a text stands for is up to its setting.
    #[rstest]
    #[case("0123456789")]
    #[case("1e5")]
    #[case("true")]
    #[case("a,b")]
    fn secrets_in_the_environment_stay_as_they_are(#[case] secret: &str) {
        let config = given(&[("ONSITE_SINGLE_SIGN_ON__CLIENT_SECRET", secret)]).unwrap();
        assert_eq!(config.single_sign_on.client_secret.unwrap().expose_secret(), secret);
    }

    #[test]
    fn numbers_and_choices_can_be_given_in_the_environment() {
        let config = given(&[
            ("ONSITE_LIMITS__DEPTH", "20"),
            ("ONSITE_CONNECTIONS__BODY_BYTES_PER_SECOND", "512"),
            ("ONSITE_RATES__SIGN_INS", "7"),
            ("ONSITE_EVENTS__KEEP_DAYS", "30"),
            ("ONSITE_SERVER_TIMING", "true"),
            ("ONSITE_HTTP__INTROSPECTION", "signed-in"),
            ("ONSITE_HTTP__METRICS_LISTEN", "127.0.0.1:9090"),
            ("ONSITE_LOG__FORMAT", "json"),
            ("ONSITE_LISTEN", "[::]:8443"),
        ])
        .unwrap();
        assert_eq!((config.limits.depth, config.connections.body_bytes_per_second), (20, 512));
        assert_eq!((config.rates.sign_ins.get(), config.events.keep_days, config.server_timing), (7, 30, true));
        assert_eq!((config.log.format, config.listen.port()), (LogFormat::Json, 8443));
        assert!(config.http.metrics_listen.is_some());
    }

    #[rstest]
    #[case::not_a_network("ONSITE_HTTP__TRUSTED_PROXIES", "10.0.0.0/8,proxy", &["trusted_proxies", "proxy", "10.0.0.0/8"])]
    #[case::not_a_role("ONSITE_ACCOUNTS__SECOND_FACTOR_ROLES", "BOSS", &["second_factor_roles", "BOSS", "OFFICE"])]
    #[case::not_a_number("ONSITE_LIMITS__DEPTH", "deep", &["limits.depth", "deep"])]
    #[case::negative("ONSITE_LIMITS__DEPTH", "-1", &["limits.depth", "-1"])]
    #[case::no_depth("ONSITE_LIMITS__DEPTH", "0", &["limits.depth = 0", "from 4 to 100"])]
    #[case::no_rate("ONSITE_RATES__SIGN_INS", "0", &["rates.sign_ins", "0", "nonzero"])]
    #[case::no_silence("ONSITE_CONNECTIONS__SILENCE_SECONDS", "0", &["connections.silence_seconds = 0", "from 2"])]
    #[case::for_ever("ONSITE_LIMITS__SECONDS", "18446744073709551615", &["limits.seconds", "86400"])]
    #[case::less_room_than_an_answer("ONSITE_CONNECTIONS__WAITING_BYTES", "1000", &["waiting_bytes = 1000", "per_connection"])]
    #[case::no_scheme("ONSITE_PUBLIC_URL", "onsite.example", &["public_url = onsite.example", "https://onsite.example"])]
    #[case::a_slash("ONSITE_PUBLIC_URL", "https://onsite.example/", &["public_url", "trailing slash"])]
    #[case::any_origin("ONSITE_HTTP__ALLOWED_ORIGINS", "*", &["http.allowed_origins = *", "no wildcard"])]
    #[case::a_page("ONSITE_HTTP__ALLOWED_ORIGINS", "https://a.example/page", &["http.allowed_origins", "host"])]
    #[case::no_documents("ONSITE_HTTP__DOCUMENTS_ONLY", "true", &["http.documents_only", "http.documents"])]
    #[case::silence("ONSITE_LOG__FILTER", "off", &["log.filter", "off", "silences"])]
    #[case::nothing("ONSITE_LOG__FILTER", "", &["log.filter", "silences"])]
    #[case::off_by_number("ONSITE_LOG__FILTER", "0", &["log.filter", "silences"])]
    #[case::nobody("ONSITE_LOG__FILTER", "onsite=debug", &["log.filter", "onsite=debug", "server=debug"])]
    #[case::all_off("ONSITE_LOG__FILTER", "off,sqlx=warn", &["log.filter", "silences"])]
    #[case::nonsense("ONSITE_LOG__FILTER", "info,,=!?", &["log.filter", "can't be read"])]
    #[case::unknown_level("ONSITE_LOG__FILTER", "server=loud", &["log.filter", "can't be read"])]
    fn what_makes_no_sense_is_named_with_what_would_be_right(
        #[case] setting: &str,
        #[case] value: &str,
        #[case] told: &[&str],
    ) {
        let error = given(&[(setting, value)]).unwrap_err().to_string();
        for part in told {
            assert!(error.contains(part), "{part:?} in {error}");
        }
    }

    #[rstest]
    #[case("info,sqlx=warn,aws_config=warn")]
    #[case("error")]
    #[case("OFF,server=debug")]
    #[case("server::http=trace")]
    #[case("[request]=info")]
    fn a_filter_that_lets_something_through_is_one(#[case] filter: &str) {
        assert_eq!(log_filter(filter), None);
    }

    /// Each number's least and most can be had; one less, or one more, is refused.
    #[test]
    fn every_number_has_its_bounds() {
        let numbers = EXAMPLE
            .split("\n[")
            .filter(|section| ["limits]", "connections]", "rates]"].iter().any(|name| section.starts_with(name)));
        for section in numbers {
            let (name, lines) = section.split_once(']').unwrap();
            for setting in lines.lines().filter_map(|line| line.split_once(" = ")).map(|(setting, _)| setting) {
                let variable = format!("ONSITE_{}__{}", name.replace('.', "__").to_uppercase(), setting.to_uppercase());
                let may_be_none = ["aliases", "directives", "keep_free_bytes"].contains(&setting);
                assert_eq!(given(&[(&variable, "0")]).is_ok(), may_be_none, "{variable} = 0");
                let huge = given(&[(&variable, "99999999999999")]);
                let most = ["waiting_bytes", "keep_free_bytes"].contains(&setting);
                assert_eq!(huge.is_ok(), most, "{variable} is huge");
            }
        }
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
