//! Operations whose answers come one by one: over WebSocket, and as server-sent events.

use std::{pin::pin, sync::Arc};

use async_graphql::{Error, ErrorExtensions};
use chrono::{DateTime, Utc};
use domain::permission::Viewer;
use futures_util::StreamExt;
use messages::message;

use crate::{
    app::App,
    events::Event,
    graphql::support::error::{ErrorCode, coded},
};

pub(super) mod events;
mod operation;
mod protocol;
pub(super) mod socket;

/// Waits until a viewer's session has ended: by itself, by signing out, or because somebody ended it. Whoever can't be
/// told waits no longer: what can't be watched has to be opened anew.
async fn session_over(app: Arc<App>, viewer: Viewer) {
    let Ok(events) = app.feed.follow(None).await else { return };
    let mut events = pin!(events);
    // It may have ended before this began to follow.
    if !matches!(app.session_open(&viewer).await, Ok(true)) {
        return;
    }
    let ended = async {
        while let Some(event) = events.next().await {
            match event {
                Ok(published) if published.event == (Event::SessionEnded { session: viewer.session }) => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "a session can't be watched any more");
                    return;
                }
            }
        }
    };
    tokio::select! {
        () = ended => {}
        () = until(&app, viewer.expires_at) => {}
    }
}

/// Waits for a moment by the app's clock.
async fn until(app: &App, moment: DateTime<Utc>) {
    let wait = (moment - app.clock.now()).to_std().unwrap_or_default();
    tokio::time::sleep(wait).await;
}

/// The session under a stream has ended.
fn session_ended() -> Error {
    coded(ErrorCode::Unauthenticated, &message!(SessionEnded))
}

/// Whoever asks has as many streams as they may have.
fn too_many_streams(most: usize) -> Error {
    coded(ErrorCode::LimitExceeded, &message!(StreamsTooMany { most })).extend_with(|_, extensions| {
        extensions.set("limit", "streamsPerViewer");
        extensions.set("allowed", most as u64);
    })
}
