//! An eye on what an execution takes while it takes it: it gives way to others, and ends once its answer takes more memory
//! than it may.
//!
//! What can be fetched is bounded before (`cost`), and how long it takes is by whoever waits; but what a value weighs is
//! known once it is there, and a runtime's thread is free again only where an execution lets it go. How long an event of a
//! subscription takes is bounded here, too: whoever waits for events may wait for as long as there is none.

use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::Poll,
    time::Duration,
};

use async_graphql::{
    QueryPathNode, Response, ServerResult, Value,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo},
};
use futures_util::FutureExt;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::limits::{Limits, excess};

/// Fields that are looked at before others get their turn: a millisecond's work or less.
const TURN: usize = 500;
/// Bytes that a field takes while it is worked out.
const UNDER_WAY: usize = 1024;
/// Bytes that a value takes where it is, in a list or an object, and a member's name and hash beside it.
const VALUE: usize = 72;
const MEMBER: usize = 32;
/// Bytes that an object takes beyond its members, for which there is room for four at least.
const OBJECT: usize = 128;
const ROOM: usize = 4;
/// Lists of one level that are worked out at once: each has all its rows under way. Siblings are loaded together, so that
/// none waits for more than a turn.
const LISTS: usize = 8;
/// Levels of an answer, places in lists counted as such: deeper ones are refused before.
const LEVELS: usize = 64;

/// What one execution has taken.
#[derive(Debug)]
pub(in crate::graphql) struct Taken {
    bytes: AtomicUsize,
    most: usize,
    /// Fields looked at in this turn.
    fields: AtomicUsize,
    /// Room for lists, level by level: what a list is in never waits for what is in it.
    lists: Vec<Semaphore>,
    /// How long an event may take, where these are events.
    event: Option<Duration>,
    /// Whether one has taken longer.
    too_slow: AtomicBool,
}

/// Why there is no answer.
pub(in crate::graphql) enum ExecutionError {
    /// It would have taken more memory than it may.
    TooLarge(async_graphql::Error),
    /// A resolver panicked.
    Panicked(Box<dyn Any + Send>),
}

impl Taken {
    /// Nothing yet.
    pub(in crate::graphql) fn nothing(limits: &Limits) -> Arc<Self> {
        Arc::new(Self::of(limits, None))
    }

    /// Nothing yet, of the events of a subscription, each of which has the time of a request.
    pub(in crate::graphql) fn nothing_of_events(limits: &Limits) -> Arc<Self> {
        Arc::new(Self::of(limits, Some(Duration::from_secs(limits.seconds))))
    }

    fn of(limits: &Limits, event: Option<Duration>) -> Self {
        Self {
            bytes: AtomicUsize::new(0),
            most: limits.memory_bytes,
            fields: AtomicUsize::new(0),
            lists: (0..LEVELS).map(|_| Semaphore::new(LISTS)).collect(),
            event,
            too_slow: AtomicBool::new(false),
        }
    }

    /// Whether an event took too long. What is there of it is no answer.
    pub(in crate::graphql) fn was_too_slow(&self) -> bool {
        self.too_slow.load(Relaxed)
    }

    /// Begins anew: with the next event of a subscription.
    pub(in crate::graphql) fn renew(&self) {
        self.bytes.store(0, Relaxed);
    }

    pub(in crate::graphql) fn too_much(&self) -> Option<async_graphql::Error> {
        let bytes = self.bytes.load(Relaxed);
        (bytes > self.most).then(|| excess("memoryBytes", bytes, self.most))
    }

    /// The work of an execution turn by turn, until it is done, takes too much, or panics.
    pub(in crate::graphql) async fn watch<T>(&self, work: impl Future<Output = T>) -> Result<T, ExecutionError> {
        let mut work = pin!(AssertUnwindSafe(work).catch_unwind());
        poll_fn(|context| {
            self.fields.store(0, Relaxed);
            let done = work.as_mut().poll(context);
            match (self.too_much(), done) {
                (Some(error), _) => Poll::Ready(Err(ExecutionError::TooLarge(error))),
                (None, Poll::Ready(done)) => Poll::Ready(done.map_err(ExecutionError::Panicked)),
                (None, Poll::Pending) => Poll::Pending,
            }
        })
        .await
    }

