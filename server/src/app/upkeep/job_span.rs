//! What is logged of work beside requests says of which.

use tracing::Span;
use uuid::Uuid;

use crate::app::App;

impl App {
    /// A span for one run of work: whatever is logged meanwhile carries an id of the run, and says of what kind the work is.
    pub(crate) fn job_span(&self, kind: &'static str) -> Span {
        tracing::error_span!("job", id = %self.clock.id::<Uuid>(), kind)
    }

    /// The same for work on one thing: a photo, a check-in.
    pub(crate) fn job_span_of(&self, kind: &'static str, subject: impl Into<Uuid>) -> Span {
        tracing::error_span!("job", id = %self.clock.id::<Uuid>(), kind, subject = %subject.into())
    }
}
