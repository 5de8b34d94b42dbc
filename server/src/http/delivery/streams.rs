//! HTTP/2 streams that can be given up: what runs one is dropped, and then its stream is reset, whatever it waits for.

use hyper::rt::Executor;
use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static STREAM: CancellationToken;
}

/// Runs each stream as a task of its own.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Streams;

impl<F> Executor<F> for Streams
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let given_up = CancellationToken::new();
        let stream = STREAM.scope(given_up.clone(), stream);
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = given_up.cancelled() => {}
                _ = stream => {}
            }
        });
    }
}

/// What gives up the stream that asks; none where that is no stream of HTTP/2.
pub(super) fn this_one() -> Option<CancellationToken> {
    STREAM.try_with(Clone::clone).ok()
}