    /// Waits until there is room for another list of a level.
    async fn room(&self, level: usize) -> Option<SemaphorePermit<'_>> {
        // Nobody closes it, and a level that is not there is refused before.
        self.lists.get(level)?.acquire().await.ok()
    }

    /// Waits until there is a turn for a field. There is none any more once too much is taken: whoever watches ends it.
    /// How many bytes may still be taken.
    pub(in crate::graphql) fn left(&self) -> usize {
        self.most.saturating_sub(self.bytes.load(Relaxed))
    }

    /// Takes note of so many bytes, and gives way to others.
    pub(in crate::graphql) async fn take(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Relaxed);
        self.turn().await;
    }

    async fn turn(&self) {
        poll_fn(|context| {
            if self.bytes.load(Relaxed) > self.most {
                return Poll::Pending;
            }
            if self.fields.fetch_add(1, Relaxed) < TURN {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

/// Watches each field of the schema that it belongs to.
pub(in crate::graphql) struct Watching;

impl ExtensionFactory for Watching {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Watch(OnceLock::new()))
    }
}

struct Watch(OnceLock<Option<Arc<Taken>>>);

impl Watch {
    fn taken(&self, ctx: &ExtensionContext<'_>) -> Option<&Arc<Taken>> {
        self.0.get_or_init(|| ctx.data_opt::<Arc<Taken>>().cloned()).as_ref()
    }
}

#[async_trait]
impl Extension for Watch {
    /// The whole of a request, or one event.
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let taken = self.taken(ctx);
        let Some((taken, limit)) = taken.and_then(|taken| Some((taken, taken.event?))) else {
            return next.run(ctx, operation_name).await;
        };
        timeout(limit, next.run(ctx, operation_name)).await.unwrap_or_else(|_| {
            taken.too_slow.store(true, Relaxed);
            Response::default()
        })
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let Some(taken) = self.taken(ctx) else { return next.run(ctx, info).await };
        let list = info.return_type.starts_with('[');
        let _room = if list { taken.room(level(info.path_node)).await } else { None };
        taken.turn().await;
        taken.bytes.fetch_add(UNDER_WAY, Relaxed);
        let leaf = info.field.selection_set.node.items.is_empty();
        let value = next.run(ctx, info).await;
        taken.bytes.fetch_sub(UNDER_WAY, Relaxed);
        if let Ok(Some(value)) = &value {
            taken.bytes.fetch_add(if leaf { beside(value) } else { own(value) }, Relaxed);
        }
        value
    }
}

/// How deep a field is in an answer.
fn level(path: &QueryPathNode<'_>) -> usize {
    std::iter::successors(path.parent, |node| node.parent).count()
}

/// Bytes of a list or an object beside what is counted of its items or members.
fn own(value: &Value) -> usize {
    match value {
        Value::Object(members) => OBJECT + members.len().max(ROOM) * (VALUE + MEMBER),
        Value::List(items) => items.len() * VALUE,
        other => beside(other),
    }
}

/// Bytes that a value takes beside its place, with all that is in it.
fn beside(value: &Value) -> usize {
    match value {
        Value::Object(members) => {
            own(value) + members.iter().map(|(name, value)| name.len() + beside(value)).sum::<usize>()
        }
        Value::List(items) => own(value) + items.iter().map(beside).sum::<usize>(),
        Value::String(text) => text.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema, Subscription};
    use futures_util::StreamExt;

    use super::*;

    struct Query;

    impl Query {
        fn nobody(&self) -> Option<()> {
            None
        }
    }

    #[Object]
    impl Query {
        async fn numbers(&self, count: i32) -> Vec<Query> {
            (0..count).map(|_| Query).collect()
        }

        async fn text(&self, length: usize) -> String {
            "x".repeat(length)
        }

        async fn broken(&self) -> i32 {
            assert!(self.nobody().is_some(), "a resolver's own");
            0
        }
    }

    async fn run(query: &str, most: usize) -> (Result<bool, String>, usize) {
        let schema = Schema::build(Query, EmptyMutation, EmptySubscription).extension(Watching).finish();
        let taken = Taken::nothing(&Limits { memory_bytes: most, ..Limits::default() });
        let request = Request::new(query).data(Arc::clone(&taken));
        let mut work = pin!(taken.watch(schema.execute(request)));
        let mut turns = 0;
        let done = poll_fn(|context| {
            turns += 1;
            work.as_mut().poll(context)
        });
        let done = done.await.map(|response| response.is_ok()).map_err(|stopped| match stopped {
            ExecutionError::TooLarge(error) => error.message,
            ExecutionError::Panicked(_) => "panicked".to_owned(),
        });
        (done, turns)
    }

    #[tokio::test]
    async fn what_is_long_gives_way_to_others() {
        let (small, once) = run("{ numbers(count: 10) { text(length: 1) } }", usize::MAX).await;
        let (large, often) =
            run("{ numbers(count: 200) { numbers(count: 200) { text(length: 1) } } }", usize::MAX).await;
        assert_eq!((small, once), (Ok(true), 1));
        assert!(large == Ok(true) && often >= 40_000 / TURN, "{large:?} {often}");
    }

    #[tokio::test]
    async fn what_is_large_is_stopped_while_it_grows() {
        let (done, turns) = run("{ numbers(count: 200) { numbers(count: 200) { text(length: 1) } } }", 1_000_000).await;
        let said = done.unwrap_err();
        assert!(said.contains("memoryBytes") && turns < 40_000 / TURN, "{said} {turns}");
        let (done, _) = run("{ text(length: 2000000) }", 1_000_000).await;
        assert!(done.unwrap_err().contains("memoryBytes"));
    }

    struct Events;

    #[Subscription]
    impl Events {
        /// One for each number, which takes for ever where it is odd.
        async fn numbers(&self) -> impl futures_util::Stream<Item = Slow> {
            futures_util::stream::iter([2, 4, 5, 6].map(Slow))
        }

        /// None, for as long as it is waited for.
        async fn silence(&self) -> impl futures_util::Stream<Item = Slow> {
            futures_util::stream::pending()
        }
    }

    struct Slow(i32);

    #[Object]
    impl Slow {
        async fn number(&self) -> i32 {
            if self.0 % 2 == 1 { std::future::pending().await } else { self.0 }
        }
    }

    #[tokio::test]
    async fn an_event_that_takes_too_long_is_none_and_waiting_for_one_is_not_taking_long() {
        let schema = Schema::build(Query, EmptyMutation, Events).extension(Watching).finish();
        let limits = Limits::default();
        let taken = Arc::new(Taken::of(&limits, Some(Duration::from_millis(1))));
        let mut events =
            schema.execute_stream(Request::new("subscription { numbers { number } }").data(Arc::clone(&taken)));
        for number in [2, 4] {
            let response = events.next().await.unwrap();
            assert_eq!(response.data, async_graphql::value!({ "numbers": { "number": number } }));
            assert!(!taken.was_too_slow());
        }
        assert_eq!(events.next().await.unwrap().data, Value::Null);
        assert!(taken.was_too_slow());
        let taken = Arc::new(Taken::of(&limits, Some(Duration::ZERO)));
        let mut silence =
            schema.execute_stream(Request::new("subscription { silence { number } }").data(Arc::clone(&taken)));
        assert!(timeout(Duration::from_millis(20), silence.next()).await.is_err());
        assert!(!taken.was_too_slow());
    }

    #[tokio::test]
    async fn a_panic_is_no_end_of_more_than_its_request() {
        assert_eq!(run("{ broken }", usize::MAX).await.0, Err("panicked".to_owned()));
    }
}
