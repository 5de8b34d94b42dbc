//! An append-only hash chain over what is recorded: check-ins, assessments, decisions. Each entry's hash covers the one
//! before, so nothing can be altered, removed, inserted or put in another order without every later hash changing.
//!
//! ```text
//! genesis = SHA-256( "onsite genesis 1\0" ‖ installation id, 16 bytes )
//! hash    = SHA-256( "onsite entry 1\0" ‖ previous hash, 32 bytes ‖ sequence, 8 bytes big-endian
//!                    ‖ length of kind, 8 bytes big-endian ‖ kind ‖ SHA-256(payload), 32 bytes )
//! ```
//!
//! Every part has a fixed or a stated length, so no two entries share an input, and the two prefixes keep a genesis and
//! an entry apart. The payload goes in by its own digest: an entry can be shown without its payload (another project's,
//! say) and the chain still be checked through it. Payloads carry random ids, so that a digest can't be guessed back.
//!
//! What it proves: that the entries up to a head are those there were when that head was made. What it can't: that the
//! head is the latest (whoever holds the database can drop the end, or compute a whole chain anew). Heads therefore
//! have to be kept where the server can't reach: printed in a bulletin, sent to another office.

use std::fmt;

use messages::{Language, Message, message};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::digest::Sha256Digest;

const GENESIS: &[u8] = b"onsite genesis 1\0";
const ENTRY: &[u8] = b"onsite entry 1\0";

/// The last entry of a chain, or of the part seen so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Head {
    /// Its sequence; 0 before the first.
    pub sequence: i64,
    /// Its hash; the genesis before the first.
    pub hash: Sha256Digest,
}

/// One entry as it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// 1 for the first, and one more for each.
    pub sequence: i64,
    /// What the payload is.
    pub kind: &'a str,
    /// What was recorded, in canonical form, or its digest alone.
    pub payload: Payload<'a>,
    /// Hash of the entry before.
    pub previous: Sha256Digest,
    /// Hash of this entry.
    pub hash: Sha256Digest,
}

/// What an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Canonical JSON.
    Shown(&'a [u8]),
    /// SHA-256 of canonical JSON that is not shown.
    Withheld(Sha256Digest),
}

/// The first thing in a chain that doesn't hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Broken {
    /// Where the chain stops to hold: the sequence that should have stood there.
    pub sequence: i64,
    /// What is wrong with what stands there.
    pub fault: Fault,
}

impl Broken {
    /// What is told of it.
    pub fn message(&self) -> Message {
        message!(ChainBroken { sequence: self.sequence.to_string(), fault: self.fault.message() })
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

/// What can be wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Another entry stands in its place: something was removed, inserted or moved.
    Sequence {
        /// The sequence found.
        found: i64,
    },
    /// It is the first entry, and not of this installation.
    Genesis,
    /// It does not name the entry before.
    Previous,
    /// Its kind or payload, or the hash itself, was altered.
    Hash,
}

impl Fault {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::Sequence { found } => message!(ChainOutOfSequence { found: found.to_string() }),
            Self::Genesis => message!(ChainOfAnotherGenesis),
            Self::Previous => message!(ChainOfAnotherPrevious),
            Self::Hash => message!(ChainHashWrong),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

/// The hash before an installation's first entry.
pub fn genesis(installation: Uuid) -> Sha256Digest {
    digest(Sha256::new().chain_update(GENESIS).chain_update(installation.as_bytes()))
}

/// The hash of an entry with this payload, in canonical JSON.
pub fn link(previous: Sha256Digest, sequence: i64, kind: &str, payload: &[u8]) -> Sha256Digest {
    link_payload(previous, sequence, kind, Payload::Shown(payload))
}

fn link_payload(previous: Sha256Digest, sequence: i64, kind: &str, payload: Payload<'_>) -> Sha256Digest {
    digest(
        Sha256::new()
            .chain_update(ENTRY)
            .chain_update(previous.as_bytes())
            .chain_update(sequence.to_be_bytes())
            .chain_update((kind.len() as u64).to_be_bytes())
            .chain_update(kind)
            .chain_update(payload.digest().as_bytes()),
    )
}

fn digest(hasher: Sha256) -> Sha256Digest {
    Sha256Digest::from_bytes(hasher.finalize().into())
}

impl Payload<'_> {
    /// SHA-256 of the payload, shown or not.
    pub fn digest(&self) -> Sha256Digest {
        match self {
            Self::Shown(bytes) => digest(Sha256::new().chain_update(bytes)),
            Self::Withheld(digest) => *digest,
        }
    }
}

impl Head {
    /// The head of an installation's empty chain.
    pub fn genesis(installation: Uuid) -> Self {
        Self { sequence: 0, hash: genesis(installation) }
    }

    /// The entry that records this payload next.
    pub fn append<'a>(&self, kind: &'a str, payload: &'a [u8]) -> Entry<'a> {
        let sequence = self.sequence.saturating_add(1);
        let hash = link(self.hash, sequence, kind, payload);
        Entry { sequence, kind, payload: Payload::Shown(payload), previous: self.hash, hash }
    }

    /// The head after this entry, if it is the next.
    ///
    /// # Errors
    /// What is wrong with the entry, looked at in this order: its place, what it names as the one before, its hash.
    pub fn follow(&self, entry: &Entry<'_>) -> Result<Self, Broken> {
        let sequence = self.sequence.saturating_add(1);
        let fault = if entry.sequence != sequence {
            Fault::Sequence { found: entry.sequence }
        } else if entry.previous != self.hash {
            if self.sequence == 0 { Fault::Genesis } else { Fault::Previous }
        } else if link_payload(self.hash, sequence, entry.kind, entry.payload) != entry.hash {
            Fault::Hash
        } else {
            return Ok(Self { sequence, hash: entry.hash });
        };
        Err(Broken { sequence, fault })
    }
}

/// Follows a chain from a head that is known, and gives the one it leads to. That nothing was dropped at the end, only
/// a head kept elsewhere can tell.
///
/// # Errors
/// The first entry that doesn't hold.
pub fn verify<'a>(start: Head, entries: impl IntoIterator<Item = Entry<'a>>) -> Result<Head, Broken> {
    entries.into_iter().try_fold(start, |head, entry| head.follow(&entry))
}

#[cfg(test)]
mod tests;
