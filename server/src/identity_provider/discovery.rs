//! What the provider tells about itself, kept for a while: where its endpoints are, and the keys it signs with.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{AsyncHttpClient, DiscoveryError, HttpRequest, IssuerUrl, core::CoreProviderMetadata};
use tokio::sync::Mutex;

use super::{
    ProviderError,
    settings::may_be_asked,
    spelling,
    transport::{Fetching, Transport, TransportError},
};

/// Where every provider's discovery document is: OpenID Connect Discovery 1.0, section 4.
const DOCUMENT: &str = "/.well-known/openid-configuration";
/// A key that the provider gave up is not believed for longer.
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);
/// Keys change seldom: whoever makes tokens of unknown keys up can't have the provider asked for each.
const RENEWED_AFTER: TimeDelta = TimeDelta::minutes(1);
/// A provider that is down is not waited for by everyone in turn.
const ASKED_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(5);

#[derive(Debug, Default)]
struct Cached {
    metadata: Option<(Arc<CoreProviderMetadata>, DateTime<Utc>)>,
    asked_at: Option<DateTime<Utc>>,
}

/// How fresh what is known has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// As fresh as it happens to be.
    Kept,
    /// There is a key that is not known.
    Renewed,
}

/// What the provider tells about itself.
#[derive(Debug)]
pub(super) struct Discovery {
    issuer: IssuerUrl,
    known: Mutex<Cached>,
}

impl Discovery {
    pub(super) fn new(issuer: IssuerUrl) -> Self {
        Self { issuer, known: Mutex::default() }
    }

    /// What is known; asks the provider if that is nothing, or too old. Whoever comes meanwhile waits for the answer.
    pub(super) async fn metadata(
        &self,
        transport: &Transport,
        freshness: Freshness,
        now: DateTime<Utc>,
    ) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let mut known = self.known.lock().await;
        let kept_for = if freshness == Freshness::Renewed { RENEWED_AFTER } else { KEPT_FOR };
        if let Some((metadata, at)) = &known.metadata
            && *at <= now
            && now - *at < kept_for
        {
            return Ok(Arc::clone(metadata));
        }
        // What a clock noted that was ahead, and is set right, says nothing.
        if known.asked_at.is_some_and(|at| at <= now && now - at < ASKED_AGAIN_AFTER) {
            return Err(ProviderError::Unavailable("it did not answer a moment ago".to_owned()));
        }
        known.asked_at = Some(now);
        let metadata = Arc::new(self.discover(transport).await?);
        known.metadata = Some((Arc::clone(&metadata), now));
        Ok(metadata)
    }

    async fn discover(&self, transport: &Transport) -> Result<CoreProviderMetadata, ProviderError> {
        let asked = NormalisingClient(transport);
        let metadata = CoreProviderMetadata::discover_async(self.issuer.clone(), &asked).await.map_err(undiscovered)?;
        let token_endpoint = metadata.token_endpoint().map(|endpoint| endpoint.url());
        let (Some(token_endpoint), authorization) = (token_endpoint, metadata.authorization_endpoint().url()) else {
            return Err(ProviderError::Unavailable("it has no token endpoint".to_owned()));
        };
        if !may_be_asked(authorization) || !may_be_asked(token_endpoint) {
            return Err(ProviderError::Unavailable(TransportError::Insecure.to_string()));
        }
        Ok(metadata)
    }
}

/// The provider, as it answers once its spelling is seen to.
struct NormalisingClient<'t>(&'t Transport);

impl<'c> AsyncHttpClient<'c> for NormalisingClient<'_> {
    type Error = TransportError;
    type Future = Fetching<'c>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        let for_keys = !request.uri().path().ends_with(DOCUMENT);
        Box::pin(async move {
            let answer = self.0.fetch(request).await?;
            Ok(if for_keys { spelling::keys(answer) } else { spelling::discovery(answer) })
        })
    }
}

/// Tells why, but nothing of what the provider sent.
fn undiscovered(error: DiscoveryError<TransportError>) -> ProviderError {
    ProviderError::Unavailable(match error {
        DiscoveryError::Request(error) => error.to_string(),
        DiscoveryError::Parse(error) => format!("its discovery document can't be read: {}", error.path()),
        DiscoveryError::Response(status, ..) => format!("it answers {} to discovery", status.as_u16()),
        DiscoveryError::Validation(_) => "it says that it is another issuer".to_owned(),
        _ => "its discovery document can't be used".to_owned(),
    })
}
