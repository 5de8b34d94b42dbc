//! Reading an archive that has to be the one [`super::super::archive`] makes of its members.

use std::io::{self, Read};

use domain::digest::Sha256Digest;
use sha2::{Digest, Sha256};

use super::{Failure, Limits, Oversized};
use crate::{
    Member,
    archive::{self, DIRECTORY_SIGNATURE, Header, LOCAL_HEADER_BYTES, LOCAL_SIGNATURE, NAME_LIMIT},
    manifest::StatedMember,
};

/// An archive, read once from start to end.
pub(super) struct Reader<R> {
    input: R,
    limits: Limits,
    position: u64,
    headers: Vec<Header>,
    stated: Vec<StatedMember>,
}

/// A member whose bytes come next.
pub(super) struct Found {
    member: Member,
    header: Header,
}

impl Found {
    pub(super) fn member(&self) -> Member {
        self.member
    }
}

impl<R: Read> Reader<R> {
    pub(super) fn new(input: R, limits: Limits) -> Self {
        Self { input, limits, position: 0, headers: Vec::new(), stated: Vec::new() }
    }

    /// Every member read but the manifest, as the manifest should state it.
    pub(super) fn stated(&self) -> &[StatedMember] {
        &self.stated
    }

    /// The next member, whose bytes must then be taken; after the last, checks the rest of the file.
    pub(super) fn next(&mut self) -> Result<Option<Found>, Failure> {
        let offset = self.position;
        let structure = Failure::Structure { offset };
        let mut bytes = vec![0; LOCAL_SIGNATURE.len()];
        self.fill(&mut bytes)?;
        if bytes == DIRECTORY_SIGNATURE {
            return self.directory().map(|()| None);
        }
        if bytes != LOCAL_SIGNATURE {
            return Err(structure);
        }
        bytes.resize(LOCAL_HEADER_BYTES, 0);
        self.fill(&mut bytes[LOCAL_SIGNATURE.len()..])?;
        let header = self.header(&mut bytes, offset)?;
        if header.local() != bytes {
            return Err(structure);
        }
        let member = header.name.parse().map_err(|_| Failure::Name { name: header.name.clone() })?;
        if self.headers.len() >= self.limits.members {
            return Err(Failure::TooLarge { what: Oversized::Members });
        }
        if self.position.saturating_add(header.length.into()) > self.limits.archive_bytes {
            return Err(Failure::TooLarge { what: Oversized::File });
        }
        Ok(Some(Found { member, header }))
    }

    /// What the fixed part of a member's header states, with the name, which is read and appended to it.
    fn header(&mut self, bytes: &mut Vec<u8>, offset: u64) -> Result<Header, Failure> {
        let structure = Failure::Structure { offset };
        let (Some(crc), Some(length), Some(name_length)) = (
            bytes.get(14..).and_then(|rest| rest.first_chunk()),
            bytes.get(18..).and_then(|rest| rest.first_chunk()),
            bytes.get(26..).and_then(|rest| rest.first_chunk()),
        ) else {
            return Err(structure);
        };
        let (crc, length) = (u32::from_le_bytes(*crc), u32::from_le_bytes(*length));
        let name_length = u16::from_le_bytes(*name_length);
        if name_length > NAME_LIMIT || length == u32::MAX {
            return Err(structure);
        }
        let mut name = vec![0; name_length.into()];
        self.fill(&mut name)?;
        bytes.extend(&name);
        let lossy = |error: std::string::FromUtf8Error| String::from_utf8_lossy(error.as_bytes()).into_owned();
        let name = String::from_utf8(name).map_err(|error| Failure::Name { name: lossy(error) })?;
        Ok(Header { name, crc, length, offset })
    }

    /// Hands a member's bytes to `take`, piece by piece, and checks them against its name and header.
    pub(super) fn content(
        &mut self,
        found: Found,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Found { member, header } = found;
        let (mut crc, mut sha256) = (crc32fast::Hasher::new(), Sha256::new());
        let mut buffer = [0; 16 * 1024];
        let mut left = u64::from(header.length);
        while left > 0 {
            let size = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let piece = &mut buffer[..size];
            self.fill(piece)?;
            left -= size as u64;
            crc.update(piece);
            sha256.update(&*piece);
            take(piece)?;
        }
        let sha256 = Sha256Digest::from_bytes(sha256.finalize().into());
        match member {
            Member::Key(named) | Member::Photo(named) if named != sha256 => return Err(Failure::Content(member)),
            _ if crc.finalize() != header.crc => return Err(Failure::Checksum(member)),
            Member::Manifest => {}
            _ => self.stated.push(StatedMember::new(member, header.length, sha256)),
        }
        self.headers.push(header);
        Ok(())
    }

    /// A member's bytes, at most `limit`.
    pub(super) fn bytes(&mut self, found: Found, limit: usize) -> Result<Vec<u8>, Failure> {
        if usize::try_from(found.header.length).is_ok_and(|length| length <= limit) {
            let mut bytes = Vec::new();
            self.content(found, |piece| {
                bytes.extend(piece);
                Ok(())
            })?;
            Ok(bytes)
        } else {
            Err(Failure::TooLarge { what: Oversized::Member(found.member) })
        }
    }

    /// Compares the directory, whose first signature was read, and that nothing follows it.
    fn directory(&mut self) -> Result<(), Failure> {
        let start = self.position - DIRECTORY_SIGNATURE.len() as u64;
        let headers = std::mem::take(&mut self.headers);
        let mut read = DIRECTORY_SIGNATURE.len();
        for header in &headers {
            self.expect(&header.central()[read..])?;
            read = 0;
        }
        if read > 0 {
            return Err(Failure::Structure { offset: start });
        }
        self.expect(&archive::end(headers.len() as u64, start, self.position - start))?;
        let offset = self.position;
        match self.fill(&mut [0]) {
            Err(Failure::Truncated { .. }) => Ok(()),
            Err(other) => Err(other),
            Ok(()) => Err(Failure::Structure { offset }),
        }
    }

    fn expect(&mut self, expected: &[u8]) -> Result<(), Failure> {
        let offset = self.position;
        let mut bytes = vec![0; expected.len()];
        self.fill(&mut bytes)?;
        if bytes == expected { Ok(()) } else { Err(Failure::Structure { offset }) }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Failure> {
        self.input.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Failure::Truncated { offset: self.position },
            _ => Failure::Io(error),
        })?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}
