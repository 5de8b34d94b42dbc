//! What can be wrong with a bundle.

use domain::{
    canonical_json::{CanonicalError, NotCanonical},
    check_ins::{
        device_signature::{KeyError, SignatureError},
        hash_chain::{Broken, Head},
    },
};
use messages::{Language, Message, message};
use std::{fmt, io};

use crate::{FORMAT, Member};

/// The first thing that doesn't hold.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file couldn't be read. This says nothing about the evidence.
    Io(#[source] io::Error),
    /// The file ends too early.
    Truncated {
        /// Where.
        offset: u64,
    },
    /// Not the bytes that a bundle of these members has there.
    Structure {
        /// Where the header or directory begins that differs.
        offset: u64,
    },
    /// More than [`Limits`](super::Limits) allow.
    TooLarge {
        /// What is.
        what: Oversized,
    },
    /// A name that no member of a bundle has: another file, an absolute path, one that leads elsewhere.
    Name {
        /// The name.
        name: String,
    },
    /// A member twice.
    Duplicate(Member),
    /// A member before another that it should follow.
    Order(Member),
    /// A member that must be there, or that an entry refers to.
    Missing(Member),
    /// A member that nothing refers to.
    Unreferenced(Member),
    /// A member's bytes don't have the SHA-256 in its name.
    Content(Member),
    /// A member's bytes don't have the checksum in its header.
    Checksum(Member),
    /// A phone's key is none.
    Key(Member, #[source] KeyError),
    /// A line of the chain is no entry in canonical JSON.
    Line {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        source: NotCanonical,
    },
    /// The chain's last line doesn't end.
    LineEnd,
    /// The chain doesn't hold.
    Chain(#[from] Broken),
    /// An entry fits the chain, but what it says doesn't hold.
    Entry {
        /// Which.
        sequence: i64,
        /// What doesn't hold.
        fault: EntryFault,
    },
    /// A published head is not this chain's.
    KnownHead(Head),
    /// The manifest is not canonical JSON of its shape.
    Manifest(#[source] NotCanonical),
    /// The manifest is of a format that this program doesn't know.
    Format(String),
    /// A member that the manifest doesn't list.
    Unlisted(Member),
    /// The manifest states another length or SHA-256 of a member.
    StatedMember(Member),
    /// The manifest states another beginning or end of the chain.
    StatedChain,
    /// The manifest states photos as absent that are not, or that nothing names.
    StatedAbsent,
}

impl Failure {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::Io(error) => message!(BundleUnreadable { error: error.to_string() }),
            Self::Truncated { offset } => message!(BundleCutShort { offset: offset.to_string() }),
            Self::Structure { offset } => message!(BundleStructure { offset: offset.to_string() }),
            Self::TooLarge { what } => message!(BundleTooLarge { what: what.message() }),
            Self::Name { name } => message!(BundleMemberNamed { name: format!("{name:?}") }),
            Self::Duplicate(member) => message!(BundleMemberTwice { member: member.to_string() }),
            Self::Order(member) => message!(BundleOutOfOrder { member: member.to_string() }),
            Self::Missing(member) => message!(BundleMemberMissing { member: member.to_string() }),
            Self::Unreferenced(member) => message!(BundleMemberUnreferenced { member: member.to_string() }),
            Self::Content(member) => message!(BundleOtherBytes { member: member.to_string() }),
            Self::Checksum(member) => message!(BundleOtherChecksum { member: member.to_string() }),
            Self::Key(member, error) => message!(BundleKey { member: member.to_string(), error: error.message() }),
            Self::Line { line, source } => {
                message!(BundleLine { line: line.to_string(), error: source.message() })
            }
            Self::LineEnd => message!(BundleLineEnd),
            Self::Chain(broken) => broken.message(),
            Self::Entry { sequence, fault } => {
                message!(BundleEntry { sequence: sequence.to_string(), fault: fault.message() })
            }
            Self::KnownHead(head) => message!(BundleOtherHead { sequence: head.sequence.to_string() }),
            Self::Manifest(error) => message!(BundleManifestMalformed { error: error.message() }),
            Self::Format(found) => {
                message!(BundleFormat { found: format!("{found:?}"), wanted: format!("{FORMAT:?}") })
            }
            Self::Unlisted(member) => message!(BundleUnlisted { member: member.to_string() }),
            Self::StatedMember(member) => message!(BundleStatesOtherMember { member: member.to_string() }),
            Self::StatedChain => message!(BundleStatesOtherChain),
            Self::StatedAbsent => message!(BundleStatesOtherAbsent),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

/// What can be larger than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oversized {
    /// The file.
    File,
    /// The number of members.
    Members,
    /// A member.
    Member(Member),
    /// A line of the chain, from 1.
    Line(u64),
}

impl Oversized {
    fn message(self) -> Message {
        match self {
            Self::File => message!(BundleFile),
            Self::Members => message!(BundleMembers),
            Self::Member(member) => message!(BundleMember { member: member.to_string() }),
            Self::Line(line) => message!(BundleChainLine { line: line.to_string() }),
        }
    }
}

/// What can be wrong with what an entry says.
#[derive(Debug, thiserror::Error)]
pub enum EntryFault {
    /// The line has neither a payload nor its digest, or both.
    Payload,
    /// The payload names another kind than the entry.
    Kind,
    /// A check-in of another shape than the verifier knows.
    CheckIn(#[source] serde_json::Error),
    /// The same check-in was recorded before.
    Repeated,
    /// What was signed is another check-in.
    OtherSubmission,
    /// What was signed says something else.
    OtherText,
    /// What was signed has no canonical form.
    Submission(#[source] CanonicalError),
    /// The signature doesn't hold.
    Signature(#[source] SignatureError),
}

impl EntryFault {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::Payload => message!(EntryPayload),
            Self::Kind => message!(EntryKind),
            Self::CheckIn(error) => message!(EntryCheckIn { error: error.to_string() }),
            Self::Repeated => message!(EntryRepeated),
            Self::OtherSubmission => message!(EntryOtherSubmission),
            Self::OtherText => message!(EntryOtherText),
            Self::Submission(error) => message!(EntrySubmission { error: error.to_string() }),
            Self::Signature(error) => error.message(),
        }
    }
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}
