//! Tries out the store of photos now and then, and says in the log what whoever runs it should know.

use objects::{Room, StoreError, WriteOnce};
use std::time::Duration;

use crate::app::App;

const WHILE_IT_WORKS: Duration = Duration::from_secs(600);
const UNTIL_IT_WORKS: Duration = Duration::from_secs(30);

/// What was last said of the store.
#[derive(Debug, PartialEq, Eq)]
enum Condition {
    Nothing,
    Sealing,
    Wrong(String),
    Room(Room),
}

impl App {
    /// Tries out the store of photos, for ever; drop the future to stop.
    pub async fn watch_store(&self) {
        let mut said = Condition::Nothing;
        loop {
            let found = self.try_store().await;
            let pause = if found.is_ok() { WHILE_IT_WORKS } else { UNTIL_IT_WORKS };
            said = say(found, said);
            tokio::time::sleep(pause).await;
        }
    }

    async fn try_store(&self) -> Result<(WriteOnce, Room), StoreError> {
        let write_once = self.objects.try_out().await?;
        Ok((write_once, self.objects.room_for(0).await?))
    }
}

/// Says what has changed since.
fn say(found: Result<(WriteOnce, Room), StoreError>, said: Condition) -> Condition {
    let now = match found {
        Err(error) => Condition::Wrong(error.in_full()),
        Ok((_, room @ (Room::Little | Room::None))) => Condition::Room(room),
        Ok((WriteOnce::BySealing, Room::Enough)) => Condition::Sealing,
        Ok((WriteOnce::ByStore, Room::Enough)) => Condition::Nothing,
    };
    if now == said {
        return said;
    }
    match &now {
        Condition::Wrong(error) => tracing::error!(%error, "photos can't be kept"),
        Condition::Room(Room::None) => tracing::error!("the store of photos is full; uploads are refused"),
        Condition::Room(_) => tracing::warn!("the store of photos is nearly full"),
        Condition::Sealing => tracing::warn!(
            "the S3 server does not refuse a second upload to a key (If-None-Match on PUT); photos are copied to where \
             nobody can write over them once they are inspected"
        ),
        Condition::Nothing => tracing::info!("photos can be kept again"),
    }
    now
}
