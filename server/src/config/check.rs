//! Settings that can be read, but with which nothing would work: refused when Onsite starts, each by its name and with what
//! would be right.

use std::fmt::{self, Display};

use messages::{Language, Message, message};
use tracing_subscriber::EnvFilter;

use super::Config;

/// A setting that makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct InvalidSetting {
    /// Its name, such as `limits.depth`.
    setting: String,
    /// What it is.
    value: String,
    /// What would be right.
    right: Message,
}

impl InvalidSetting {
    /// What is told of it.
    pub fn message(&self) -> Message {
        message!(SettingInvalid { setting: &self.setting, value: &self.value, right: self.right.clone() })
    }
}

impl Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

fn senseless(setting: &str, value: impl Display, right: Message) -> InvalidSetting {
    InvalidSetting { setting: setting.to_owned(), value: value.to_string(), right }
}

/// What a number may be. The least is what signing in and checking in take, or what a computer can keep; the most is
/// beyond any use, and keeps sums from passing what a number holds.
struct Range(&'static str, u64, std::ops::RangeInclusive<u64>);

const DAY: u64 = 24 * 60 * 60;
const GIBIBYTE: u64 = 1 << 30;

/// All that does not make sense, so that nobody has to start Onsite once for each.
pub(super) fn check(config: &Config) -> Vec<InvalidSetting> {
    let mut found: Vec<InvalidSetting> = ranges(config)
        .into_iter()
        .filter(|Range(_, value, range)| !range.contains(value))
        .map(|Range(setting, value, range)| {
            senseless(setting, value, message!(SettingOutOfRange { least: *range.start(), most: *range.end() }))
        })
        .collect();
    found.extend(relations(config));
    found.extend(urls(config));
    found.extend(log_filter(&config.log.filter));
    found
}

fn ranges(config: &Config) -> Vec<Range> {
    let (limits, connections, photos) = (&config.limits, &config.connections, &config.photos.limits);
    let size = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
    let of_limits = [
        Range("limits.body_bytes", size(limits.body_bytes), 4096..=GIBIBYTE),
        Range("limits.document_bytes", size(limits.document_bytes), 512..=GIBIBYTE),
        Range("limits.tokens", size(limits.tokens), 100..=1_000_000),
        Range("limits.depth", size(limits.depth), 4..=100),
        Range("limits.fields", size(limits.fields), 20..=1_000_000),
        Range("limits.aliases", size(limits.aliases), 0..=1_000_000),
        Range("limits.directives", size(limits.directives), 0..=1_000_000),
        Range("limits.variables", size(limits.variables), 1..=100_000),
        Range("limits.variable_values", size(limits.variable_values), 50..=10_000_000),
        Range("limits.variable_depth", size(limits.variable_depth), 5..=100),
        Range("limits.list_items", size(limits.list_items), 1..=1_000_000),
        Range("limits.cost", size(limits.cost), 200..=1_000_000_000),
        Range("limits.introspection", size(limits.introspection), 200..=1_000_000_000),
        Range("limits.result_bytes", size(limits.result_bytes), 4096..=GIBIBYTE),
        Range("limits.memory_bytes", size(limits.memory_bytes), 4096..=16 * GIBIBYTE),
        Range("limits.errors", size(limits.errors), 1..=10_000),
        Range("limits.seconds", limits.seconds, 1..=DAY),
    ];
    let of_connections = [
        Range("connections.all", size(connections.all), 1..=10_000_000),
        Range("connections.per_address", size(connections.per_address), 1..=10_000_000),
        Range("connections.head_bytes", size(connections.head_bytes), 1024..=1024 * 1024),
        Range("connections.idle_seconds", connections.idle_seconds, 1..=DAY),
        Range("connections.body_seconds", connections.body_seconds, 1..=DAY),
        Range("connections.body_bytes_per_second", connections.body_bytes_per_second.into(), 1..=GIBIBYTE),
        Range("connections.write_seconds", connections.write_seconds, 1..=DAY),
        Range("connections.write_bytes_per_second", connections.write_bytes_per_second.into(), 1..=GIBIBYTE),
        Range("connections.streams_per_viewer", size(connections.streams_per_viewer), 1..=1_000_000),
        Range("connections.operations_per_socket", size(connections.operations_per_socket), 1..=1_000_000),
        Range("connections.init_seconds", connections.init_seconds, 1..=DAY),
        Range("connections.silence_seconds", connections.silence_seconds, 2..=DAY),
    ];
    let others = [
        Range("database.max_connections", config.database.max_connections.into(), 1..=10_000),
        Range("photos.limits.waiting", photos.waiting, 1..=1_000_000),
        // At least the largest photo there may be.
        Range("photos.limits.waiting_bytes", photos.waiting_bytes, 20 << 20..=1 << 50),
        Range("photos.limits.keep_free_bytes", photos.keep_free_bytes, 0..=1 << 60),
        Range("photos.limits.ask_seconds", photos.ask_seconds, 1..=300),
        // Shorter than the time for which a photo that is inspected is left to whoever inspects it.
        Range("photos.limits.fetch_seconds", photos.fetch_seconds, 1..=59),
        Range("events.keep_days", config.events.keep_days.into(), 1..=3650),
    ];
    of_limits.into_iter().chain(of_connections).chain(others).collect()
}

/// Settings that must suit each other.
fn relations(config: &Config) -> Vec<InvalidSetting> {
    let (limits, connections) = (&config.limits, &config.connections);
    let pairs = [
        ("limits.document_bytes", limits.document_bytes, "limits.body_bytes", limits.body_bytes),
        (
            "limits.result_bytes",
            limits.result_bytes,
            "connections.waiting_bytes_per_connection",
            connections.waiting_bytes_per_connection,
        ),
        (
            "connections.waiting_bytes_per_connection",
            connections.waiting_bytes_per_connection,
            "connections.waiting_bytes",
            connections.waiting_bytes,
        ),
    ];
    let mut found: Vec<InvalidSetting> = pairs
        .into_iter()
        .filter(|(_, less, _, more)| less > more)
        .map(|(name, less, setting, more)| {
            senseless(setting, more, message!(SettingLessThan { other: name, least: less }))
        })
        .collect();
    if config.http.documents_only && config.http.documents.is_none() {
        found.push(senseless("http.documents_only", true, message!(SettingWithoutDocuments)));
    }
    found
}

fn urls(config: &Config) -> Vec<InvalidSetting> {
    let mut found = Vec::new();
    if let Some(url) = &config.public_url
        && !is_web(url, true)
    {
        found.push(senseless("public_url", url, message!(SettingNoUrl)));
    }
    for origin in config.http.allowed_origins.iter().filter(|origin| !is_web(origin.trim_end_matches('/'), false)) {
        found.push(senseless("http.allowed_origins", origin, message!(SettingNoOrigin)));
    }
    found
}

/// Whether this is a URL of the web that ends with no slash; or, without a path, an origin.
fn is_web(text: &str, with_path: bool) -> bool {
    let Ok(url) = reqwest::Url::parse(text) else { return false };
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && !text.contains('*');
    let path = if with_path { !text.ends_with('/') } else { url.path() == "/" && !text.ends_with('/') };
    matches!(url.scheme(), "http" | "https") && url.has_host() && plain && path
}

/// What all of this program's own events begin with.
const OWN: &str = "server";

/// A filter of the log that can't be read, or that lets nothing of this program through.
pub(crate) fn log_filter(filter: &str) -> Option<InvalidSetting> {
    let refused = |right| Some(senseless("log.filter", format!("{filter:?}"), right));
    if let Err(error) = EnvFilter::try_new(filter) {
        return refused(message!(SettingFilterUnread { error: error.to_string() }));
    }
    let directives = filter.split(',').map(str::trim).filter(|directive| !directive.is_empty());
    let mut heard = directives.filter(|directive| {
        let (target, level) = directive.rsplit_once('=').unwrap_or(("", directive));
        // What names spans or fields is somebody's who knows.
        let own = target.is_empty() || target.starts_with(OWN) || OWN.starts_with(target) || target.contains('[');
        own && !matches!(level.to_ascii_lowercase().as_str(), "off" | "0")
    });
    match heard.next() {
        Some(_) => None,
        None => refused(message!(SettingFilterSilent { own: OWN })),
    }
}
