//! Checking a bundle in one pass from its first byte to its last, in bounded memory.

mod contents;
mod failure;
mod reader;

use std::io::Read;

use domain::{canonical_json::parse_canonical, check_ins::hash_chain::Head, digest::Sha256Digest};
use sha2::{Digest, Sha256};

pub use self::failure::{EntryFault, Failure, Oversized};
use self::{contents::Contents, reader::Reader};
use super::{
    Member,
    manifest::{FORMAT, Manifest},
};

/// How much a bundle may have. Whatever is longer is refused before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole file. They are read once and not kept.
    pub archive_bytes: u64,
    /// Members. Some 300 bytes are kept of each.
    pub members: usize,
    /// Bytes of one line of the chain.
    pub line_bytes: usize,
    /// Bytes of the manifest, which is kept.
    pub manifest_bytes: usize,
}

impl Default for Limits {
    /// 1 TiB, 1,000,000 members, 1 MiB a line, 256 MiB of manifest.
    fn default() -> Self {
        Self { archive_bytes: 1 << 40, members: 1_000_000, line_bytes: 1 << 20, manifest_bytes: 1 << 28 }
    }
}

/// What holds in a bundle.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What the bundle says of itself; its chain, photos and files were checked, its date and selection can't be.
    pub manifest: Manifest,
    /// SHA-256 of the manifest, which stands for the whole file.
    pub manifest_sha256: Sha256Digest,
    /// The last entry's hash: to be compared with what was published.
    pub head: Head,
    /// Entries in the chain.
    pub entries: u64,
    /// Entries whose payload is withheld.
    pub withheld: u64,
    /// Check-ins shown.
    pub check_ins: u64,
    /// Check-ins signed by a phone; every signature holds.
    pub signed: u64,
    /// Photos in the bundle; each has the bytes its entry names.
    pub photos: usize,
    /// Of the heads given, those inside the bundle's span. The others say nothing about it.
    pub known_heads: Vec<Head>,
}

/// Checks a bundle: its archive, its chain, its signatures, its photos and its manifest, in that order, and that
/// nothing else is in it. `known_heads` are heads published earlier; each that lies in the bundle's span must be its.
///
/// Total and bounded: reads every byte once, and keeps neither photos nor entries.
///
/// # Errors
/// The first thing that doesn't hold.
pub fn verify(bundle: impl Read, limits: &Limits, known_heads: &[Head]) -> Result<Report, Failure> {
    let mut reader = Reader::new(bundle, *limits);
    let mut contents = Contents::new(*limits, known_heads);
    let mut manifest = None;
    let mut last = None;
    while let Some(found) = reader.next()? {
        let member = found.member();
        match last {
            Some(last) if member == last => return Err(Failure::Duplicate(member)),
            Some(last) if member < last => return Err(Failure::Order(member)),
            _ => last = Some(member),
        }
        if member > Member::Chain && !contents.has_chain() {
            return Err(Failure::Missing(Member::Chain));
        }
        match member {
            Member::Key(_) => contents.key(member, &reader.bytes(found, contents::SPKI_BYTES)?)?,
            Member::Chain => {
                reader.content(found, |bytes| contents.chain_bytes(bytes))?;
                contents.end_chain()?;
            }
            Member::Photo(digest) => {
                contents.photo(digest)?;
                reader.content(found, |_| Ok(()))?;
            }
            Member::Manifest => manifest = Some(reader.bytes(found, limits.manifest_bytes)?),
        }
    }
    let bytes = manifest.ok_or(Failure::Missing(Member::Manifest))?;
    let manifest: Manifest = parse_canonical(&bytes).map_err(Failure::Manifest)?;
    let manifest_sha256 = Sha256Digest::from_bytes(Sha256::digest(&bytes).into());
    if manifest.format != FORMAT {
        return Err(Failure::Format(manifest.format));
    }
    contents.compare(&manifest, reader.stated())?;
    Ok(contents.report(manifest, manifest_sha256))
}

/// For fuzzing: checks the bytes as a bundle, within small limits. Never panics.
#[cfg(any(test, feature = "fuzzing"))]
pub fn fuzz_bundle(bytes: &[u8]) {
    let limits = Limits { archive_bytes: 1 << 20, members: 64, line_bytes: 1 << 16, manifest_bytes: 1 << 16 };
    let _ = verify(bytes, &limits, &[]);
}
