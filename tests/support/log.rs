//! The log of all stories that run beside each other, as machines read it: warnings and errors.

use std::{
    io,
    sync::{Mutex, Once, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::time::{Instant, sleep};

/// Far longer than anything takes: waiting this long means that it is never logged.
const PATIENCE: Duration = Duration::from_secs(20);

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Kept;

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is logged from its making on.
#[derive(Debug)]
pub(crate) struct Log(());

impl Log {
    pub(crate) fn kept() -> Self {
        static BEGUN: Once = Once::new();
        BEGUN.call_once(|| {
            let log = tracing_subscriber::fmt().json().with_max_level(tracing::Level::WARN).with_writer(|| Kept);
            tracing::subscriber::set_global_default(log.finish()).expect("nobody else keeps a log");
        });
        Self(())
    }

    /// The first line with all of these in it, as soon as there is one.
    pub(crate) async fn line(&self, parts: &[&str]) -> Value {
        let given_up = Instant::now() + PATIENCE;
        loop {
            let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let lines = String::from_utf8(lines).unwrap();
            if let Some(line) = lines.lines().find(|line| parts.iter().all(|part| line.contains(part))) {
                return serde_json::from_str(line).unwrap();
            }
            assert!(Instant::now() < given_up, "nothing with {parts:?} is logged");
            sleep(Duration::from_millis(5)).await;
        }
    }
}
