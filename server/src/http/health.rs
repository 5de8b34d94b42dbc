//! Whether the server is alive, and whether it can work.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use serde::Serialize;

use super::Surface;

/// `GET /healthz`
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

#[derive(Debug, Serialize)]
struct Readiness {
    database: &'static str,
    migrations: &'static str,
    photos: &'static str,
}

/// `GET /readyz`
pub(super) async fn ready(State(surface): State<Arc<Surface>>) -> impl IntoResponse {
    let told = |works: bool| if works { "ok" } else { "failing" };
    let database = surface.app.database.ready().await.is_ok();
    let migrations = database && matches!(surface.app.database.pending_migrations().await, Ok(0));
    let photos = surface.app.objects.ready().await.is_ok();
    let readiness = Readiness { database: told(database), migrations: told(migrations), photos: told(photos) };
    let all = database && migrations && photos;
    (if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(readiness))
}
