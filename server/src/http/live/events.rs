//! GraphQL over server-sent events, distinct connections mode: one operation on one answer
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>). For networks that break WebSockets.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{FutureExt, Stream, StreamExt, future, stream};

use super::{session_ended, session_over, too_many_streams};
use crate::{
    graphql::{Admitted, Reply},
    http::{
        Surface,
        client::Caller,
        graphql::{accept::Media, answer::respond},
        listen::told,
    },
};

/// How often a comment is sent, so that proxies see life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// Answers an operation event by event, until it or the session ends, or the server stops.
pub(in crate::http) fn answer(surface: &Surface, caller: Caller, admitted: Admitted) -> Response {
    let limit = surface.gate.limits().result_bytes;
    let seat = match caller.access.0 {
        Some(viewer) => match surface.streams.take(viewer.account) {
            Some(seat) => Some(seat),
            None => return refusal(&Reply::refused(too_many_streams(surface.streams.most())), limit),
        },
        None => None,
    };
    let over = match caller.access.0 {
        Some(viewer) => session_over(Arc::clone(&surface.app), viewer).boxed(),
        None => future::pending().boxed(),
    };
    let mut stopping = surface.stopping.clone();
    let subscribed = surface.metrics.subscribed();
    // What ends a stream is looked at before what it would say: no event passes once the session has ended.
    let ended = async move {
        tokio::select! {
            biased;
            () = over => Some(Reply::refused(session_ended())),
            () = told(&mut stopping) => None,
        }
    };
    let replies = until(surface.gate.follow(admitted), ended).map(move |reply| {
        let _held = (&seat, &subscribed);
        next(&reply, limit)
    });
    streamed(replies.chain(stream::once(future::ready(complete()))))
}

/// A refusal, in a stream: a client that reads streams can't read anything else.
pub(in crate::http) fn refusal(reply: &Reply, limit: usize) -> Response {
    if reply.code() == Some("RATE_LIMITED") {
        return respond(Media::Json, reply, limit);
    }
    let events = [next(reply, limit), complete()];
    streamed(stream::iter(events))
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

fn next(reply: &Reply, limit: usize) -> Event {
    Event::default().event("next").data(String::from_utf8(reply.to_json(limit)).unwrap_or_default())
}

fn complete() -> Event {
    Event::default().event("complete").data("")
}

fn streamed(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let events = events.map(Ok::<_, Infallible>);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)).into_response();
    *response.status_mut() = StatusCode::OK;
    // Proxies that gather answers would hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
