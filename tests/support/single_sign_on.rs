//! Someone who is sent to a provider and comes back.

use reqwest::Url;
use serde_json::json;
use server::clock::Source;

use super::{
    client::Answer,
    fake_provider::{FakeProvider, IdToken, Key},
    provider::Back,
    server::TestServer,
};

const BEGIN: &str = "mutation($input: BeginSingleSignOnInput!) {
    beginSingleSignOn(input: $input) { authorizationUrl binding userErrors { code field } } }";
const COMPLETE: &str = "mutation($input: CompleteSingleSignOnInput!) { completeSingleSignOn(input: $input) {
    token expiresAt viewer { role person { name } } userErrors { code field zh: message en: message(language: EN) } } }";

/// Someone who was sent to the provider.
#[derive(Clone, Debug)]
pub(crate) struct Away {
    pub(crate) url: String,
    pub(crate) binding: String,
}

impl Away {
    /// A parameter of the address they were sent to.
    pub(crate) fn parameter(&self, name: &str) -> String {
        let url = Url::parse(&self.url).unwrap();
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
    }

    /// Back from a provider that takes any code.
    pub(crate) fn back(&self) -> Back {
        Back { state: self.parameter("state"), code: "a code".to_owned() }
    }
}

impl TestServer {
    pub(crate) async fn begin_single_sign_on(&self) -> Answer {
        self.nobody().ask(BEGIN, json!({ "input": { "deviceName": "浏览器" } })).await
    }

    /// Sends someone to the provider.
    pub(crate) async fn sent_away(&self) -> Away {
        let answer = self.begin_single_sign_on().await;
        Away {
            url: answer.text("/beginSingleSignOn/authorizationUrl"),
            binding: answer.text("/beginSingleSignOn/binding"),
        }
    }

    /// Someone comes back.
    pub(crate) async fn came_back(&self, away: &Away, back: &Back, totp_code: Option<&str>) -> Answer {
        let input = json!({ "state": back.state, "code": back.code, "binding": away.binding, "totpCode": totp_code });
        self.nobody().ask(COMPLETE, json!({ "input": input })).await
    }

    /// Someone is sent to a provider that gives this token, changed so, and comes back.
    pub(crate) async fn told_by(
        &self,
        provider: &FakeProvider,
        key: &Key,
        change: impl FnOnce(&mut IdToken),
    ) -> Answer {
        let away = self.sent_away().await;
        let mut token = IdToken::new(provider, &away.parameter("nonce"), self.clock.now());
        change(&mut token);
        provider.gives(Some(&token.by(key)));
        self.came_back(&away, &away.back(), None).await
    }
}

/// Why nobody was signed in; empty if someone was.
pub(crate) fn refusal(answer: &Answer) -> String {
    let errors = answer.user_errors("completeSingleSignOn");
    assert_eq!(errors.is_empty(), answer.at("/completeSingleSignOn/token").is_string());
    errors.into_iter().map(|(code, _)| code).collect()
}
