//! An answer's body, handed over in pieces that tell when they are written.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{body::Body, response::Response};
use bytes::{Buf, Bytes};
use http_body::{Body as _, Frame, SizeHint};

use super::Answer;

/// Bytes that are handed over at a time: what is handed over can't be taken back.
const PIECE: usize = 32 * 1024;

/// How many bytes an answer holds in memory until it is written. Said of those that are packed on their way: of others
/// their length tells.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct InMemory(pub(in crate::http) usize);

/// What an answer holds in memory; none if it is made bit by bit.
pub(super) fn held_by(response: &Response) -> Option<usize> {
    let said = response.extensions().get::<InMemory>().map(|held| held.0);
    said.or_else(|| response.body().size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok()))
}

/// An answer's body that keeps its request under way until it is written.
pub(in crate::http) struct AnswerBody {
    body: Body,
    answer: Arc<Answer>,
    /// Whether all of it was in memory from the beginning.
    whole: bool,
    /// What is left of the latest frame.
    rest: Bytes,
}

impl AnswerBody {
    pub(super) fn new(body: Body, answer: Arc<Answer>, whole: bool) -> Self {
        Self { body, answer, whole, rest: Bytes::new() }
    }

    fn chunk(&mut self) -> Frame<Chunk> {
        let bytes = self.rest.split_to(self.rest.len().min(PIECE));
        Frame::data(Chunk::new(bytes, &self.answer))
    }
}

impl http_body::Body for AnswerBody {
    type Data = Chunk;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Chunk>, axum::Error>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(self.chunk())));
        }
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else { return Poll::Ready(None) };
        match frame?.into_data() {
            Ok(data) => {
                if !self.whole {
                    self.answer.holds(data.len());
                }
                self.rest = data;
                Poll::Ready(Some(Ok(self.chunk())))
            }
            Err(trailers) => Poll::Ready(Some(Ok(trailers.map_data(|bytes| Chunk::new(bytes, &self.answer))))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (mut hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}

/// Some bytes of an answer. They are dropped once they are written.
pub(in crate::http) struct Chunk {
    bytes: Bytes,
    answer: Arc<Answer>,
}

impl Chunk {
    fn new(bytes: Bytes, answer: &Arc<Answer>) -> Self {
        answer.handed_over();
        Self { bytes, answer: Arc::clone(answer) }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        self.answer.done_with_piece();
    }
}

impl Buf for Chunk {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.answer.took(count);
    }
}
