//! Whether the keys that servers need are there.

use sea_orm::{EntityTrait, PaginatorTrait};

use super::Finding;
use crate::{
    config::{Config, TlsConfig},
    http::Certificates,
    store::Database,
};

pub(super) async fn look(config: &Config, database: &Database) -> Option<Finding> {
    let about = "keys";
    let enrolled = match entity::second_factor::Entity::find().count(database.reader()).await {
        Ok(enrolled) => enrolled,
        Err(error) => return Some(Finding::fail(about, error.to_string(), "see the database above")),
    };
    let key = config.accounts.second_factor_key.is_some();
    let required = !config.accounts.second_factor_roles.is_empty();
    Some(match (enrolled, key) {
        (1.., false) => Finding::fail(
            about,
            format!("{enrolled} accounts have a second factor, and the key that opens their secrets is not set"),
            "give accounts.second_factor_key (ONSITE_ACCOUNTS__SECOND_FACTOR_KEY) as it was",
        ),
        (0, false) if required => Finding::fail(
            about,
            "second factors are required, and the key that seals their secrets is not set",
            "give accounts.second_factor_key (ONSITE_ACCOUNTS__SECOND_FACTOR_KEY), any long random text",
        ),
        (0, false) => Finding::warn(
            about,
            "second factors can't be set up: accounts.second_factor_key is not set",
            "give ONSITE_ACCOUNTS__SECOND_FACTOR_KEY, any long random text, the same on every server",
        ),
        (_, true) => Finding::ok(about, format!("the key of second factors is set; {enrolled} accounts have one")),
    })
}

pub(super) fn look_at_tls(config: &Config) -> Vec<Finding> {
    let about = "tls";
    match &config.http.tls {
        Some(TlsConfig::Files { certificate, key }) => vec![match Certificates::open(certificate, key) {
            Ok(_) => Finding::ok(about, format!("{} and its key belong together", certificate.display())),
            Err(error) => Finding::fail(about, error.to_string(), "mend http.tls"),
        }],
        Some(TlsConfig::SelfSigned { folder, .. }) => {
            vec![Finding::ok(about, format!("a certificate of its own making, in {}", folder.display()))]
        }
        None if config.public_url.as_ref().is_some_and(|url| url.starts_with("https://")) => {
            vec![Finding::ok(about, "a proxy speaks TLS: public_url is https")]
        }
        None => vec![Finding::warn(
            about,
            "no TLS, and public_url is not https: phones give no position",
            "set [http.tls], or put a proxy with TLS in front and set public_url",
        )],
    }
}
