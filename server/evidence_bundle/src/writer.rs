//! Writing a bundle from start to end, with never more than one entry or a few kilobytes of a photo in memory.

use std::{
    collections::BTreeSet,
    io::{self, Read, Seek, SeekFrom, Write},
};

use chrono::{DateTime, Utc};
use domain::{
    canonical_json::{CanonicalError, canonical},
    check_ins::{
        device_signature::DevicePublicKey,
        hash_chain::{Broken, Entry, Head},
    },
    digest::Sha256Digest,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Member,
    archive::{self, Header},
    chain_line::{ChainLine, CheckIn},
    manifest::{FORMAT, Manifest, Selection, StatedMember, StatedSpan},
};

/// Why a bundle couldn't be written. What was written by then is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file couldn't be written, or a photo not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The entry doesn't follow the one before: the store's chain is broken.
    #[error(transparent)]
    Chain(#[from] Broken),
    /// The payload is no JSON that [`super::verify`] could read.
    #[error("entry {sequence} has a payload of another shape: {source}")]
    Payload {
        /// The entry.
        sequence: i64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The entry or the manifest has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// Members must come in ascending order, each once.
    #[error("{0} is out of order")]
    Order(Member),
    /// No entry refers to it: a bundle holds nothing that isn't evidence of something in it.
    #[error("no entry refers to {0}")]
    Unreferenced(Member),
    /// A check-in's key was not given.
    #[error("the key {0} is missing")]
    KeyMissing(Sha256Digest),
    /// The photo's bytes are not those its name says: the object store altered them.
    #[error("photo {0} has other bytes than its name says")]
    PhotoAltered(Sha256Digest),
    /// A member has 4 GiB or more.
    #[error("{0} has 4 GiB or more")]
    TooLarge(Member),
}

/// An archive being written.
struct Archive<W> {
    out: W,
    position: u64,
    headers: Vec<Header>,
    stated: Vec<StatedMember>,
    open: Option<Open>,
}

/// The member being written.
struct Open {
    member: Member,
    offset: u64,
    length: u64,
    crc: crc32fast::Hasher,
    sha256: Sha256,
}

impl<W: Write + Seek> Archive<W> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// Begins a member, with a header that is filled in at its end.
    fn begin(&mut self, member: Member) -> io::Result<()> {
        let offset = self.position;
        let header = Header { name: member.to_string(), crc: 0, length: 0, offset };
        self.put(&header.local())?;
        let (crc, sha256) = (crc32fast::Hasher::new(), Sha256::new());
        self.open = Some(Open { member, offset, length: 0, crc, sha256 });
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            open.length += bytes.len() as u64;
            open.crc.update(bytes);
            open.sha256.update(bytes);
        }
        self.put(bytes)
    }

    fn end(&mut self) -> Result<Option<Sha256Digest>, WriteError> {
        let Some(open) = self.open.take() else { return Ok(None) };
        let length = u32::try_from(open.length).ok().filter(|length| *length < u32::MAX);
        let length = length.ok_or(WriteError::TooLarge(open.member))?;
        let sha256 = Sha256Digest::from_bytes(open.sha256.finalize().into());
        let name = open.member.to_string();
        let header = Header { name, crc: open.crc.finalize(), length, offset: open.offset };
        self.out.seek(SeekFrom::Start(open.offset))?;
        self.out.write_all(&header.local())?;
        self.out.seek(SeekFrom::Start(self.position))?;
        self.headers.push(header);
        self.stated.push(StatedMember::new(open.member, length, sha256));
        Ok(Some(sha256))
    }

    fn member(&mut self, member: Member, bytes: &[u8]) -> Result<(), WriteError> {
        self.begin(member)?;
        self.content(bytes)?;
        self.end().map(drop)
    }

    fn directory(&mut self) -> io::Result<()> {
        let start = self.position;
        let headers = std::mem::take(&mut self.headers);
        for header in &headers {
            self.put(&header.central())?;
        }
        self.put(&archive::end(headers.len() as u64, start, self.position - start))?;
        self.out.flush()
    }
}

/// Writes the keys and then the chain.
pub struct ChainWriter<W> {
    archive: Archive<W>,
    from: Head,
    head: Head,
    keys: BTreeSet<Sha256Digest>,
    used_keys: BTreeSet<Sha256Digest>,
    photos: BTreeSet<Sha256Digest>,
}

