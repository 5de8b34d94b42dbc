//! Which host a request is for: said once, or it is not answered (RFC 9112, section 3.2; RFC 9110, section 7.2).
//!
//! Of two hosts, a proxy may believe the one and Onsite the other.

use axum::{
    http::{Request, StatusCode, Version, header, uri::Authority},
    response::Response,
};
use messages::message;

use super::graphql::{accept::Media, answer::refuse};
use crate::graphql::support::error::{ErrorCode, coded};

/// Whether a request says its host once. HTTP/1.0 and HTTP/2, which has a place of its own for it, need not say it in a
/// header.
pub(super) fn is_plain<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version() != Version::HTTP_11,
        (Some(host), None) => {
            let host = host.as_bytes();
            // Empty is right where the target has no authority.
            host.is_empty() || (Authority::try_from(host).is_ok() && !host.contains(&b'@'))
        }
        (Some(_), Some(_)) => false,
    }
}

/// Answers one that does not.
pub(super) fn refusal() -> Response {
    refuse(Media::GraphqlResponse, StatusCode::BAD_REQUEST, coded(ErrorCode::BadRequest, &message!(HostMalformed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::one(Version::HTTP_11, &["onsite.example"], true)]
    #[case::with_a_port(Version::HTTP_11, &["onsite.example:8443"], true)]
    #[case::an_address(Version::HTTP_11, &["[::1]:8080"], true)]
    #[case::empty(Version::HTTP_11, &[""], true)]
    #[case::none(Version::HTTP_11, &[], false)]
    #[case::two(Version::HTTP_11, &["a.example", "b.example"], false)]
    #[case::twice_the_same(Version::HTTP_11, &["a.example", "a.example"], false)]
    #[case::a_list(Version::HTTP_11, &["a.example, b.example"], false)]
    #[case::a_url(Version::HTTP_11, &["https://a.example"], false)]
    #[case::a_path(Version::HTTP_11, &["a.example/x"], false)]
    #[case::somebody(Version::HTTP_11, &["me@a.example"], false)]
    #[case::none_in_1_0(Version::HTTP_10, &[], true)]
    #[case::two_in_1_0(Version::HTTP_10, &["a.example", "b.example"], false)]
    #[case::none_in_2(Version::HTTP_2, &[], true)]
    #[case::two_in_2(Version::HTTP_2, &["a.example", "b.example"], false)]
    fn which_requests_say_their_host(#[case] version: Version, #[case] hosts: &[&str], #[case] plain: bool) {
        let request = Request::builder().uri("/graphql").version(version);
        let request = hosts.iter().fold(request, |request, host| request.header("host", *host));
        assert_eq!(is_plain(&request.body(()).unwrap()), plain);
    }
}
