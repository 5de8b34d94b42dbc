//! A position fix, as a phone gives it.

use chrono::{DateTime, SubsecRound, Utc};
use entity::values::Datum;
use serde::Serialize;

use super::{
    evidence::Fix,
    signed_check_in::{SignedFix, instant},
};
use crate::projects::datum::{CoordinateError, Position};

/// A position fix, as a phone gives it: what is sent, kept, signed and judged.
///
/// Its members and their order are part of a check-in's content, by whose digest a retry is known: they stay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PhoneFix {
    /// Degrees in `datum`.
    pub latitude: f64,
    /// Degrees in `datum`.
    pub longitude: f64,
    /// The datum the phone gives.
    pub datum: Datum,
    /// 68 % accuracy radius, metres; 0 or less where the phone gives none.
    pub accuracy_m: f64,
    /// When the fix was taken, on the phone's clock.
    pub fixed_at: DateTime<Utc>,
    /// Whether the phone says that the location is mocked; none where it says nothing.
    pub mocked: Option<bool>,
}

impl PhoneFix {
    /// As it is kept: to the millisecond, and without negative zeros, which no canonical form tells from zero.
    pub fn to_be_kept(self) -> Self {
        Self {
            latitude: self.latitude + 0.0,
            longitude: self.longitude + 0.0,
            accuracy_m: self.accuracy_m + 0.0,
            fixed_at: self.fixed_at.trunc_subsecs(3),
            ..self
        }
    }

    /// As it is judged, of a capture at a time on the phone's clock. Refused where it is no place on Earth.
    pub fn at_capture(&self, captured_at: DateTime<Utc>) -> Result<Fix, CoordinateError> {
        Ok(Fix {
            reported: Position::parse(self.latitude, self.longitude)?,
            datum: self.datum,
            accuracy_m: self.accuracy_m,
            age_ms: (captured_at - self.fixed_at).num_milliseconds(),
            mocked: self.mocked,
        })
    }
}

impl From<&PhoneFix> for SignedFix {
    fn from(fix: &PhoneFix) -> Self {
        Self {
            latitude: fix.latitude,
            longitude: fix.longitude,
            datum: fix.datum,
            accuracy_meters: fix.accuracy_m,
            fixed_at: instant(fix.fixed_at),
            mocked: fix.mocked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix() -> PhoneFix {
        PhoneFix {
            latitude: -0.0,
            longitude: 122.0,
            datum: Datum::Gcj02,
            accuracy_m: -0.0,
            fixed_at: "2026-11-18T01:59:58.123456Z".parse().unwrap(),
            mocked: Some(false),
        }
    }

    #[test]
    fn what_is_kept_has_a_canonical_form() {
        let kept = fix().to_be_kept();
        assert!(kept.latitude.is_sign_positive() && kept.accuracy_m.is_sign_positive());
        assert_eq!(instant(kept.fixed_at), "2026-11-18T01:59:58.123Z");
        assert_eq!(kept.fixed_at.timestamp_subsec_nanos(), 123_000_000);
        assert_eq!(kept.to_be_kept(), kept);
    }

    #[test]
    fn its_age_is_told_by_the_phones_clock() {
        let judged = fix().to_be_kept().at_capture("2026-11-18T02:00:00Z".parse().unwrap()).unwrap();
        assert_eq!((judged.age_ms, judged.datum, judged.mocked), (1877, Datum::Gcj02, Some(false)));
        let nowhere = PhoneFix { latitude: 91.0, ..fix() };
        assert!(nowhere.at_capture(nowhere.fixed_at).is_err());
    }

    /// A retry is known by the digest of its content, also by a later version of the server.
    #[test]
    fn its_content_is_written_as_ever() {
        let written = serde_json::to_string(&fix().to_be_kept()).unwrap();
        let members = r#"{"latitude":0.0,"longitude":122.0,"datum":"GCJ02","accuracy_m":0.0,"#;
        assert!(written.starts_with(members), "{written}");
        assert!(written.ends_with(r#""fixed_at":"2026-11-18T01:59:58.123Z","mocked":false}"#), "{written}");
    }
}
