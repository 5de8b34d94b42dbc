//! Whether the server is alive, and whether it can work.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use domain::check_ins::clock_doubt;
use objects::{ObjectStore, Room, StoreError};
use serde::Serialize;
use tokio::time::timeout;

use super::RouteState;
use crate::store;

/// `GET /healthz`
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

#[derive(Debug, Serialize)]
struct Readiness {
    database: &'static str,
    migrations: &'static str,
    photos: &'static str,
    /// Why photos can't be kept; left out where they can.
    #[serde(rename = "photosProblem", skip_serializing_if = "Option::is_none")]
    photos_problem: Option<String>,
    /// Why this machine's clock can't be right, if anything speaks against it: whoever runs it must set it, but another
    /// server may be the one that is wrong, and nobody is turned away.
    #[serde(skip_serializing_if = "String::is_empty")]
    clock: String,
}

/// Readiness is told within two seconds, whatever hangs.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How much room there is, if photos can be kept at all.
async fn room_for_photos(objects: &ObjectStore) -> Result<Room, StoreError> {
    let asked = async {
        objects.ready().await?;
        objects.room_for(0).await
    };
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(StoreError::too_slow()))
}

/// Too little room is a warning: check-ins without photos go on.
fn state_of_photos(room: Option<&Room>) -> &'static str {
    match room {
        Some(Room::Enough) => "ok",
        Some(Room::Little) => "nearly full",
        Some(Room::None) => "full",
        None => "failing",
    }
}

/// What whoever runs the server can mend, as far as it is known; more is in the log.
fn problem_of_photos(error: &StoreError) -> String {
    error.fault().map_or_else(|| "the store does not do what it is asked".to_owned(), |fault| fault.to_string())
}

/// `GET /readyz`
pub(super) async fn ready(State(state): State<Arc<RouteState>>) -> impl IntoResponse {
    let told = |works: bool| if works { "ok" } else { "failing" };
    let (database, photos) =
        tokio::join!(state.app.database.ready(state.app.clock.now()), room_for_photos(&state.app.objects));
    let store::Readiness { database, migrations } = database;
    let readiness = Readiness {
        database: told(database),
        migrations: told(migrations),
        photos: state_of_photos(photos.as_ref().ok()),
        photos_problem: photos.as_ref().err().map(problem_of_photos),
        clock: clock_doubt::told(&state.app.clock_watch.doubts()),
    };
    let photos = photos.is_ok();
    let all = database && migrations && photos;
    (if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(readiness))
}
