//! A line of `chain.jsonl`, and what a check-in in it refers to.

use domain::{
    canonical_json::{CanonicalError, canonical},
    check_ins::hash_chain::{Entry, Payload},
    digest::Sha256Digest,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::manifest::{digest_text, digest_texts};

/// The kind of entry that may carry photos and a signature.
pub(super) const CHECK_IN: &str = "check-in";

/// One entry as a canonical JSON object.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ChainLine {
    pub(super) sequence: i64,
    pub(super) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) payload_sha256: Option<Withheld>,
    #[serde(with = "digest_text")]
    pub(super) previous: Sha256Digest,
    #[serde(with = "digest_text")]
    pub(super) hash: Sha256Digest,
}

/// Digest of a payload that is not shown.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Withheld(#[serde(with = "digest_text")] Sha256Digest);

/// A line has neither a payload nor its digest, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NeitherOrBoth;

impl ChainLine {
    /// The line for an entry.
    pub(super) fn new(entry: &Entry<'_>) -> Result<Self, serde_json::Error> {
        let (payload, payload_sha256) = match entry.payload {
            Payload::Shown(bytes) => (Some(serde_json::from_slice(bytes)?), None),
            Payload::Withheld(digest) => (None, Some(Withheld(digest))),
        };
        let Entry { sequence, previous, hash, .. } = *entry;
        Ok(Self { sequence, kind: entry.kind.to_owned(), payload, payload_sha256, previous, hash })
    }

    /// The payload's canonical bytes, if it is shown.
    pub(super) fn payload_bytes(&self) -> Result<Option<Vec<u8>>, CanonicalError> {
        self.payload.as_ref().map(canonical).transpose()
    }

    /// The entry in this line, with the bytes that [`ChainLine::payload_bytes`] gave.
    pub(super) fn entry<'a>(&'a self, payload: Option<&'a [u8]>) -> Result<Entry<'a>, NeitherOrBoth> {
        let payload = match (payload, &self.payload_sha256) {
            (Some(bytes), None) => Payload::Shown(bytes),
            (None, Some(Withheld(digest))) => Payload::Withheld(*digest),
            _ => return Err(NeitherOrBoth),
        };
        let Self { sequence, previous, hash, .. } = *self;
        Ok(Entry { sequence, kind: &self.kind, payload, previous, hash })
    }
}

/// What the verifier knows of a check-in. The rest of the payload is the server's affair.
#[derive(Debug, Deserialize)]
pub(super) struct CheckIn {
    pub(super) id: String,
    #[serde(with = "digest_texts")]
    pub(super) photos: Vec<Sha256Digest>,
    #[serde(default)]
    pub(super) submission: Value,
    pub(super) device: Option<Device>,
}

/// Whose key signed a submission.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Device {
    #[serde(with = "digest_text")]
    pub(super) key_fingerprint: Sha256Digest,
    pub(super) signature: String,
    /// What was signed, where that is another text than the submission's canonical one.
    pub(super) text: Option<String>,
}

impl CheckIn {
    /// The check-in in a payload of that kind; none in another.
    pub(super) fn in_payload(kind: &str, payload: &Value) -> Result<Option<Self>, serde_json::Error> {
        if kind == CHECK_IN { Self::deserialize(payload).map(Some) } else { Ok(None) }
    }
}
