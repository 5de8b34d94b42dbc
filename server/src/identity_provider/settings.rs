//! What the office says about its identity provider.

use std::net::IpAddr;

use openidconnect::IssuerUrl;
use reqwest::Url;
use secrecy::SecretString;
use serde::Deserialize;

/// What identities are kept with: longer ones fit no column.
const LONGEST: usize = 255;

/// What the office says about its identity provider.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingleSignOnSettings {
    /// The provider's URL, as its discovery document spells it; without it nothing else here counts.
    pub issuer: Option<String>,
    /// What the provider calls this installation.
    pub client_id: Option<String>,
    /// What this installation proves that with; none for a public client. A secret.
    pub client_secret: Option<SecretString>,
    /// The page of the client that people come back to.
    pub redirect_uri: Option<String>,
    /// What is asked for beside `openid`.
    #[serde(deserialize_with = "crate::config::list::list")]
    pub scopes: Vec<String>,
    /// The claim that names the account at the first sign-in; none where empty.
    pub login_claim: String,
    /// Values of `amr` or `acr` that are as good as a second factor.
    #[serde(deserialize_with = "crate::config::list::list")]
    pub trusted_amr: Vec<String>,
}

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("single_sign_on.{setting} {reason}")]
pub struct BadSetting {
    setting: &'static str,
    reason: &'static str,
}

/// Settings that can be used.
#[derive(Debug)]
pub(super) struct Registration {
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: String,
    pub(super) client_secret: Option<SecretString>,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) login_claim: Option<String>,
    pub(super) trusted_amr: Vec<String>,
}

impl SingleSignOnSettings {
    /// The same, if it can be used; none where single sign-on is off.
    pub(super) fn registration(&self) -> Result<Option<Registration>, BadSetting> {
        let Some(text) = &self.issuer else { return Ok(None) };
        let issuer = issuer(text)?;
        let client_id = given("client_id", self.client_id.as_ref())?;
        let redirect_uri = given("redirect_uri", self.redirect_uri.as_ref())?;
        if !may_come_back_to(&redirect_uri) {
            let reason = "must be an https URL, an http URL of this machine, or a scheme of an app such as \
                          example.onsite:/signed-in; without a fragment";
            return Err(BadSetting { setting: "redirect_uri", reason });
        }
        Ok(Some(Registration {
            issuer,
            client_id,
            client_secret: self.client_secret.clone(),
            redirect_uri,
            // The library asks for `openid` by itself.
            scopes: self.scopes.iter().filter(|scope| *scope != "openid").cloned().collect(),
            login_claim: Some(self.login_claim.clone()).filter(|claim| !claim.is_empty()),
            trusted_amr: self.trusted_amr.clone(),
        }))
    }
}

fn given(setting: &'static str, value: Option<&String>) -> Result<String, BadSetting> {
    let value = value.filter(|value| !value.trim().is_empty()).cloned();
    value.ok_or(BadSetting { setting, reason: "is needed where single_sign_on.issuer is set" })
}

fn issuer(text: &str) -> Result<IssuerUrl, BadSetting> {
    let bad = |reason| BadSetting { setting: "issuer", reason };
    // Keeps the text as it is: issuers are compared letter by letter.
    let issuer = IssuerUrl::new(text.to_owned()).map_err(|_| bad("is no URL"))?;
    let url = issuer.url();
    if url.query().is_some() || url.fragment().is_some() || text.len() > LONGEST {
        return Err(bad("must be a URL of at most 255 characters, without a query and a fragment"));
    }
    if !may_be_asked(url) {
        return Err(bad("must begin with https://; http is for a provider on this machine only"));
    }
    Ok(issuer)
}

/// Whether what goes over the network to this URL, and comes back, can't be read or changed on the way.
pub(super) fn may_be_asked(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Whether the provider may send a code there: an app's own scheme has a dot in it (RFC 8252), unlike `javascript:`.
fn may_come_back_to(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| url.fragment().is_none() && (may_be_asked(&url) || url.scheme().contains('.')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn settings(issuer: &str, redirect_uri: &str) -> SingleSignOnSettings {
        SingleSignOnSettings {
            issuer: Some(issuer.to_owned()),
            client_id: Some("onsite".to_owned()),
            redirect_uri: Some(redirect_uri.to_owned()),
            ..SingleSignOnSettings::default()
        }
    }

    #[rstest]
    #[case("https://login.example/realms/city", "https://dashboard.example/signed-in")]
    #[case("http://127.0.0.1:3000", "http://localhost:5173/")]
    #[case("http://[::1]:3000", "example.onsite:/signed-in")]
    fn what_can_be_used(#[case] issuer: &str, #[case] redirect_uri: &str) {
        let used = settings(issuer, redirect_uri).registration().unwrap().unwrap();
        assert_eq!((used.issuer.as_str(), used.login_claim), (issuer, None));
    }

    #[rstest]
    #[case("http://login.example", "https://dashboard.example/", "issuer")]
    #[case("http://127.0.0.1.login.example", "https://dashboard.example/", "issuer")]
    #[case("ftp://login.example", "https://dashboard.example/", "issuer")]
    #[case("login.example", "https://dashboard.example/", "issuer")]
    #[case("https://login.example?realm=city", "https://dashboard.example/", "issuer")]
    #[case("https://login.example", "http://dashboard.example/", "redirect_uri")]
    #[case("https://login.example", "https://dashboard.example/#/signed-in", "redirect_uri")]
    #[case("https://login.example", "javascript:alert(1)", "redirect_uri")]
    #[case("https://login.example", " ", "redirect_uri")]
    fn what_can_not(#[case] issuer: &str, #[case] redirect_uri: &str, #[case] setting: &str) {
        let error = settings(issuer, redirect_uri).registration().unwrap_err().to_string();
        assert!(error.starts_with(&format!("single_sign_on.{setting} ")), "{error}");
    }

    #[test]
    fn it_is_off_without_an_issuer_and_never_half_on() {
        assert!(SingleSignOnSettings::default().registration().unwrap().is_none());
        let nameless =
            SingleSignOnSettings { client_id: None, ..settings("https://login.example", "https://a.example/") };
        assert!(nameless.registration().unwrap_err().to_string().contains("client_id"));
    }
}
