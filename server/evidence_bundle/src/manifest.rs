//! What a bundle says of itself.

use chrono::{DateTime, Utc};
use domain::{check_ins::hash_chain::Head, digest::Sha256Digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Member;

/// The format this program writes and checks.
pub const FORMAT: &str = "onsite-evidence/1";

/// What was asked for when the bundle was made, as the exporter chose to put it (a period, a project, people). Stated,
/// not checked: that the selection is complete shows in the chain, that it is what was asked for doesn't.
pub type Selection = Value;

/// `manifest.json`, in canonical JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Whose chain it is.
    pub installation_id: Uuid,
    /// When it was made, by the server's clock.
    pub created_at: DateTime<Utc>,
    /// What it was made of.
    pub selection: Selection,
    /// The head before its first entry, and that of its last.
    pub chain: StatedSpan,
    /// Photos that entries name and the bundle doesn't have, ascending: never received, damaged, or erased since.
    #[serde(with = "digest_texts")]
    pub absent_photos: Vec<Sha256Digest>,
    /// Every other member, in the archive's order.
    pub files: Vec<StatedMember>,
}

/// Where a chain begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedSpan {
    /// The head before the first entry.
    pub from: StatedHead,
    /// The head of the last.
    pub to: StatedHead,
}

/// A [`Head`] in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedHead {
    /// Its sequence.
    pub sequence: i64,
    /// Its hash, hexadecimal.
    #[serde(with = "digest_text")]
    pub hash: Sha256Digest,
}

impl From<Head> for StatedHead {
    fn from(Head { sequence, hash }: Head) -> Self {
        Self { sequence, hash }
    }
}

/// A member as the manifest states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedMember {
    /// Its name in the archive.
    pub name: String,
    /// Its bytes.
    pub length: u32,
    /// SHA-256 of its bytes, hexadecimal.
    #[serde(with = "digest_text")]
    pub sha256: Sha256Digest,
}

impl StatedMember {
    pub(super) fn new(member: Member, length: u32, sha256: Sha256Digest) -> Self {
        Self { name: member.to_string(), length, sha256 }
    }
}

/// A digest as hexadecimal digits.
pub(super) mod digest_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use domain::digest::Sha256Digest;

    pub(crate) fn serialize<S: Serializer>(digest: &Sha256Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(digest)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sha256Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A list of digests as hexadecimal digits.
pub(super) mod digest_texts {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::digest_text;
    use domain::digest::Sha256Digest;

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Text(#[serde(with = "digest_text")] Sha256Digest);

    pub(crate) fn serialize<S: Serializer>(digests: &[Sha256Digest], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(digests.iter().copied().map(Text))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Sha256Digest>, D::Error> {
        Ok(Vec::<Text>::deserialize(deserializer)?.into_iter().map(|Text(digest)| digest).collect())
    }
}
