//! From when to when a registered device speaks for its person.

use chrono::{DateTime, Utc};

/// The registration of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// When it was registered.
    pub registered_at: DateTime<Utc>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Registration {
    /// Whether the device may have signed a capture. A revocation is for captures after it: one of the very same
    /// millisecond comes before, whichever of the two is recorded first and whenever it is judged.
    pub fn stands_at(&self, captured_at: DateTime<Utc>) -> bool {
        self.revoked_at.is_none_or(|revoked_at| captured_at <= revoked_at)
    }

    /// Whether a signature by it could be expected of a capture: whoever registers a device later could not sign with it.
    pub fn is_expected_at(&self, captured_at: DateTime<Utc>) -> bool {
        self.registered_at <= captured_at && self.stands_at(captured_at)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rstest::rstest;

    use super::*;

    /// Registered at 1,000 ms; times in milliseconds.
    #[rstest]
    #[case::before_it_was_registered(None, 999, true, false)]
    #[case::when_it_was_registered(None, 1_000, true, true)]
    #[case::long_after(None, 9_000_000, true, true)]
    #[case::before_it_was_revoked(Some(5_000), 4_999, true, true)]
    #[case::in_the_same_millisecond(Some(5_000), 5_000, true, true)]
    #[case::after_it_was_revoked(Some(5_000), 5_001, false, false)]
    #[case::revoked_at_once(Some(1_000), 1_000, true, true)]
    #[case::before_all(Some(5_000), 0, true, false)]
    fn a_device_speaks_for_its_person(
        #[case] revoked: Option<i64>,
        #[case] captured: i64,
        #[case] stands: bool,
        #[case] expected: bool,
    ) {
        let at = |millis| DateTime::UNIX_EPOCH + TimeDelta::milliseconds(millis);
        let registration = Registration { registered_at: at(1_000), revoked_at: revoked.map(at) };
        assert_eq!(registration.stands_at(at(captured)), stands);
        assert_eq!(registration.is_expected_at(at(captured)), expected);
    }
}
