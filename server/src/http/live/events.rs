//! GraphQL over server-sent events, distinct connections mode: one operation on one answer
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>). For networks that break WebSockets.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::parser::types::OperationType;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, future, stream};
use tokio::time::timeout;
use tracing::{Instrument, Span};

use super::{session_ended, session_over, too_many_streams};
use crate::{
    graphql::{Reply, ValidRequest, support::error::ErrorCode},
    http::{
        RouteState,
        client::Caller,
        graphql::{accept::Media, answer::respond, parameters::Parameters},
        listen::told,
    },
};

/// How often a comment is sent, so that proxies see life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// The longest id of an event that is taken back, in bytes: cursors are shorter.
const ID_LIMIT: usize = 256;

/// Goes on where a client's stream broke off: the id of the last event it has seen, which is that event's cursor, becomes
/// the variable `after`. Browsers send it by themselves when they ask again.
pub(in crate::http) fn resume(headers: &HeaderMap, parameters: &mut Parameters) {
    const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    if let Some(last) = last.filter(|id| !id.is_empty() && id.len() <= ID_LIMIT) {
        parameters.set_variable("after", last);
    }
}

/// Answers an operation event by event, until it or the session ends, or the server stops. That breaks it off: only what
/// has come to its end is complete, and need not be asked for again.
pub(in crate::http) fn answer(state: &RouteState, caller: Caller, admitted: ValidRequest) -> Response {
    let limit = state.executor.limits().result_bytes;
    let permit = match caller.access.0 {
        Some(viewer) => match state.streams.take(viewer.account) {
            Some(permit) => Some(permit),
            None => return refusal(&Reply::refused(too_many_streams(state.streams.most())), limit),
        },
        None => None,
    };
    let over = match caller.access.0 {
        Some(viewer) => session_over(Arc::clone(&state.app), viewer).boxed(),
        None => future::pending().boxed(),
    };
    let mut stopping = state.stopping.clone();
    let subscribed = state.metrics.subscribed();
    // What ends a stream is looked at before what it would say: no event passes once the session has ended.
    let ended = async move {
        tokio::select! {
            biased;
            () = over => Some(last(&Reply::refused(session_ended()), limit)),
            () = told(&mut stopping) => None,
        }
    };
    let resumable = admitted.kind() == OperationType::Subscription;
    let replies = state.executor.follow(admitted).map(move |reply| {
        let _held = (&permit, &subscribed);
        next(&reply, reply.cursor().filter(|_| resumable), limit)
    });
    streamed(until(replies.chain(stream::once(future::ready(COMPLETE))), ended))
}

/// A refusal, in a stream: a client that reads streams can't read anything else. Whoever is to come back later is told so
/// in HTTP's own terms.
pub(in crate::http) fn refusal(reply: &Reply, limit: usize) -> Response {
    if matches!(reply.code(), Some(ErrorCode::RateLimited | ErrorCode::DatabaseUnavailable)) {
        return respond(Media::EventStream, reply, limit);
    }
    streamed(stream::iter([last(reply, limit)]))
}

/// The stream until a future is ready; what that gives, if anything, comes last.
fn until<T: Send + 'static>(
    items: impl Stream<Item = T> + Send + Unpin + 'static,
    ended: impl Future<Output = Option<T>> + Send + 'static,
) -> impl Stream<Item = T> + Send + 'static {
    let state = Some((items, Box::pin(ended)));
    stream::unfold(state, |state| async move {
        let (mut items, mut ended) = state?;
        tokio::select! {
            biased;
            last = &mut ended => last.map(|last| (last, None)),
            item = items.next() => item.map(|item| (item, Some((items, ended)))),
        }
    })
}

/// The end. Browsers hear no event that has no line of data, be it empty (HTML, section "Event stream interpretation").
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");
const COMMENT: Bytes = Bytes::from_static(b":\n\n");

/// A result; `id` is what the client gives to go on after it. JSON has no line breaks of its own.
fn next(reply: &Reply, id: Option<&str>, limit: usize) -> Bytes {
    let mut event = b"event: next\n".to_vec();
    if let Some(id) = id {
        event.extend_from_slice(b"id: ");
        event.extend_from_slice(id.as_bytes());
        event.push(b'\n');
    }
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(&reply.to_json(limit));
    event.extend_from_slice(b"\n\n");
    event.into()
}

/// A last result, and the end.
fn last(reply: &Reply, limit: usize) -> Bytes {
    [next(reply, None, limit), COMPLETE].concat().into()
}

fn streamed(events: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let events = alive(Box::pin(events)).map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Media::EventStream.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather answers would hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// The events, and comments while there are none. They are told after their request was answered, and are its still.
fn alive(events: impl Stream<Item = Bytes> + Send + Unpin + 'static) -> impl Stream<Item = Bytes> + Send + 'static {
    let span = Span::current();
    stream::unfold(events, move |mut events| {
        let next = async move {
            let event = timeout(SIGN_OF_LIFE, events.next()).await.unwrap_or(Some(COMMENT))?;
            Some((event, events))
        };
        next.instrument(span.clone())
    })
}
