//! One operation on a stream: prepared under the same rules as over HTTP, then followed to its end.

use std::{sync::Arc, time::Instant};

use async_graphql::parser::types::OperationType;
use futures_util::{Stream, StreamExt, stream};
use secrecy::{ExposeSecret, SecretString};
use tracing::{Instrument, Span};

use crate::{
    graphql::{Reply, ValidRequest},
    http::{
        RouteState,
        authentication::access,
        client::Caller,
        graphql::parameters::Parameters,
        log::{RequestFacts, operation, span},
        quota::RateLimitStatus,
    },
    store::statements,
};

/// The replies to an operation, one after the other. A refusal is the last one. `authorization` is what the caller opened
/// the stream with.
pub(super) fn replies(
    state: Arc<RouteState>,
    mut caller: Caller,
    authorization: Arc<SecretString>,
    mut parameters: Parameters,
) -> impl Stream<Item = Reply> + Send {
    let name = parameters.operation_name.clone();
    let begun = Instant::now();
    let span = span(&state);
    let first = async move {
        let noted = RequestFacts {
            viewer: caller.access.0.map(|viewer| viewer.account),
            operation: name,
            ..RequestFacts::default()
        };
        // What they may do is looked up anew: since the stream was opened, they can have confirmed a second factor.
        let access = access(&state.app, authorization.expose_secret());
        match state.admit(&mut caller, access, &mut parameters, &mut RateLimitStatus::default()).await {
            Err(refusal) => {
                state.metrics.operation(None, refusal.code(), begun.elapsed());
                operation(&RequestFacts { code: refusal.code(), ..noted }, begun, 0);
                stream::once(std::future::ready(refusal)).left_stream()
            }
            Ok(admitted) => {
                let noted = RequestFacts { kind: Some(admitted.kind()), cost: Some(admitted.cost()), ..noted };
                followed(state, admitted, noted, begun).right_stream()
            }
        }
    };
    stream::once(first.instrument(span)).flatten()
}

fn followed(
    state: Arc<RouteState>,
    admitted: ValidRequest,
    noted: RequestFacts,
    begun: Instant,
) -> impl Stream<Item = Reply> + Send {
    let subscribed = (admitted.kind() == OperationType::Subscription).then(|| state.metrics.subscribed());
    let (replies, span) = (state.executor.follow(admitted), Span::current());
    let whole = stream::unfold((replies, subscribed), move |(mut replies, subscribed)| {
        let (state, noted) = (Arc::clone(&state), noted.clone());
        let told = span.clone();
        async move {
            let (reply, sql) = statements::counted(replies.next()).await;
            let reply = reply?;
            // An event of a subscription is no request: it is logged when the subscription begins, by its first reply.
            if subscribed.is_none() {
                let noted = RequestFacts { code: reply.code(), ..noted };
                state.metrics.operation(noted.kind, noted.code, begun.elapsed());
                operation(&noted, begun, sql);
            }
            Some((reply, (replies, subscribed)))
        }
        .instrument(told)
    });
    whole.scan(false, |over, reply| {
        // A subscription without its events can't go on: its client begins anew, after the last cursor it saw.
        let item = (!*over).then(|| {
            *over = reply.is_refusal();
            reply
        });
        std::future::ready(item)
    })
}
