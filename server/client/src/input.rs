//! What a phone sends.

use chrono::{DateTime, Utc};
use domain::check_ins::signed_check_in::{SignedCheckIn, SignedFix, instant};
use entity::values::Datum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A check-in, as it is sent. What is not there is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInInput {
    /// Made on the phone: sent again under it, nothing is recorded twice.
    pub id: Uuid,
    /// The project's global id; none to be offered the nearest sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// When it happened, on the phone's clock.
    pub captured_at: DateTime<Utc>,
    /// When it is sent, on the same clock.
    pub sent_at: DateTime<Utc>,
    /// The position at capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<FixInput>,
    /// Global ids of uploaded photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photo_ids: Vec<String>,
    /// Further fixes taken around the capture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_fixes: Vec<FixInput>,
    /// The boot clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uptime: Option<UptimeInput>,
    /// A challenge, which proves that the capture came after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// The device's signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceSignatureInput>,
    /// Whether developer options are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub developer_mode: Option<bool>,
    /// What there is to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A position fix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FixInput {
    /// Degrees in `datum`.
    pub latitude: f64,
    /// Degrees in `datum`.
    pub longitude: f64,
    /// The datum.
    pub datum: Datum,
    /// 68 % accuracy radius, metres.
    pub accuracy_meters: f64,
    /// When it was taken, on the phone's clock.
    pub fixed_at: DateTime<Utc>,
    /// Whether the phone says that its location is mocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mocked: Option<bool>,
}

/// The phone's boot clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UptimeInput {
    /// Which start of the phone it counts from.
    pub boot_id: String,
    /// Milliseconds at capture.
    pub captured_uptime: i64,
    /// Milliseconds at sending.
    pub sent_uptime: i64,
}

/// A device's signature over a check-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceSignatureInput {
    /// Fingerprint of the device's public key.
    pub fingerprint: String,
    /// The signature, base64.
    pub signature: String,
    /// The very text that was signed, where it may not be the canonical one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_text: Option<String>,
}

impl CheckInInput {
    /// One with nothing but its times, by the phone's clock.
    pub fn new(id: Uuid, captured_at: DateTime<Utc>, sent_at: DateTime<Utc>) -> Self {
        Self {
            id,
            project_id: None,
            captured_at,
            sent_at,
            fix: None,
            photo_ids: Vec::new(),
            other_fixes: Vec::new(),
            uptime: None,
            challenge: None,
            device: None,
            developer_mode: None,
            note: String::new(),
        }
    }

    /// The check-in as a device signs it: `project` is the project's UUID, `photos` are the SHA-256 of their bytes.
    pub fn to_sign(&self, project: Uuid, photos: &[String]) -> SignedCheckIn {
        SignedCheckIn {
            id: self.id.to_string(),
            project_id: project.to_string(),
            captured_at: instant(self.captured_at),
            fixes: self.fix.iter().chain(&self.other_fixes).map(FixInput::to_sign).collect(),
            photos: photos.to_vec(),
            note: self.note.clone(),
            challenge: self.challenge.clone(),
            boot_id: self.uptime.as_ref().map(|uptime| uptime.boot_id.clone()),
            captured_uptime_ms: self.uptime.as_ref().map(|uptime| uptime.captured_uptime),
            developer_mode: self.developer_mode,
        }
    }
}

impl FixInput {
    fn to_sign(&self) -> SignedFix {
        SignedFix {
            latitude: self.latitude,
            longitude: self.longitude,
            datum: self.datum,
            accuracy_meters: self.accuracy_meters,
            fixed_at: instant(self.fixed_at),
            mocked: self.mocked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_there_is_left_out() {
        let now = "2026-11-18T02:00:00Z".parse().unwrap();
        let fix = FixInput {
            latitude: 39.62,
            longitude: 122.0,
            datum: Datum::Wgs84,
            accuracy_meters: 8.0,
            fixed_at: now,
            mocked: Some(false),
        };
        let input = CheckInInput {
            project_id: Some("AAAA".to_owned()),
            fix: Some(fix),
            ..CheckInInput::new(Uuid::nil(), now, now)
        };
        let sent = json!({
            "id": "00000000-0000-0000-0000-000000000000", "projectId": "AAAA",
            "capturedAt": "2026-11-18T02:00:00Z", "sentAt": "2026-11-18T02:00:00Z",
            "fix": {
                "latitude": 39.62, "longitude": 122.0, "datum": "WGS84", "accuracyMeters": 8.0,
                "fixedAt": "2026-11-18T02:00:00Z", "mocked": false,
            },
        });
        assert_eq!(json!(input), sent);
        assert_eq!(serde_json::from_value::<CheckInInput>(sent).unwrap(), input);
    }
}
