//! What a device signs: the canonical JSON (RFC 8785) of a check-in as it was captured.
//!
//! Times are RFC 3339 in UTC with milliseconds. Nothing that is known only when it is sent is in it, so a check-in can
//! be signed at capture and sent days later; photos are named by the SHA-256 of their bytes, which a phone knows
//! before it has leave to upload them. Members without a value are left out.

use chrono::{DateTime, SecondsFormat, Utc};
use entity::values::Datum;
use serde::Serialize;

use super::canonical_json::{CanonicalError, canonical};

/// A check-in as it is signed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedCheckIn {
    /// The UUID made on the phone, hyphenated lower case.
    pub id: String,
    /// The project's UUID.
    pub project_id: String,
    /// When it happened, on the phone's clock.
    pub captured_at: String,
    /// The fixes, the one meant first.
    pub fixes: Vec<SignedFix>,
    /// SHA-256 of each photo, 64 hexadecimal digits, in order.
    pub photos: Vec<String>,
    /// What the visitor wrote.
    pub note: String,
    /// The challenge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// Which start of the phone the uptime counts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_id: Option<String>,
    /// The phone's uptime at capture, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_uptime_ms: Option<i64>,
    /// Whether the phone's developer options were on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub developer_mode: Option<bool>,
}

/// A fix as it is signed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedFix {
    /// Degrees in `datum`.
    pub latitude: f64,
    /// Degrees in `datum`.
    pub longitude: f64,
    /// The datum.
    pub datum: Datum,
    /// 68 % accuracy radius, metres.
    pub accuracy_meters: f64,
    /// When it was taken, on the phone's clock.
    pub fixed_at: String,
    /// Whether the phone says that its location is mocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mocked: Option<bool>,
}

/// A time as it is signed: RFC 3339, UTC, milliseconds.
pub fn instant(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl SignedCheckIn {
    /// The bytes that are signed.
    pub fn message(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_absent_ones_left_out() {
        let check_in = SignedCheckIn {
            id: "00000000-0000-0000-0000-000000000007".to_owned(),
            project_id: "00000000-0000-0000-0000-000000000001".to_owned(),
            captured_at: instant("2026-11-18T10:00:00+08:00".parse().unwrap()),
            fixes: vec![SignedFix {
                latitude: 39.62,
                longitude: 121.0,
                datum: Datum::Gcj02,
                accuracy_meters: 8.5,
                fixed_at: instant("2026-11-18T02:00:00.25Z".parse().unwrap()),
                mocked: None,
            }],
            photos: vec![],
            note: "进度正常".to_owned(),
            challenge: None,
            boot_id: None,
            captured_uptime_ms: None,
            developer_mode: Some(false),
        };
        assert_eq!(
            String::from_utf8(check_in.message().unwrap()).unwrap(),
            r#"{"capturedAt":"2026-11-18T02:00:00.000Z","developerMode":false,"fixes":[{"accuracyMeters":8.5,"datum":"GCJ02","fixedAt":"2026-11-18T02:00:00.250Z","latitude":39.62,"longitude":121}],"id":"00000000-0000-0000-0000-000000000007","note":"进度正常","photos":[],"projectId":"00000000-0000-0000-0000-000000000001"}"#
        );
    }
}
