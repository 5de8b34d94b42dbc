//! How much of the photos' store people may use, and how long it is waited for.

use serde::Deserialize;

/// How much of the photos' store people may use, and how long it is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoLimits {
    /// Photos that a person may have waiting: allowed or uploaded within a day, and named by no check-in.
    pub waiting: u64,
    /// Bytes of those together.
    pub waiting_bytes: u64,
    /// Bytes that are kept free where photos are in a local directory.
    pub keep_free_bytes: u64,
    /// Seconds in which the store says which of a request's photos have arrived, all together.
    pub ask_seconds: u64,
    /// Seconds in which it hands over a photo, or takes what is made of it.
    pub fetch_seconds: u64,
}

impl Default for PhotoLimits {
    fn default() -> Self {
        Self { waiting: 200, waiting_bytes: 1 << 30, keep_free_bytes: 1 << 30, ask_seconds: 8, fetch_seconds: 45 }
    }
}
