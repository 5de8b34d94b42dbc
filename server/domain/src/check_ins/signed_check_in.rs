//! What a device signs: the canonical JSON (RFC 8785) of a check-in as it was captured.
//!
//! Times are RFC 3339 in UTC with milliseconds. Nothing that is known only when it is sent is in it, so a check-in can
//! be signed at capture and sent days later; photos are named by the SHA-256 of their bytes, which a phone knows
//! before it has leave to upload them. `challenge`, `bootId`, `capturedUptimeMs`, `developerMode` and a fix's `mocked` are
//! left out where they have no value; `fixes`, `photos` and `note` are always there, empty where there is nothing.

mod comparison;
mod member;
mod spelling;
#[cfg(test)]
mod tests;

use chrono::{DateTime, SecondsFormat, Utc};
use entity::values::Datum;
use serde::{Deserialize, Serialize};

use crate::canonical_json::{CanonicalError, canonical};

pub use member::{Member, Members};

/// A check-in as it is signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// What a signature says of a check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureReading {
    /// It holds over the canonical text.
    Canonical,
    /// It holds over another text that says the same: this one.
    Spelled(String),
    /// It holds over a text that says something else of these members.
    Altered(Members),
    /// It holds over a text that does not say these members, or not so that they can be compared.
    Unclear(Members),
    /// It holds over nothing that is known.
    Unfit,
}

impl SignedCheckIn {
    /// The bytes that are signed.
    pub fn message(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical(self)
    }

    /// What a signature says, which `holds` over some texts: whether over this check-in, however it was written, or
    /// over `text`, which its device says that it signed, and what that says.
    pub fn read_signature(
        &self,
        text: Option<&str>,
        holds: impl Fn(&[u8]) -> bool,
    ) -> Result<SignatureReading, CanonicalError> {
        if holds(&self.message()?) {
            return Ok(SignatureReading::Canonical);
        }
        if let Some(text) = text.filter(|text| holds(text.as_bytes())) {
            return Ok(self.read_text(text));
        }
        let spelled = spelling::spellings(self).into_iter().find(|text| holds(text.as_bytes()));
        Ok(spelled.map_or(SignatureReading::Unfit, SignatureReading::Spelled))
    }

    /// What a signature says that holds over a text.
    pub fn read_text(&self, text: &str) -> SignatureReading {
        let comparison::Comparison { differing, unclear } = comparison::compare(self, text);
        if !differing.is_empty() {
            SignatureReading::Altered(differing)
        } else if !unclear.is_empty() {
            SignatureReading::Unclear(unclear)
        } else {
            SignatureReading::Spelled(text.to_owned())
        }
    }
}
