//! What can be wrong with a bundle.

use domain::{
    canonical_json::{CanonicalError, NotCanonical},
    check_ins::{
        device_signature::{KeyError, SignatureError},
        hash_chain::{Broken, Head},
    },
};
use std::io;

use crate::{FORMAT, Member};

/// The first thing that doesn't hold.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file couldn't be read. This says nothing about the evidence.
    #[error("the file could not be read: {0}")]
    Io(#[source] io::Error),
    /// The file ends too early.
    #[error("the file is cut short at byte {offset}")]
    Truncated {
        /// Where.
        offset: u64,
    },
    /// Not the bytes that a bundle of these members has there.
    #[error("the archive's structure is not a bundle's at byte {offset}")]
    Structure {
        /// Where the header or directory begins that differs.
        offset: u64,
    },
    /// More than [`Limits`](super::Limits) allow.
    #[error("{what} is larger than allowed")]
    TooLarge {
        /// What is.
        what: String,
    },
    /// A name that no member of a bundle has: another file, an absolute path, one that leads elsewhere.
    #[error("a member is named {name:?}")]
    Name {
        /// The name.
        name: String,
    },
    /// A member twice.
    #[error("{0} is in the bundle twice")]
    Duplicate(Member),
    /// A member before another that it should follow.
    #[error("{0} is out of order")]
    Order(Member),
    /// A member that must be there, or that an entry refers to.
    #[error("{0} is missing")]
    Missing(Member),
    /// A member that nothing refers to.
    #[error("no entry refers to {0}")]
    Unreferenced(Member),
    /// A member's bytes don't have the SHA-256 in its name.
    #[error("{0} has other bytes than its name says")]
    Content(Member),
    /// A member's bytes don't have the checksum in its header.
    #[error("{0} does not have the checksum in its header")]
    Checksum(Member),
    /// A phone's key is none.
    #[error("{0}: {1}")]
    Key(Member, #[source] KeyError),
    /// A line of the chain is no entry in canonical JSON.
    #[error("line {line} of the chain is {source}")]
    Line {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        source: NotCanonical,
    },
    /// The chain's last line doesn't end.
    #[error("the chain's last line has no end")]
    LineEnd,
    /// The chain doesn't hold.
    #[error(transparent)]
    Chain(#[from] Broken),
    /// An entry fits the chain, but what it says doesn't hold.
    #[error("entry {sequence}: {fault}")]
    Entry {
        /// Which.
        sequence: i64,
        /// What doesn't hold.
        fault: EntryFault,
    },
    /// A published head is not this chain's.
    #[error("entry {} is not the one that was published", .0.sequence)]
    KnownHead(Head),
    /// The manifest is not canonical JSON of its shape.
    #[error("the manifest is {0}")]
    Manifest(#[source] NotCanonical),
    /// The manifest is of a format that this program doesn't know.
    #[error("the bundle's format is {0:?}, not {FORMAT:?}")]
    Format(String),
    /// A member that the manifest doesn't list.
    #[error("the manifest does not list {0}")]
    Unlisted(Member),
    /// The manifest states another length or SHA-256 of a member.
    #[error("the manifest states another length or SHA-256 of {0}")]
    StatedMember(Member),
    /// The manifest states another beginning or end of the chain.
    #[error("the manifest states another beginning or end of the chain")]
    StatedChain,
    /// The manifest states photos as absent that are not, or that nothing names.
    #[error("the manifest states other photos as absent than are")]
    StatedAbsent,
}

/// What can be wrong with what an entry says.
#[derive(Debug, thiserror::Error)]
pub enum EntryFault {
    /// The line has neither a payload nor its digest, or both.
    #[error("it has neither a payload nor the digest of one, or both")]
    Payload,
    /// The payload names another kind than the entry.
    #[error("its payload is of another kind")]
    Kind,
    /// A check-in of another shape than the verifier knows.
    #[error("its check-in can't be read: {0}")]
    CheckIn(#[source] serde_json::Error),
    /// The same check-in was recorded before.
    #[error("its check-in was recorded before")]
    Repeated,
    /// What was signed is another check-in.
    #[error("what was signed has another id")]
    OtherSubmission,
    /// What was signed says something else.
    #[error("what was signed says something else than the check-in")]
    OtherText,
    /// What was signed has no canonical form.
    #[error("what was signed can't be written again: {0}")]
    Submission(#[source] CanonicalError),
    /// The signature doesn't hold.
    #[error("{0}")]
    Signature(#[source] SignatureError),
}
