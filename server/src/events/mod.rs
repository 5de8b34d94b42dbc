//! What happened, from the outbox to every subscriber.

use entity::ids::{CheckInId, PersonId, ProjectId, SessionId, VisitId};
use serde::{Deserialize, Serialize};

mod feed;

pub use feed::{Feed, FollowError, PublishedEvent};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// A check-in was judged, and its visit with it.
    VisitRecorded {
        /// The project visited.
        project: ProjectId,
        /// The visitor.
        person: PersonId,
        /// The visit.
        visit: VisitId,
        /// The check-in.
        check_in: CheckInId,
    },
    /// A week's count changed.
    WeeklyTallyChanged {
        /// The project.
        project: ProjectId,
        /// The visitor.
        person: PersonId,
        /// The ISO week, such as `2026-W47`.
        week: String,
    },
    /// A session was ended: what it subscribed to ends here.
    SessionEnded {
        /// The session.
        session: SessionId,
    },
    /// Something a newer server wrote, on its way through while servers are replaced one by one.
    #[serde(other)]
    Unknown,
}

impl Event {
    /// As the outbox keeps it.
    pub fn to_payload(&self) -> String {
        // Serialising plain values into memory can't fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
