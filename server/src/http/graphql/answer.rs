//! Answers over HTTP: status, media type and body.
//!
//! Status codes are those of GraphQL over HTTP, edition of September 2026, section “Status Codes”. Clients that accept
//! `application/json` only can't tell our answer from a proxy's by its status, so every well-formed request of theirs is
//! answered with 200, as the drafts before that edition asked.

use async_graphql::Error;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use super::accept::Media;
use crate::graphql::Reply;

/// 294 Partial Success: there are data, and errors too.
const PARTIAL_SUCCESS: u16 = 294;

/// How many headers an answer will have, with those that others add: what is left, the request's id, browsers' safety.
const HEADERS: usize = 14;

/// Answers a well-formed request.
pub(in crate::http) fn respond(media: Media, reply: &Reply, limit: usize) -> Response {
    let status = match media {
        Media::GraphqlResponse => status_of(reply),
        Media::Json | Media::EventStream => match status_of(reply) {
            // Whoever has to sign in, or to come back later, is told so in HTTP's own terms as well.
            status @ (StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS) => status,
            _ => StatusCode::OK,
        },
    };
    written(media, status, reply, limit)
}

/// Answers what is no well-formed request, or none that is taken.
pub(in crate::http) fn refuse(media: Media, status: StatusCode, error: Error) -> Response {
    written(media, status, &Reply::refused(error), usize::MAX)
}

fn written(media: Media, status: StatusCode, reply: &Reply, limit: usize) -> Response {
    let media = if media == Media::EventStream { Media::Json } else { media };
    let mut headers = HeaderMap::with_capacity(HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = reply.retry_after() {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let mut response = Response::new(Body::from(reply.to_json(limit)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The status that says how it went.
fn status_of(reply: &Reply) -> StatusCode {
    if !reply.is_refusal() {
        let status = if reply.has_errors() { PARTIAL_SUCCESS } else { 200 };
        return StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    }
    match reply.code().unwrap_or_default() {
        "GRAPHQL_PARSE_FAILED" => StatusCode::BAD_REQUEST,
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        "INTROSPECTION_NOT_ALLOWED" | "DOCUMENT_NOT_ALLOWED" | "FORBIDDEN" | "FORBIDDEN_BY_TOKEN_SCOPE" => {
            StatusCode::FORBIDDEN
        }
        "PERSISTED_QUERY_NOT_FOUND" => StatusCode::NOT_FOUND,
        "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
        "TIMEOUT" => StatusCode::SERVICE_UNAVAILABLE,
        "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
