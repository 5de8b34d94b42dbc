//! The little of DER (ITU-T X.690 §10) that keys and signatures are written in, read strictly: one encoding each.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// The contents of the value with this tag at the start, and what follows it.
pub(super) fn value(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest, least) = match first {
        0..=0x7f => (usize::from(first), rest, 0),
        0x81 => rest.split_first().map(|(&length, rest)| (usize::from(length), rest, 0x80))?,
        0x82 => {
            let (&length, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(length)), rest, 0x100)
        }
        _ => return None,
    };
    // A long form must not stand where a shorter one would do.
    if found != tag || length < least {
        return None;
    }
    rest.split_at_checked(length)
}

/// The contents of the one value with this tag that the bytes are.
pub(super) fn only(tag: u8, bytes: &[u8]) -> Option<&[u8]> {
    match value(tag, bytes) {
        Some((contents, [])) => Some(contents),
        _ => None,
    }
}

/// Why the contents of an INTEGER are not a natural number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntegerError {
    /// Empty, or with a superfluous leading byte.
    Encoding,
    /// Below zero.
    Negative,
}

/// The big-endian magnitude of an INTEGER's contents, without leading zeros (zero itself has no bytes).
pub(super) fn magnitude(contents: &[u8]) -> Result<&[u8], IntegerError> {
    match contents {
        [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(IntegerError::Encoding),
        [0x80..=0xff, ..] => Err(IntegerError::Negative),
        [0, rest @ ..] => Ok(rest),
        _ => Ok(contents),
    }
}
