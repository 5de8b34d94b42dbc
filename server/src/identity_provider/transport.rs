//! Asks the provider over HTTP: not elsewhere, not for long, and not for much.

use std::{pin::Pin, time::Duration};

use openidconnect::{HttpRequest, HttpResponse, http};
use reqwest::{Client, Request, redirect::Policy};

use super::settings::may_be_asked;

/// Someone waits at a page meanwhile.
const TIME_OUT: Duration = Duration::from_secs(10);
/// Discovery documents and key sets of large providers have 20,000.
const LONGEST_ANSWER: usize = 256 * 1024;

/// An answer under way.
pub(super) type Fetching<'c> = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'c>>;

/// Why the provider was not heard. Names no URL: those of some providers hold names of customers.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransportError {
    #[error("an endpoint of the provider is not https")]
    Insecure,
    #[error("{0}")]
    Failed(#[source] reqwest::Error),
    #[error("an answer of the provider is longer than {LONGEST_ANSWER} bytes")]
    TooLong,
    #[error("{0}")]
    Malformed(#[from] http::Error),
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        Self::Failed(error.without_url())
    }
}

/// An HTTP client for the provider.
#[derive(Debug)]
pub(super) struct Transport(Client);

impl Transport {
    /// One for a provider on this machine, which no proxy reaches, or elsewhere.
    pub(super) fn new(loopback: bool) -> Result<Self, reqwest::Error> {
        // A redirect could lead a code or the client's secret elsewhere.
        let client = Client::builder().redirect(Policy::none()).timeout(TIME_OUT);
        Ok(Self(if loopback { client.no_proxy() } else { client }.build()?))
    }

    /// The answer to a request, in full.
    pub(super) async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let request = Request::try_from(request)?;
        if !may_be_asked(request.url()) {
            return Err(TransportError::Insecure);
        }
        let mut response = self.0.execute(request).await?;
        let mut answer = http::Response::builder().status(response.status());
        if let Some(content_type) = response.headers().get(http::header::CONTENT_TYPE) {
            answer = answer.header(http::header::CONTENT_TYPE, content_type);
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await? {
            if body.len() + piece.len() > LONGEST_ANSWER {
                return Err(TransportError::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        Ok(answer.body(body)?)
    }
}
