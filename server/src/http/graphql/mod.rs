//! GraphQL over HTTP (edition of September 2026): POST for everything, GET for queries only.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::{
    body::Body,
    extract::{Extension, FromRequestParts, Request as HttpRequest, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response as HttpResponse},
};
use futures_util::StreamExt;
use messages::message;

use self::{
    accept::{Accepted, Media, accepted},
    answer::{refuse, respond},
    parameters::{ParameterError, Parameters},
};
use super::{
    RouteState,
    authentication::access_of,
    client::Caller,
    listen::Peer,
    live::{
        events,
        socket::{self, SocketClient},
    },
    log::RequestFacts,
    pace::TooSlow,
    quota::RateLimitStatus,
};
use crate::graphql::{
    RequestTime, ValidRequest,
    engine::limits::excess,
    support::error::{ErrorCode, coded},
};

pub(super) mod accept;
pub(super) mod answer;
pub(super) mod documents;
pub(super) mod parameters;

/// How many times the limit a body may have to be told that it is too large, before the connection is closed.
const LISTENED_TO: usize = 16;

/// `POST /graphql`
pub(super) async fn post(
    State(state): State<Arc<RouteState>>,
    Extension(peer): Extension<Peer>,
    Extension(arrived): Extension<RequestTime>,
    request: HttpRequest,
) -> HttpResponse {
    let (parts, body) = request.into_parts();
    let accepted = match admitted(&state, &parts) {
        Ok(accepted) => accepted,
        Err(refusal) => return *refusal,
    };
    let media = accepted.preferred;
    if !is_json(&parts.headers) {
        let error = coded(ErrorCode::UnsupportedMediaType, &message!(BodyOfAnotherType));
        return refuse(media, StatusCode::UNSUPPORTED_MEDIA_TYPE, error);
    }
    let limit = state.executor.limits().body_bytes;
    let body = match read(body, limit).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => {
            let error = excess("bodyBytes", limit.saturating_add(1), limit);
            return refuse(media, StatusCode::PAYLOAD_TOO_LARGE, error);
        }
        Err(BodyError::TooSlow) => {
            let error = coded(ErrorCode::Timeout, &message!(RequestTooSlow));
            return refuse(media, StatusCode::REQUEST_TIMEOUT, error);
        }
        Err(BodyError::BrokeOff) => {
            let error = coded(ErrorCode::BadRequest, &message!(RequestBrokeOff));
            return refuse(media, StatusCode::BAD_REQUEST, error);
        }
    };
    match Parameters::from_json(&body) {
        Ok(parameters) => operate(&state, &parts, (&peer, arrived), accepted, parameters).await,
        Err(unreadable) => ill_formed(media, unreadable),
    }
}

/// `GET /graphql`: a query, or the opening of a WebSocket.
pub(super) async fn get(
    State(state): State<Arc<RouteState>>,
    Extension(peer): Extension<Peer>,
    Extension(arrived): Extension<RequestTime>,
    request: HttpRequest,
) -> HttpResponse {
    let (mut parts, _) = request.into_parts();
    if parts.headers.contains_key(header::UPGRADE) {
        if !state.origins.admit(&parts) {
            return foreign(Media::GraphqlResponse);
        }
        let client = SocketClient {
            address: state.proxies.address_of(peer.address, &parts.headers),
            connection: peer.connection,
            authorization: parts.headers.get(header::AUTHORIZATION).cloned(),
        };
        return match WebSocketUpgrade::from_request_parts(&mut parts, &state).await {
            Ok(upgrade) => socket::open(state, upgrade, client),
            Err(rejection) => rejection.into_response(),
        };
    }
    let accepted = match admitted(&state, &parts) {
        Ok(accepted) => accepted,
        Err(refusal) => return *refusal,
    };
    match Parameters::from_query(&parts.uri) {
        Ok(parameters) => operate(&state, &parts, (&peer, arrived), accepted, parameters).await,
        Err(unreadable) => ill_formed(accepted.preferred, unreadable),
    }
}

/// Any other method.
pub(super) async fn other() -> HttpResponse {
    let error = coded(ErrorCode::MethodNotAllowed, &message!(MethodOfAnotherKind));
    allowing(refuse(Media::GraphqlResponse, StatusCode::METHOD_NOT_ALLOWED, error), "GET, POST")
}

/// What the client accepts, if a page of its origin may ask and there is anything to answer with.
fn admitted(state: &RouteState, parts: &Parts) -> Result<Accepted, Box<HttpResponse>> {
    let Some(accepted) = accepted(&parts.headers) else {
        let error = coded(ErrorCode::NotAcceptable, &message!(NothingAcceptable));
        return Err(Box::new(refuse(Media::GraphqlResponse, StatusCode::NOT_ACCEPTABLE, error)));
    };
    if state.origins.admit(parts) { Ok(accepted) } else { Err(Box::new(foreign(accepted.preferred))) }
}

