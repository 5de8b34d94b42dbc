//! Checking what a bundle's members say.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashSet},
};

use domain::{
    canonical_json::{NotCanonical, canonical, parse_canonical},
    check_ins::{
        device_signature::DevicePublicKey,
        hash_chain::{self, Broken, Fault, Head},
        signed_check_in::{SignatureReading, SignedCheckIn},
    },
    digest::Sha256Digest,
};
use serde::Deserialize;
use serde_json::Value;

use super::{EntryFault, Failure, Limits, Oversized, Report};
use crate::{
    Member,
    chain_line::{ChainLine, CheckIn},
    manifest::{Manifest, StatedMember, StatedSpan},
};

/// Bytes of a P-256 key's SubjectPublicKeyInfo.
pub(super) const SPKI_BYTES: usize = 91;

/// What was seen of a bundle so far.
pub(super) struct Contents<'a> {
    limits: Limits,
    published: &'a [Head],
    keys: BTreeMap<Sha256Digest, DevicePublicKey>,
    used_keys: BTreeSet<Sha256Digest>,
    named_photos: BTreeSet<Sha256Digest>,
    photos: BTreeSet<Sha256Digest>,
    check_in_ids: HashSet<String>,
    /// The line being read, and how many were.
    line: Vec<u8>,
    lines: u64,
    chain_ended: bool,
    /// The head before the first entry, and that of the last.
    span: Option<(Head, Head)>,
    known_heads: Vec<Head>,
    withheld: u64,
    signed: u64,
}

impl<'a> Contents<'a> {
    pub(super) fn new(limits: Limits, published: &'a [Head]) -> Self {
        Self {
            limits,
            published,
            keys: BTreeMap::new(),
            used_keys: BTreeSet::new(),
            named_photos: BTreeSet::new(),
            photos: BTreeSet::new(),
            check_in_ids: HashSet::new(),
            line: Vec::new(),
            lines: 0,
            chain_ended: false,
            span: None,
            known_heads: Vec::new(),
            withheld: 0,
            signed: 0,
        }
    }

    /// Takes a key, whose bytes have the fingerprint it is named by.
    pub(super) fn key(&mut self, member: Member, spki: &[u8]) -> Result<(), Failure> {
        let key = DevicePublicKey::parse(spki).map_err(|error| Failure::Key(member, error))?;
        // An uncompressed point alone is a key as well, but not the one that was named.
        if member != Member::Key(key.fingerprint()) {
            return Err(Failure::Content(member));
        }
        self.keys.insert(key.fingerprint(), key);
        Ok(())
    }

