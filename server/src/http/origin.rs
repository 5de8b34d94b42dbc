//! Which web pages may ask: those of this server's own origin, and those of origins that the settings list.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header, request::Parts};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The origins whose pages may ask.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    /// Such as `https://dashboard.example`, lower case.
    allowed: Vec<String>,
    /// Whether any of them is another origin than the server's own.
    others: bool,
}

impl Origins {
    /// The server's own public URL and the listed origins.
    pub(super) fn new(public_url: &str, others: &[String]) -> Self {
        let own = origin_of(public_url);
        let listed = others.iter().map(|origin| origin.trim_end_matches('/').to_ascii_lowercase());
        Self { allowed: own.into_iter().chain(listed).collect(), others: !others.is_empty() }
    }

    /// Whether a request may go on: it comes from no page at all, or from one of an origin that may ask.
    ///
    /// Browsers send `Origin` with everything that could change something, and with every WebSocket; a page can't leave
    /// it out. `null`, the origin of sandboxed pages, is nobody's.
    pub(super) fn admit(&self, parts: &Parts) -> bool {
        let mut origins = parts.headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else { return true };
        let (Ok(origin), None) = (origin.to_str(), origins.next()) else { return false };
        let origin = origin.to_ascii_lowercase();
        self.allowed.contains(&origin) || is_own(&origin, parts)
    }

    /// What browsers are told when they ask on behalf of a page of another origin; nothing where none may.
    pub(super) fn cors(&self) -> Option<CorsLayer> {
        const HEADERS: [HeaderName; 3] = [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT];
        let exposed = ["ratelimit", "ratelimit-policy", "retry-after", "x-request-id"].map(HeaderName::from_static);
        let origins = self.allowed.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
        let layer = CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST, Method::PUT])
            .allow_headers(HEADERS)
            .expose_headers(exposed)
            .max_age(Duration::from_secs(600));
        self.others.then_some(layer)
    }
}

/// Whether the page came from where the request goes to.
fn is_own(origin: &str, parts: &Parts) -> bool {
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = parts.uri.authority().map(|authority| authority.as_str()).or(host);
    let named = origin.split_once("://").map(|(_, authority)| authority);
    named.is_some() && named == authority.map(str::to_ascii_lowercase).as_deref()
}

/// Scheme, host and port of a URL.
fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())?;
    Some(format!("{scheme}://{authority}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use rstest::rstest;

    #[rstest]
    #[case::no_page(&[], true)]
    #[case::own_by_host(&["http://127.0.0.1:8080"], true)]
    #[case::own_by_public_url(&["https://onsite.example"], true)]
    #[case::listed(&["https://Dashboard.example"], true)]
    #[case::foreign(&["https://evil.example"], false)]
    #[case::other_scheme(&["http://dashboard.example"], false)]
    #[case::other_port(&["https://dashboard.example:8443"], false)]
    #[case::a_longer_name(&["https://dashboard.example.evil.example"], false)]
    #[case::sandboxed(&["null"], false)]
    #[case::two(&["https://onsite.example", "https://evil.example"], false)]
    fn which_pages_may_ask(#[case] origin: &[&str], #[case] admitted: bool) {
        let mut request = Request::builder().uri("/graphql").header("host", "127.0.0.1:8080");
        for origin in origin {
            request = request.header("origin", *origin);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let origins = Origins::new("https://onsite.example/base", &["https://dashboard.example/".to_owned()]);
        assert_eq!(origins.admit(&parts), admitted);
    }
}