fn foreign(media: Media) -> HttpResponse {
    refuse(media, StatusCode::FORBIDDEN, coded(ErrorCode::OriginNotAllowed, &message!(OriginNotAllowed)))
}

fn ill_formed(media: Media, unreadable: ParameterError) -> HttpResponse {
    let (status, why) = match unreadable {
        ParameterError::NotJson(why) => (StatusCode::BAD_REQUEST, why),
        ParameterError::Malformed(why) => (StatusCode::UNPROCESSABLE_ENTITY, why),
    };
    refuse(media, status, coded(ErrorCode::BadRequest, &why))
}

/// Does what a well-formed request asks.
async fn operate(
    state: &RouteState,
    parts: &Parts,
    (peer, arrived): (&Peer, RequestTime),
    accepted: Accepted,
    mut parameters: Parameters,
) -> HttpResponse {
    let mut caller = Caller::of(state.proxies.address_of(peer.address, &parts.headers), arrived);
    let operation = parameters.operation_name.clone();
    let limit = state.executor.limits().result_bytes;
    let mut rate_limit = RateLimitStatus::default();
    let access = access_of(&state.app, &parts.headers);
    if accepted.events {
        events::resume(&parts.headers, &mut parameters);
    }
    let admitted = state.admit(&mut caller, access, &mut parameters, &mut rate_limit).await;
    let mut noted =
        RequestFacts { viewer: caller.access.0.map(|viewer| viewer.account), operation, ..RequestFacts::default() };
    let mut response = match admitted {
        Err(refusal) => {
            noted.code = refusal.code();
            match accepted.preferred {
                // A client that reads a stream gets its refusal in one; but not the one that has to sign in.
                Media::EventStream if refusal.code() != Some(ErrorCode::Unauthenticated) => {
                    events::refusal(&refusal, limit)
                }
                media => respond(media, &refusal, limit),
            }
        }
        Ok(admitted) => {
            noted.cost = Some(admitted.cost());
            noted.kind = Some(admitted.kind());
            perform(state, parts, caller, accepted, admitted, &mut noted).await
        }
    };
    rate_limit.tell(response.headers_mut());
    response.extensions_mut().insert(noted);
    response
}

async fn perform(
    state: &RouteState,
    parts: &Parts,
    caller: Caller,
    accepted: Accepted,
    admitted: ValidRequest,
    noted: &mut RequestFacts,
) -> HttpResponse {
    let kind = admitted.kind();
    if parts.method == Method::GET && kind == OperationType::Mutation {
        let error = coded(ErrorCode::MethodNotAllowed, &message!(GetIsForQueries));
        return allowing(refuse(accepted.preferred, StatusCode::METHOD_NOT_ALLOWED, error), "POST");
    }
    let streamed = accepted.preferred == Media::EventStream || kind == OperationType::Subscription;
    if accepted.events && streamed {
        return events::answer(state, caller, admitted);
    }
    let reply = Box::pin(state.executor.answer(admitted)).await;
    noted.code = reply.code();
    respond(accepted.preferred, &reply, state.executor.limits().result_bytes)
}

fn allowing(mut response: HttpResponse, methods: &'static str) -> HttpResponse {
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

enum BodyError {
    TooLarge,
    TooSlow,
    BrokeOff,
}

/// Reads a body of `limit` bytes at most. What comes beyond is read as well, up to a bound, and thrown away: a client
/// that is still sending would take an early answer for a broken connection, and try again for ever.
async fn read(body: Body, limit: usize) -> Result<Vec<u8>, BodyError> {
    let (mut kept, mut length) = (Vec::new(), 0_usize);
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece =
            piece.map_err(
                |error| if error.into_inner().is::<TooSlow>() { BodyError::TooSlow } else { BodyError::BrokeOff },
            )?;
        length = length.saturating_add(piece.len());
        if length <= limit {
            kept.extend_from_slice(&piece);
        } else if length / LISTENED_TO > limit {
            break;
        }
    }
    if length > limit { Err(BodyError::TooLarge) } else { Ok(kept) }
}

/// One `Content-Type` of JSON in UTF-8. A page of another origin can't send it without asking first (CORS).
fn is_json(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next().and_then(|kind| kind.to_str().ok()), kinds.next()) else { return false };
    let mut parts = kind.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    let plain = headers.get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    json && utf8 && plain
}