    /// Takes a piece of the chain.
    pub(super) fn chain_bytes(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.append(&bytes[..end])?;
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.line);
            self.lines += 1;
            self.chain_line(&line)?;
        }
        self.append(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.line.len() + bytes.len() > self.limits.line_bytes {
            return Err(Failure::TooLarge { what: Oversized::Line(self.lines + 1) });
        }
        self.line.extend(bytes);
        Ok(())
    }

    /// Whether the chain was read.
    pub(super) fn has_chain(&self) -> bool {
        self.chain_ended
    }

    /// Ends the chain: its last line must be whole, and each key have signed something.
    pub(super) fn end_chain(&mut self) -> Result<(), Failure> {
        self.chain_ended = true;
        if !self.line.is_empty() {
            return Err(Failure::LineEnd);
        }
        match self.keys.keys().find(|key| !self.used_keys.contains(key)) {
            Some(unused) => Err(Failure::Unreferenced(Member::Key(*unused))),
            None => Ok(()),
        }
    }

    fn chain_line(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let shape = |source| Failure::Line { line: self.lines, source };
        let line: ChainLine = parse_canonical(bytes).map_err(shape)?;
        let payload = line.payload_bytes().map_err(|_| shape(NotCanonical::Form))?;
        let fault = |fault| Failure::Entry { sequence: line.sequence, fault };
        let entry = line.entry(payload.as_deref()).map_err(|_| fault(EntryFault::Payload))?;
        let (from, head) = match self.span {
            Some(span) => span,
            None => self.first(Head { sequence: entry.sequence.saturating_sub(1), hash: entry.previous })?,
        };
        let head = head.follow(&entry)?;
        self.span = Some((from, head));
        self.compare_published(head)?;
        match &line.payload {
            Some(payload) => self.payload(&line.kind, payload).map_err(|error| match error {
                PayloadFailure::Fault(found) => fault(found),
                PayloadFailure::KeyMissing(key) => Failure::Missing(Member::Key(key)),
            }),
            None => {
                self.withheld += 1;
                Ok(())
            }
        }
    }

    /// The span of a chain that starts after this head.
    fn first(&mut self, from: Head) -> Result<(Head, Head), Failure> {
        if from.sequence < 0 {
            let fault = Fault::Sequence { found: from.sequence.saturating_add(1) };
            return Err(Broken { sequence: 1, fault }.into());
        }
        self.compare_published(from)?;
        Ok((from, from))
    }

    fn compare_published(&mut self, head: Head) -> Result<(), Failure> {
        for published in self.published.iter().filter(|published| published.sequence == head.sequence) {
            if *published != head {
                return Err(Failure::KnownHead(*published));
            }
            self.known_heads.push(*published);
        }
        Ok(())
    }

    fn payload(&mut self, kind: &str, payload: &Value) -> Result<(), PayloadFailure> {
        if payload.get("kind").and_then(Value::as_str) != Some(kind) {
            return Err(EntryFault::Kind.into());
        }
        let Some(check_in) = CheckIn::in_payload(kind, payload).map_err(EntryFault::CheckIn)? else {
            return Ok(());
        };
        if let Some(device) = &check_in.device {
            let key = self.keys.get(&device.key_fingerprint);
            let key = key.ok_or(PayloadFailure::KeyMissing(device.key_fingerprint))?;
            if check_in.submission.get("id").and_then(Value::as_str) != Some(&check_in.id) {
                return Err(EntryFault::OtherSubmission.into());
            }
            let message = match &device.text {
                Some(text) => says_the_same(&check_in.submission, text)?.as_bytes().to_vec(),
                None => canonical(&check_in.submission).map_err(EntryFault::Submission)?,
            };
            key.verify_base64(&message, &device.signature).map_err(EntryFault::Signature)?;
            self.used_keys.insert(device.key_fingerprint);
            self.signed += 1;
        }
        self.named_photos.extend(check_in.photos);
        if self.check_in_ids.insert(check_in.id) { Ok(()) } else { Err(EntryFault::Repeated.into()) }
    }

    /// Takes a photo, which an entry must name.
    pub(super) fn photo(&mut self, digest: Sha256Digest) -> Result<(), Failure> {
        if !self.named_photos.contains(&digest) {
            return Err(Failure::Unreferenced(Member::Photo(digest)));
        }
        self.photos.insert(digest);
        Ok(())
    }

    /// Whether the manifest states what was found.
    pub(super) fn compare(&self, manifest: &Manifest, found: &[StatedMember]) -> Result<(), Failure> {
        compare_files(&manifest.files, found)?;
        let StatedSpan { from, to } = manifest.chain;
        let agrees = match self.span {
            Some((first, last)) => from == first.into() && to == last.into(),
            None => from == to && from.sequence >= 0,
        };
        if !agrees {
            return Err(Failure::StatedChain);
        }
        if from.sequence == 0 && from.hash != hash_chain::genesis(manifest.installation_id) {
            return Err(Broken { sequence: 1, fault: Fault::Genesis }.into());
        }
        let absent: Vec<_> = self.named_photos.difference(&self.photos).copied().collect();
        let stated: BTreeSet<_> = manifest.absent_photos.iter().collect();
        if let Some(missing) = absent.iter().find(|photo| !stated.contains(photo)) {
            return Err(Failure::Missing(Member::Photo(*missing)));
        }
        if absent == manifest.absent_photos { Ok(()) } else { Err(Failure::StatedAbsent) }
    }

    pub(super) fn report(self, manifest: Manifest, manifest_sha256: Sha256Digest) -> Report {
        let StatedSpan { to, .. } = manifest.chain;
        Report {
            manifest,
            manifest_sha256,
            head: Head { sequence: to.sequence, hash: to.hash },
            entries: self.lines,
            withheld: self.withheld,
            check_ins: self.check_in_ids.len() as u64,
            signed: self.signed,
            photos: self.photos.len(),
            known_heads: self.known_heads,
        }
    }
}

/// Names the first member that the manifest and the archive don't agree on.
fn compare_files(stated: &[StatedMember], found: &[StatedMember]) -> Result<(), Failure> {
    let member =
        |file: &StatedMember| file.name.parse::<Member>().map_err(|_| Failure::Name { name: file.name.clone() });
    let Some(place) = (0..stated.len().max(found.len())).find(|place| stated.get(*place) != found.get(*place)) else {
        return Ok(());
    };
    Err(match (stated.get(place).map(member).transpose()?, found.get(place).map(member).transpose()?) {
        (Some(stated), Some(found)) => match stated.cmp(&found) {
            Ordering::Less => Failure::Missing(stated),
            Ordering::Equal => Failure::StatedMember(found),
            Ordering::Greater => Failure::Unlisted(found),
        },
        (Some(stated), None) => Failure::Missing(stated),
        (None, Some(found)) => Failure::Unlisted(found),
        (None, None) => return Ok(()),
    })
}

/// The text, if it says what the submission says.
fn says_the_same<'a>(submission: &Value, text: &'a str) -> Result<&'a str, EntryFault> {
    let read = SignedCheckIn::deserialize(submission).map_err(EntryFault::CheckIn)?;
    match read.read_text(text) {
        SignatureReading::Spelled(_) => Ok(text),
        _ => Err(EntryFault::OtherText),
    }
}

/// What is wrong with a payload.
enum PayloadFailure {
    Fault(EntryFault),
    KeyMissing(Sha256Digest),
}

impl From<EntryFault> for PayloadFailure {
    fn from(fault: EntryFault) -> Self {
        Self::Fault(fault)
    }
}
