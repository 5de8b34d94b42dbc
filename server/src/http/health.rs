//! Whether the server is alive, and whether it can work.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use serde::Serialize;

use super::Surface;
use crate::{domain::clock_doubt, photos::Room, store};

/// `GET /healthz`
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

#[derive(Debug, Serialize)]
struct Readiness {
    database: &'static str,
    migrations: &'static str,
    photos: &'static str,
    /// Why this machine's clock can't be right, if anything speaks against it: whoever runs it must set it, but another
    /// server may be the one that is wrong, and nobody is turned away.
    #[serde(skip_serializing_if = "String::is_empty")]
    clock: String,
}

/// Too little room is a warning: check-ins without photos go on.
fn state_of_photos(room: Option<Room>) -> &'static str {
    match room {
        Some(Room::Enough) => "ok",
        Some(Room::Little) => "nearly full",
        Some(Room::None) => "full",
        None => "failing",
    }
}

/// `GET /readyz`
pub(super) async fn ready(State(surface): State<Arc<Surface>>) -> impl IntoResponse {
    let told = |works: bool| if works { "ok" } else { "failing" };
    let objects = &surface.app.objects;
    let (database, photos) = tokio::join!(surface.app.database.ready(surface.app.clock.now()), objects.ready());
    let store::Readiness { database, migrations } = database;
    let photos = photos.is_ok();
    let room = if photos { objects.room_for(0).await.ok() } else { None };
    let readiness = Readiness {
        database: told(database),
        migrations: told(migrations),
        photos: state_of_photos(room),
        clock: clock_doubt::told(&surface.app.clock_watch.doubts()),
    };
    let all = database && migrations && photos;
    (if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(readiness))
}
