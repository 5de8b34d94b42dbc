//! The identity provider that people sign in at: OpenID Connect, the authorization code flow with PKCE.

use std::{fmt, sync::OnceLock};

use chrono::{DateTime, Utc};
use openidconnect::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClientId, ClientSecret, ConfigurationError, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    core::{CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreProviderMetadata},
};
use secrecy::{ExposeSecret, SecretString};

mod discovery;
mod id_token;
mod settings;
mod spelling;
mod transport;

use discovery::{Discovery, Freshness};
use id_token::{Answer, IdTokenError};
use settings::{Registration, is_loopback};
use transport::{Fetching, Transport, TransportError};

pub use id_token::is_subject;
pub use settings::{BadSetting, SingleSignOnSettings};

/// The longest code of an error, RFC 6749, has 25 characters.
const LONGEST_CODE: usize = 64;

type Discovered =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why there is no identity provider to ask.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// A setting can't be used.
    #[error(transparent)]
    Setting(#[from] BadSetting),
    /// There is no HTTP client.
    #[error("single sign-on: {0}")]
    Client(#[from] reqwest::Error),
}

/// Why the provider told nobody's identity. For the log: holds no secret, and nothing about anyone.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It can't be heard, or not be understood.
    #[error("the identity provider is not available: {0}")]
    Unavailable(String),
    /// It refuses, or what it says is not to be believed.
    #[error("the identity provider does not vouch: {0}")]
    Refused(String),
}

/// What an attempt is known by at the provider. Each is random, and of one attempt only.
#[derive(Debug)]
pub struct AttemptSecrets {
    /// Comes back with the code.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Proves that whoever changes the code for a token asked for it (PKCE): 43 letters and digits.
    pub verifier: SecretString,
}

/// Who has signed in at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderIdentity {
    /// Who it is there.
    pub subject: String,
    /// The account that the provider names, where it is asked to.
    pub login: Option<String>,
    /// Whether the provider says that it asked for a second factor.
    pub second_factor: bool,
}

/// The identity provider.
pub struct IdentityProvider {
    registration: Registration,
    transport: Transport,
    discovery: Discovery,
}

impl IdentityProvider {
    /// The configured provider, if one is. It is not asked for anything yet: that it is down must not keep a server from
    /// starting.
    pub fn new(settings: &SingleSignOnSettings) -> Result<Option<Self>, SetUpError> {
        let Some(registration) = settings.registration()? else { return Ok(None) };
        let transport = Transport::new(is_loopback(registration.issuer.url()))?;
        let discovery = Discovery::new(registration.issuer.clone());
        Ok(Some(Self { registration, transport, discovery }))
    }

    /// Its URL, which its identities are kept with.
    pub fn issuer(&self) -> &str {
        &self.registration.issuer
    }

    /// Where someone is to be sent to sign in.
    pub async fn authorization_url(
        &self,
        attempt: &AttemptSecrets,
        now: DateTime<Utc>,
    ) -> Result<String, ProviderError> {
        let metadata = self.discovery.metadata(&self.transport, Freshness::Kept, now).await?;
        let (state, nonce) = (attempt.state.clone(), attempt.nonce.clone());
        let client = self.client(&metadata)?;
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (url, ..) = client
            .authorize_url(flow, move || CsrfToken::new(state), move || Nonce::new(nonce))
            .add_scopes(self.registration.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier(attempt)))
            .url();
        Ok(url.into())
    }

    /// Who a code stands for. The provider takes a code once.
    pub async fn identify(
        &self,
        code: &str,
        attempt: &AttemptSecrets,
        now: DateTime<Utc>,
    ) -> Result<ProviderIdentity, ProviderError> {
        let metadata = self.discovery.metadata(&self.transport, Freshness::Kept, now).await?;
        let answer = self.exchange(&metadata, code, attempt).await?;
        let believe = |metadata: &CoreProviderMetadata| {
            id_token::identified(&answer, metadata.jwks(), &attempt.nonce, &self.registration, now)
        };
        let believed = match believe(&metadata) {
            Err(IdTokenError::UnknownKey) => {
                believe(&*self.discovery.metadata(&self.transport, Freshness::Renewed, now).await?)
            }
            believed => believed,
        };
        believed.map_err(|reason| match reason {
            IdTokenError::Unreadable(_) => ProviderError::Unavailable(reason.to_string()),
            _ => ProviderError::Refused(reason.to_string()),
        })
    }

    async fn exchange(
        &self,
        metadata: &CoreProviderMetadata,
        code: &str,
        attempt: &AttemptSecrets,
    ) -> Result<Answer, ProviderError> {
        let client = self.client(metadata)?;
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(misconfigured)?;
        let asked = NormalisingClient { transport: &self.transport, id_token: OnceLock::new() };
        let answer = request.set_pkce_verifier(verifier(attempt)).request_async(&asked).await;
        let answer = answer.map_err(|error| match error {
            // Its code only, as far as it looks like one: what else it says may be about someone.
            RequestTokenError::ServerResponse(error) => {
                let code = error.error().to_string();
                ProviderError::Refused(code.chars().filter(char::is_ascii_graphic).take(LONGEST_CODE).collect())
            }
            RequestTokenError::Request(error) => TransportError::into(error),
            RequestTokenError::Parse(error, _) => {
                ProviderError::Unavailable(format!("its answer to a code can't be read: {}", error.path()))
            }
            RequestTokenError::Other(_) => ProviderError::Unavailable("its answer to a code is empty".to_owned()),
        })?;
        let access_token = answer.access_token().clone();
        Ok(Answer { access_token, id_token: asked.id_token.into_inner() })
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Result<Discovered, ProviderError> {
        let (id, secret) = (&self.registration.client_id, &self.registration.client_secret);
        let secret = secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let redirect = RedirectUrl::new(self.registration.redirect_uri.clone());
        let redirect = redirect.map_err(|_| ProviderError::Unavailable("its redirect URI is no URL".to_owned()))?;
        let client = CoreClient::from_provider_metadata(metadata.clone(), ClientId::new(id.clone()), secret);
        Ok(client.set_redirect_uri(redirect).set_auth_type(auth_type(metadata)))
    }
}

/// The provider, as it answers to a code once its spelling is seen to.
struct NormalisingClient<'t> {
    transport: &'t Transport,
    id_token: OnceLock<String>,
}

impl<'c> AsyncHttpClient<'c> for NormalisingClient<'_> {
    type Error = TransportError;
    type Future = Fetching<'c>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (answer, token) = spelling::token_answer(self.transport.fetch(request).await?);
            if let Some(token) = token {
                // A code is changed once: there is no other.
                let _ = self.id_token.set(token);
            }
            Ok(answer)
        })
    }
}

impl fmt::Debug for IdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityProvider").field("issuer", &self.registration.issuer).finish_non_exhaustive()
    }
}

impl From<TransportError> for ProviderError {
    fn from(error: TransportError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

fn misconfigured(_: ConfigurationError) -> ProviderError {
    ProviderError::Unavailable("it has no token endpoint".to_owned())
}

fn verifier(attempt: &AttemptSecrets) -> PkceCodeVerifier {
    PkceCodeVerifier::new(attempt.verifier.expose_secret().to_owned())
}

/// In the header, which every provider must take, unless it says that it takes the secret in the body only.
fn auth_type(metadata: &CoreProviderMetadata) -> AuthType {
    let taken = metadata.token_endpoint_auth_methods_supported();
    let takes = |method| taken.is_some_and(|taken| taken.contains(&method));
    if takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}