impl<W: Write + Seek> ChainWriter<W> {
    /// Begins a bundle at the start of `out`. `keys` are those that check-ins of the bundle were signed with, in any
    /// order; `from` is the head before its first entry.
    ///
    /// # Errors
    /// `out` couldn't be written.
    pub fn new(out: W, keys: &[DevicePublicKey], from: Head) -> Result<Self, WriteError> {
        let mut archive = Archive { out, position: 0, headers: Vec::new(), stated: Vec::new(), open: None };
        let mut keys: Vec<_> = keys.iter().map(|key| (key.fingerprint(), key.to_spki())).collect();
        keys.sort();
        keys.dedup();
        for (fingerprint, spki) in &keys {
            archive.member(Member::Key(*fingerprint), spki)?;
        }
        archive.begin(Member::Chain)?;
        let keys = keys.into_iter().map(|(fingerprint, _)| fingerprint).collect();
        Ok(Self { archive, from, head: from, keys, used_keys: BTreeSet::new(), photos: BTreeSet::new() })
    }

    /// Appends the next entry. Its signature is not looked at.
    ///
    /// # Errors
    /// The entry doesn't follow the last, its payload can't be read, its key was not given, or `out` couldn't be
    /// written.
    pub fn entry(&mut self, entry: &Entry<'_>) -> Result<(), WriteError> {
        self.head = self.head.follow(entry)?;
        let shape = |source| WriteError::Payload { sequence: entry.sequence, source };
        let line = ChainLine::new(entry).map_err(shape)?;
        if let Some(payload) = &line.payload
            && let Some(check_in) = CheckIn::in_payload(entry.kind, payload).map_err(shape)?
        {
            self.photos.extend(check_in.photos);
            if let Some(device) = check_in.device {
                let key = device.key_fingerprint;
                self.keys.contains(&key).then_some(()).ok_or(WriteError::KeyMissing(key))?;
                self.used_keys.insert(key);
            }
        }
        let mut bytes = canonical(&line)?;
        bytes.push(b'\n');
        Ok(self.archive.content(&bytes)?)
    }

    /// Ends the chain. The photos its check-ins name come next.
    ///
    /// # Errors
    /// A key was given that nothing was signed with, or `out` couldn't be written.
    pub fn photos(mut self) -> Result<PhotoWriter<W>, WriteError> {
        if let Some(unused) = self.keys.difference(&self.used_keys).next() {
            return Err(WriteError::Unreferenced(Member::Key(*unused)));
        }
        self.archive.end()?;
        let chain = StatedSpan { from: self.from.into(), to: self.head.into() };
        Ok(PhotoWriter { archive: self.archive, chain, named: self.photos, written: BTreeSet::new() })
    }
}

/// Writes the photos and then the manifest.
pub struct PhotoWriter<W> {
    archive: Archive<W>,
    chain: StatedSpan,
    named: BTreeSet<Sha256Digest>,
    written: BTreeSet<Sha256Digest>,
}

impl<W: Write + Seek> PhotoWriter<W> {
    /// The photos that entries name, in the order they have to be written.
    pub fn named(&self) -> &BTreeSet<Sha256Digest> {
        &self.named
    }

    /// Writes a photo's original bytes. Photos come in ascending order; those that are not written are stated as
    /// absent.
    ///
    /// # Errors
    /// The photo is out of order, no entry names it, its bytes are others, or reading or writing failed.
    pub fn photo(&mut self, digest: Sha256Digest, mut original: impl Read) -> Result<(), WriteError> {
        let member = Member::Photo(digest);
        if self.written.last().is_some_and(|last| *last >= digest) {
            return Err(WriteError::Order(member));
        }
        if !self.named.contains(&digest) {
            return Err(WriteError::Unreferenced(member));
        }
        self.archive.begin(member)?;
        let mut buffer = [0; 16 * 1024];
        loop {
            match original.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => self.archive.content(&buffer[..count])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        if self.archive.end()? != Some(digest) {
            return Err(WriteError::PhotoAltered(digest));
        }
        self.written.insert(digest);
        Ok(())
    }

    /// Writes the manifest and the archive's directory, and gives the manifest's SHA-256, which stands for the whole
    /// file, along with `out`.
    ///
    /// # Errors
    /// `selection` has no canonical form, or `out` couldn't be written.
    pub fn finish(
        mut self,
        installation_id: Uuid,
        created_at: DateTime<Utc>,
        selection: Selection,
    ) -> Result<(Sha256Digest, W), WriteError> {
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            installation_id,
            created_at,
            selection,
            chain: self.chain,
            absent_photos: self.named.difference(&self.written).copied().collect(),
            files: std::mem::take(&mut self.archive.stated),
        };
        let bytes = canonical(&manifest)?;
        self.archive.member(Member::Manifest, &bytes)?;
        self.archive.directory()?;
        Ok((Sha256Digest::from_bytes(Sha256::digest(&bytes).into()), self.archive.out))
    }
}
