//! Whether the keys that servers need are there.

use sea_orm::{EntityTrait, PaginatorTrait};

use super::Finding;
use crate::{
    command::speech::words,
    config::{Config, TlsConfig},
    http::Certificates,
    store::Database,
};

pub(super) async fn look(config: &Config, database: &Database) -> Option<Finding> {
    let about = "keys";
    let enrolled = match entity::second_factor::Entity::find().count(database.reader()).await {
        Ok(enrolled) => enrolled,
        Err(error) => return Some(Finding::fail(about, error.to_string(), words!(DoctorSeeDatabase))),
    };
    let key = config.accounts.second_factor_key.is_some();
    let required = !config.accounts.second_factor_roles.is_empty();
    Some(match (enrolled, key) {
        (1.., false) => Finding::fail(about, words!(DoctorKeyLost { enrolled }), words!(DoctorGiveKeyAsItWas)),
        (0, false) if required => Finding::fail(about, words!(DoctorKeyNeeded), words!(DoctorGiveKey)),
        (0, false) => Finding::warn(about, words!(DoctorNoKey), words!(DoctorGiveKeyToEveryServer)),
        (_, true) => Finding::ok(about, words!(DoctorKeySet { enrolled })),
    })
}

pub(super) fn look_at_tls(config: &Config) -> Vec<Finding> {
    let about = "tls";
    match &config.http.tls {
        Some(TlsConfig::Files { certificate, key }) => vec![match Certificates::open(certificate, key) {
            Ok(_) => Finding::ok(about, words!(DoctorTlsFiles { certificate: certificate.display().to_string() })),
            Err(error) => Finding::fail(about, error.to_string(), words!(DoctorMendTls)),
        }],
        Some(TlsConfig::SelfSigned { folder, .. }) => {
            vec![Finding::ok(about, words!(DoctorTlsOwn { folder: folder.display().to_string() }))]
        }
        None if config.public_url.as_ref().is_some_and(|url| url.starts_with("https://")) => {
            vec![Finding::ok(about, words!(DoctorTlsProxy))]
        }
        None => vec![Finding::warn(about, words!(DoctorNoTls), words!(DoctorSetTls))],
    }
}
