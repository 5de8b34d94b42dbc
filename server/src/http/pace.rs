//! Bodies that have to keep a pace: whoever sends a byte a second does not hold a connection for ever. Answers have to be
//! taken at one, too (see [`super::delivery`]).

use std::{
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::BoxError;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// How fast a body has to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    /// Time that it has in any case.
    pub(super) grace: Duration,
    /// Beyond that, at least so many bytes a second on average.
    pub(super) bytes_per_second: u32,
}

impl Pace {
    /// How long so many bytes may take from the beginning.
    pub(super) fn time_for(self, bytes: u64) -> Duration {
        self.grace + Duration::from_secs(bytes.min(u32::MAX.into())) / self.bytes_per_second.max(1)
    }
}

/// A body came too slowly.
#[derive(Debug)]
pub(super) struct TooSlow;

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body came too slowly")
    }
}

impl Error for TooSlow {}

/// A body that ends with [`TooSlow`] once it falls behind.
pub(super) struct Paced<B> {
    body: B,
    pace: Pace,
    begun: Instant,
    bytes: u64,
    /// Set once the body has to be waited for: most come with their heads.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<B> Paced<B> {
    /// Watches a body from now on.
    pub(super) fn new(body: B, pace: Pace) -> Self {
        Self { body, pace, begun: Instant::now(), bytes: 0, alarm: None }
    }

    fn deadline(&self) -> Instant {
        self.begun + self.pace.time_for(self.bytes)
    }
}

impl<B> Body for Paced<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let deadline = self.deadline();
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if alarm.deadline() != deadline {
                alarm.as_mut().reset(deadline);
            }
            return alarm.as_mut().poll(cx).map(|()| Some(Err(TooSlow.into())));
        };
        // What has come whole is not too late any more.
        if frame.is_some() && Instant::now() >= deadline {
            return Poll::Ready(Some(Err(TooSlow.into())));
        }
        if let Some(Ok(frame)) = &frame
            && let Some(piece) = frame.data_ref()
        {
            self.bytes += piece.len() as u64;
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt, stream};
    use http_body_util::{BodyExt, StreamBody};
    use rstest::rstest;

    const PACE: Pace = Pace { grace: Duration::from_secs(8), bytes_per_second: 1000 };

    #[rstest]
    #[case::nothing(0, 8.0)]
    #[case::one_byte(1, 8.001)]
    #[case::a_second_for_each_thousand(100_000, 108.0)]
    fn the_time_a_body_has(#[case] bytes: u64, #[case] seconds: f64) {
        assert_eq!(PACE.time_for(bytes), Duration::from_secs_f64(seconds));
    }

    #[test]
    fn no_pace_at_all_is_the_slowest_one() {
        let none = Pace { bytes_per_second: 0, ..PACE };
        assert_eq!(none.time_for(10), Duration::from_secs(18));
        assert!(none.time_for(u64::MAX) > Duration::from_secs(u32::MAX.into()));
    }

    #[tokio::test]
    async fn a_body_in_time_comes_whole_and_one_that_stalls_ends() {
        let pieces = || stream::iter(0..3).map(|_| Ok::<_, BoxError>(Frame::data(Bytes::from_static(b"piece"))));
        let whole = Paced::new(StreamBody::new(Box::pin(pieces())), PACE).collect().await.unwrap();
        assert_eq!(whole.to_bytes().len(), 15);
        let pace = Pace { grace: Duration::from_millis(1), bytes_per_second: 1_000_000 };
        let stalled = Paced::new(StreamBody::new(Box::pin(pieces().chain(stream::pending()))), pace);
        assert!(stalled.collect().await.unwrap_err().is::<TooSlow>());
    }
}
