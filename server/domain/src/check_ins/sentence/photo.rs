//! Sentences about photos.

use entity::values::FindingOutcome;
use messages::{Message, message, whole};

/// What a photo's file hints at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PhotoOrigin {
    pub(crate) screenshot: bool,
    pub(crate) edited: bool,
    pub(crate) unread_position: bool,
    pub(crate) unread_time: bool,
}

pub(crate) fn present(attached: usize, required: bool) -> Message {
    match (attached, required) {
        (0, true) => message!(PhotoRequired),
        (0, false) => message!(PhotoNone),
        _ => message!(PhotoAttached { attached }),
    }
}

pub(crate) fn intact(outcome: FindingOutcome, intact: usize, attached: usize) -> Message {
    match outcome {
        FindingOutcome::Pass => message!(PhotoIntact { attached }),
        FindingOutcome::Unknown => message!(PhotoWaiting),
        _ => message!(PhotoDamaged { intact, attached }),
    }
}

pub(crate) fn readable(unreadable: usize, blank: usize, looked_at: usize) -> Message {
    match (unreadable, blank) {
        (0, 0) => message!(PhotoReadable),
        (0, _) => message!(PhotoBlank { blank, looked_at }),
        (_, 0) => message!(PhotoUnreadable { unreadable, looked_at }),
        _ => message!(PhotoUnreadableOrBlank { unreadable, blank, looked_at }),
    }
}

pub(crate) fn place(away_m: f64, limit_m: f64, near: bool) -> Message {
    let away = whole(away_m);
    if near { message!(PhotoNear { away }) } else { message!(PhotoAway { away, limit: whole(limit_m) }) }
}

pub(crate) fn time(apart_s: f64, limit_s: f64, near: bool) -> Message {
    let (apart, limit) = (whole(apart_s.abs() / 60.0), whole(limit_s / 60.0));
    if near { message!(PhotoThen { apart }) } else { message!(PhotoAnotherTime { apart, limit }) }
}

pub(crate) fn reused(others: u32) -> Message {
    message!(PhotoReused { others })
}

pub(crate) fn similar(bits: u32, almost_same: bool) -> Message {
    if almost_same { message!(PhotoSimilar { bits }) } else { message!(PhotoNotSimilar) }
}

/// None where the file hints at nothing.
pub(crate) fn origin(origin: PhotoOrigin) -> Option<Message> {
    let PhotoOrigin { screenshot, edited, unread_position, unread_time } = origin;
    let looks = match (screenshot, edited) {
        (true, _) => Some(message!(PhotoScreenshot)),
        (false, true) => Some(message!(PhotoEdited)),
        (false, false) => None,
    };
    let unread = match (unread_position, unread_time) {
        (true, true) => Some("both"),
        (true, false) => Some("position"),
        (false, true) => Some("time"),
        (false, false) => None,
    };
    match (looks, unread.map(|what| message!(PhotoExifUnread { what }))) {
        (Some(first), Some(second)) => Some(message!(PhotoHints { first, second })),
        (Some(hint), None) | (None, Some(hint)) => Some(message!(PhotoHint { hint })),
        (None, None) => None,
    }
}
