//! Answers over HTTP: status, media type and body.
//!
//! Status codes are those of GraphQL over HTTP, edition of September 2026, section “Status Codes”. Clients that accept
//! `application/json` only get the same ones, and their own media type where it went well (section “Body”): with another
//! status, `application/graphql-response+json` says that the answer is ours and not a proxy's.

use async_graphql::{Error, ErrorExtensions};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use messages::message;

use super::accept::Media;
use crate::{
    graphql::{
        Reply,
        support::error::{ErrorCode, coded},
    },
    http::delivery::InMemory,
};

/// 294 Partial Success: there are data, and errors too.
const PARTIAL_SUCCESS: u16 = 294;

/// How many headers an answer will have, with those that others add: what is left, the request's id, browsers' safety.
const HEADERS: usize = 14;

/// Answers a well-formed request.
pub(in crate::http) fn respond(media: Media, reply: &Reply, limit: usize) -> Response {
    match reply.within(limit) {
        Ok(json) => written(media, status_of(reply), reply, json),
        Err(refusal) => written(media, status_of(&refusal), &refusal, refusal.to_json(usize::MAX)),
    }
}

/// Answers what is no well-formed request, or none that is taken.
pub(in crate::http) fn refuse(media: Media, status: StatusCode, error: Error) -> Response {
    let refusal = Reply::refused(error);
    written(media, status, &refusal, refusal.to_json(usize::MAX))
}

/// Answers in the place of an answer for which there is no room on its connection.
pub(in crate::http) fn too_much_waits() -> Response {
    let error = coded(ErrorCode::LimitExceeded, &message!(TooMuchWaits { seconds: 1 })).extend_with(|_, extensions| {
        extensions.set("limit", "waitingBytesPerConnection");
        extensions.set("retryAfterSeconds", 1);
    });
    refuse(Media::GraphqlResponse, StatusCode::SERVICE_UNAVAILABLE, error)
}

fn written(media: Media, status: StatusCode, reply: &Reply, json: Vec<u8>) -> Response {
    let media = if status.is_success() && media == Media::Json { media } else { Media::GraphqlResponse };
    let mut headers = HeaderMap::with_capacity(HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = reply.retry_after() {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let held = InMemory(json.len());
    let mut response = Response::new(Body::from(json));
    response.extensions_mut().insert(held);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The status that says how it went.
fn status_of(reply: &Reply) -> StatusCode {
    // Wherever in the answer it was found out: nobody should take half of it for the whole.
    if reply.has(ErrorCode::DatabaseUnavailable) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    if !reply.is_refusal() {
        let status = if reply.has_errors() { PARTIAL_SUCCESS } else { 200 };
        return StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    }
    match reply.code() {
        Some(ErrorCode::GraphqlParseFailed) => StatusCode::BAD_REQUEST,
        Some(ErrorCode::Unauthenticated) => StatusCode::UNAUTHORIZED,
        Some(
            ErrorCode::IntrospectionNotAllowed
            | ErrorCode::DocumentNotAllowed
            | ErrorCode::Forbidden
            | ErrorCode::ForbiddenByTokenScope,
        ) => StatusCode::FORBIDDEN,
        Some(ErrorCode::PersistedQueryNotFound) => StatusCode::NOT_FOUND,
        Some(ErrorCode::RateLimited) => StatusCode::TOO_MANY_REQUESTS,
        Some(ErrorCode::Timeout) => StatusCode::SERVICE_UNAVAILABLE,
        Some(ErrorCode::Internal) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_too_long_is_to_be_asked_for_again() {
        let status = |code| status_of(&Reply::refused(coded(code, &message!(RequestTooSlow))));
        assert_eq!(status(ErrorCode::Timeout), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(ErrorCode::LimitExceeded), StatusCode::UNPROCESSABLE_ENTITY);
    }
}
