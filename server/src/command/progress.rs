//! Progress bars on long work; nothing where nobody watches.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of so many steps.
pub(super) fn bar(steps: usize, what: String) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(steps as u64).with_style(style).with_message(what)
}
