//! The one ZIP archive for given members, byte by byte (PKWARE's APPNOTE 6.3.10, §4.3).
//!
//! A general ZIP writer may lay out the same members differently in its next version, and a general reader accepts far
//! more than one layout; a bundle has to be the same bytes years from now, and nothing but them. So the headers are
//! made here, the same for writing and for checking: members are stored uncompressed under ASCII names, with all dates
//! 1980-01-01, no flags, attributes, comments or gaps, and ZIP64 fields (§4.3.14, §4.5.3) only where a number doesn't
//! fit. One member has less than 4 GiB, the archive any number of them.

/// What begins a member.
pub(super) const LOCAL_SIGNATURE: [u8; 4] = *b"PK\x03\x04";
/// What begins the directory.
pub(super) const DIRECTORY_SIGNATURE: [u8; 4] = *b"PK\x01\x02";
/// Bytes of a member's header before its name.
pub(super) const LOCAL_HEADER_BYTES: usize = 30;
/// Longest name of a member, and more than any has.
pub(super) const NAME_LIMIT: u16 = 128;

const ZIP64_VERSION: u16 = 45;
const VERSION: u16 = 10;
/// 1980-01-01, the earliest date there is.
const DATE: u16 = 1 << 5 | 1;

/// A member, as the headers state it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Its name, ASCII and at most [`NAME_LIMIT`] long.
    pub(super) name: String,
    /// CRC-32 of its bytes (ISO-HDLC).
    pub(super) crc: u32,
    /// Its bytes.
    pub(super) length: u32,
    /// Where its own header starts in the archive.
    pub(super) offset: u64,
}

impl Header {
    /// The header that precedes the member's bytes (§4.3.7).
    pub(super) fn local(&self) -> Vec<u8> {
        let mut bytes = LOCAL_SIGNATURE.to_vec();
        self.shared(&mut bytes, VERSION);
        put16(&mut bytes, &[0]);
        bytes.extend(self.name.as_bytes());
        bytes
    }

    /// The member's place in the directory (§4.3.12).
    pub(super) fn central(&self) -> Vec<u8> {
        let mut bytes = DIRECTORY_SIGNATURE.to_vec();
        let wide = self.offset >= u64::from(u32::MAX);
        let version = if wide { ZIP64_VERSION } else { VERSION };
        put16(&mut bytes, &[version]);
        self.shared(&mut bytes, version);
        // Extra field's length, comment's length, disk, internal attributes; external attributes.
        put16(&mut bytes, &[if wide { 12 } else { 0 }, 0, 0, 0]);
        put32(&mut bytes, &[0, narrow32(self.offset)]);
        bytes.extend(self.name.as_bytes());
        if wide {
            put16(&mut bytes, &[1, 8]);
            bytes.extend(self.offset.to_le_bytes());
        }
        bytes
    }

    /// From the version needed to the name's length, which both headers have.
    fn shared(&self, bytes: &mut Vec<u8>, version: u16) {
        // Version, flags, method (stored), time, date.
        put16(bytes, &[version, 0, 0, 0, DATE]);
        put32(bytes, &[self.crc, self.length, self.length]);
        put16(bytes, &[u16::try_from(self.name.len()).unwrap_or(u16::MAX)]);
    }
}

/// What follows the directory of `count` members that starts at `start` and has `length` bytes (§4.3.14 to §4.3.16).
pub(super) fn end(count: u64, start: u64, length: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if count >= u64::from(u16::MAX) || start >= u64::from(u32::MAX) || length >= u64::from(u32::MAX) {
        bytes.extend(b"PK\x06\x06");
        put64(&mut bytes, &[44]);
        put16(&mut bytes, &[ZIP64_VERSION, ZIP64_VERSION]);
        put32(&mut bytes, &[0, 0]);
        put64(&mut bytes, &[count, count, length, start]);
        bytes.extend(b"PK\x06\x07");
        put32(&mut bytes, &[0]);
        put64(&mut bytes, &[start.saturating_add(length)]);
        put32(&mut bytes, &[1]);
    }
    let count = u16::try_from(count).unwrap_or(u16::MAX);
    bytes.extend(b"PK\x05\x06");
    put16(&mut bytes, &[0, 0, count, count]);
    put32(&mut bytes, &[narrow32(length), narrow32(start)]);
    put16(&mut bytes, &[0]);
    bytes
}

/// All ones where the number stands in a ZIP64 field instead.
fn narrow32(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn put16(bytes: &mut Vec<u8>, numbers: &[u16]) {
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn put32(bytes: &mut Vec<u8>, numbers: &[u32]) {
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn put64(bytes: &mut Vec<u8>, numbers: &[u64]) {
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}
