//! Evidence in a file that anyone can check, offline, on another machine, years later.
//!
//! A bundle is a ZIP archive that common tools open, with these members in this order:
//!
//! | member | |
//! |---|---|
//! | `keys/<fingerprint>.spki` | public key of each phone that signed something in it (DER); ascending |
//! | `chain.jsonl` | the entries of the hash chain, one canonical JSON object a line |
//! | `photos/<SHA-256>` | each photo's original bytes; ascending |
//! | `manifest.json` | what the bundle is, and every other member's length and SHA-256 |
//!
//! A line of `chain.jsonl` has `sequence`, `kind`, `previous`, `hash`, and either `payload` or, where the exporter
//! withholds it, `payloadSha256`. A payload names its kind again as `kind`. Of a `check-in`, the verifier knows `id`,
//! `photos` (SHA-256 of each), and, if the phone signed it, `submission` (what was signed, as RFC 8785 writes it, with
//! the same `id` in it) and `device` (`keyFingerprint`, `signature` in base64, and `text` where the phone signed another
//! text than that, which must say the same). Only signatures that held at receipt belong in `device`: another is a
//! finding, not evidence.
//!
//! # Every byte counts
//! The archive is a function of its members: nothing is compressed, no header has room for a choice (see `archive.rs`),
//! and the verifier makes each header itself and compares. So there are no comments, gaps, second directories or
//! trailing bytes to hide something in, nothing that two ZIP readers understand differently, and nothing that unpacks
//! to more than was read. The manifest states the contents by their SHA-256; hence **the manifest's own SHA-256, which
//! both commands print, stands for the whole file**.
//!
//! # What a bundle proves, and what it doesn't
//! - An entry was not altered, and none is missing between its first and its last, or the chain would not hold.
//! - A signed check-in was signed by that phone's key, and its photos have the bytes the entry names.
//! - It does *not* prove that nothing was left out after its last entry, nor, without a head known from elsewhere, that
//!   the whole chain wasn't computed anew by whoever holds the database. Give [`verify`] the heads that were published
//!   (in a bulletin, to another office): then everything up to each of them is what it was on that day. Signatures
//!   can't be computed anew by anyone but the phone.
//! - It does *not* prove whose phone a key is: that is what registering it recorded.
//! - Nor does it prove that a check-in is true; that is for assessment.

mod archive;
mod chain_line;
mod manifest;
mod verify;
mod writer;

use domain::digest::Sha256Digest;
use std::{fmt, str::FromStr};

#[cfg(any(test, feature = "fuzzing"))]
pub use self::verify::fuzz_bundle;
pub use self::{
    manifest::{FORMAT, Manifest, Selection, StatedHead, StatedMember, StatedSpan},
    verify::{EntryFault, Failure, Limits, Oversized, Report, verify},
    writer::{ChainWriter, PhotoWriter, WriteError},
};

/// A member of a bundle. Their order is the archive's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// A phone's public key, by its fingerprint.
    Key(Sha256Digest),
    /// The hash chain.
    Chain,
    /// A photo, by its SHA-256.
    Photo(Sha256Digest),
    /// The manifest.
    Manifest,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(fingerprint) => write!(f, "keys/{fingerprint}.spki"),
            Self::Chain => f.write_str("chain.jsonl"),
            Self::Photo(digest) => write!(f, "photos/{digest}"),
            Self::Manifest => f.write_str("manifest.json"),
        }
    }
}

/// The name is none that a bundle has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownMember;

impl FromStr for Member {
    type Err = UnknownMember;

    /// Reads the names [`Member`] writes and no other, so that `..`, `/etc` and other spellings have no way in.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let digest = |hex: &str| hex.parse().map_err(|_| UnknownMember);
        let member = if name == "chain.jsonl" {
            Self::Chain
        } else if name == "manifest.json" {
            Self::Manifest
        } else if let Some(hex) = name.strip_prefix("photos/") {
            Self::Photo(digest(hex)?)
        } else if let Some(hex) = name.strip_prefix("keys/").and_then(|rest| rest.strip_suffix(".spki")) {
            Self::Key(digest(hex)?)
        } else {
            return Err(UnknownMember);
        };
        // Digests are written in lower case.
        if member.to_string() == name { Ok(member) } else { Err(UnknownMember) }
    }
}

#[cfg(test)]
mod tests;
