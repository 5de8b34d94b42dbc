//! GraphQL over HTTP: POST for everything, GET for queries only.

use async_graphql::{Request, Response, ServerError, parser::types::OperationType};
use axum::{
    body::Body,
    extract::{FromRequestParts, Query, Request as HttpRequest, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response as HttpResponse},
};
use futures_util::StreamExt;
use serde::Deserialize;

use super::{Surface, authentication::access_of, log::Noted, socket};

const GRAPHQL_JSON: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// How many times the limit a body may have to be told that it is too large, before the connection is closed.
const LISTENED_TO: usize = 16;

/// A request's JSON. Members that are not known are allowed, as the specification asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Parameters {
    fn request(self) -> Request {
        let variables = self.variables.map(serde_json::Value::Object).map(async_graphql::Variables::from_json);
        let mut request = Request::new(self.query).variables(variables.unwrap_or_default());
        request.operation_name = self.operation_name;
        request
    }
}

/// The same in a query string, where variables are JSON text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueryString {
    query: String,
    operation_name: Option<String>,
    variables: Option<String>,
}

/// `POST /graphql`
pub(super) async fn post(State(surface): State<Surface>, headers: HeaderMap, body: Body) -> HttpResponse {
    if !is_json(&headers) {
        let message = "Send the request as application/json.";
        return problem(&headers, StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message);
    }
    let limit = surface.gate.limits().body_bytes;
    let body = match read(body, limit).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => {
            let message = format!("The request exceeds the limit bodyBytes of {limit}.");
            return problem(&headers, StatusCode::PAYLOAD_TOO_LARGE, "LIMIT_EXCEEDED", message);
        }
        Err(Unread::BrokeOff) => {
            return problem(&headers, StatusCode::BAD_REQUEST, "BAD_REQUEST", "The request broke off.");
        }
    };
    match serde_json::from_slice::<Parameters>(&body) {
        Ok(parameters) => answer(&surface, &headers, parameters.request(), false).await,
        Err(error) => {
            // The text of a data error can quote the request; its place says enough.
            let message = format!(
                "The body must be a JSON object with a text \"query\"; it is not at line {}, column {}.",
                error.line(),
                error.column()
            );
            problem(&headers, StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
        }
    }
}

enum Unread {
    TooLarge,
    BrokeOff,
}

/// Reads a body of `limit` bytes at most. What comes beyond is read as well, up to a bound, and thrown away: a client
/// that is still sending would take an early answer for a broken connection, and try again for ever.
async fn read(body: Body, limit: usize) -> Result<Vec<u8>, Unread> {
    let (mut kept, mut length) = (Vec::new(), 0_usize);
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Unread::BrokeOff)?;
        length = length.saturating_add(piece.len());
        if length <= limit {
            kept.extend_from_slice(&piece);
        } else if length / LISTENED_TO > limit {
            break;
        }
    }
    if length > limit { Err(Unread::TooLarge) } else { Ok(kept) }
}

/// `GET /graphql`: a query, or the opening of a WebSocket.
pub(super) async fn get(State(surface): State<Surface>, request: HttpRequest) -> HttpResponse {
    let (mut parts, _) = request.into_parts();
    let headers = parts.headers.clone();
    if headers.contains_key(header::UPGRADE) {
        return match WebSocketUpgrade::from_request_parts(&mut parts, &surface).await {
            Ok(upgrade) => socket::open(surface, upgrade),
            Err(rejection) => rejection.into_response(),
        };
    }
    let Ok(Query(query)) = Query::<QueryString>::try_from_uri(&parts.uri) else {
        let message = "Give the query as ?query=…";
        return problem(&headers, StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    };
    let variables = query.variables.filter(|text| !text.is_empty()).map(|text| serde_json::from_str(&text)).transpose();
    match variables {
        Ok(variables) => {
            let parameters = Parameters { query: query.query, operation_name: query.operation_name, variables };
            answer(&surface, &headers, parameters.request(), true).await
        }
        Err(_) => problem(&headers, StatusCode::BAD_REQUEST, "BAD_REQUEST", "variables must be a JSON object."),
    }
}

async fn answer(surface: &Surface, headers: &HeaderMap, request: Request, queries_only: bool) -> HttpResponse {
    let access = match access_of(&surface.app, headers).await {
        Ok(access) => access,
        Err(unaccepted) => {
            let error = unaccepted.error().into_server_error(Default::default());
            return respond(headers, StatusCode::UNAUTHORIZED, &Response::from_errors(vec![error]));
        }
    };
    let noted = Noted { viewer: access.0.map(|viewer| viewer.account), operation: request.operation_name.clone() };
    let mut response = match surface.gate.admit(request.data(access)) {
        Ok(admitted) if queries_only && admitted.kind() != Some(OperationType::Query) => {
            let mut response =
                problem(headers, StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "GET is for queries; use POST.");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
            response
        }
        Ok(admitted) => {
            let response = surface.gate.answer(admitted).await;
            respond(headers, StatusCode::OK, &response)
        }
        Err(refusal) => respond(headers, StatusCode::BAD_REQUEST, &refusal),
    };
    response.extensions_mut().insert(noted);
    response
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn problem(headers: &HeaderMap, status: StatusCode, code: &str, message: impl Into<String>) -> HttpResponse {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    respond(headers, status, &Response::from_errors(vec![error]))
}

/// The response in the media type the client asked for. As plain JSON, a well-formed request is answered with 200.
fn respond(headers: &HeaderMap, status: StatusCode, response: &Response) -> HttpResponse {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = if accepted.contains("application/graphql-response+json") { GRAPHQL_JSON } else { JSON };
    match serde_json::to_vec(response) {
        Ok(body) => (status, [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "a response can't be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
