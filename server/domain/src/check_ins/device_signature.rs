//! Signatures by a phone's own key: ECDSA on P-256 with SHA-256 (FIPS 186-5, SEC 1), the one algorithm that Android's
//! Keystore, iOS's Secure Enclave and browsers' WebCrypto all keep in a key store that doesn't give keys away.
//!
//! **Malleability.** For each ECDSA signature (r, s), (r, n − s) holds as well. Phones produce both halves, so both are
//! accepted, and anyone can turn one into the other without the key. A signature is therefore evidence *about* a
//! message, never a name for it: ids, digests and the hash chain come from the message alone.

use std::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey, UnparsedPublicKey};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use messages::{Language, Message, message};
use sha2::{Digest, Sha256};
use spki::{
    ObjectIdentifier, SubjectPublicKeyInfoRef,
    der::{self, Decode, Reader, SliceReader, asn1::IntRef},
};

use crate::digest::Sha256Digest;

/// Bytes of an uncompressed point (SEC 1 §2.3.3): 0x04, x, y.
const POINT_BYTES: usize = 65;
/// What precedes the point in a P-256 key's SubjectPublicKeyInfo (RFC 5480 §2): id-ecPublicKey, prime256v1, and the
/// head of the bit string.
const SPKI_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// id-ecPublicKey (RFC 5480 §2.1.1).
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// prime256v1 (RFC 5480 §2.1.1.1), another name of P-256.
const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// The tag of a SEQUENCE (ITU-T X.690 §8.9), with which a SubjectPublicKeyInfo begins and a point doesn't.
const SEQUENCE: u8 = 0x30;
/// The order n of P-256's group (SP 800-186 §3.2.1.3), big-endian.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
/// Longest key text worth decoding: an RSA key of 4,096 bits, so that it can be named as the wrong algorithm.
const KEY_TEXT_LIMIT: usize = 1024;

/// Base64 of either alphabet, padded or not; trailing bits must be zero.
const fn lenient(alphabet: &alphabet::Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}
const STANDARD: GeneralPurpose = lenient(&alphabet::STANDARD);
const URL_SAFE: GeneralPurpose = lenient(&alphabet::URL_SAFE);

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['-', '_']) { URL_SAFE } else { STANDARD };
    engine.decode(text).ok()
}

/// The public half of a phone's key: a point on P-256 other than infinity.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DevicePublicKey {
    point: [u8; POINT_BYTES],
}

/// Why something is not the public key of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not base64, or far too long to be a key.
    Base64,
    /// Neither a SubjectPublicKeyInfo in DER nor an uncompressed point.
    Encoding,
    /// RSA, Ed25519 or another algorithm.
    OtherAlgorithm,
    /// Another curve, or a curve described by its parameters, which could be any curve.
    OtherCurve,
    /// Only half the point is given (SEC 1 §2.3.3). Ask the platform for the uncompressed form.
    Compressed,
    /// The group's neutral element, with which everything would verify.
    Infinity,
    /// A point that P-256's equation doesn't hold for, or a coordinate outside the field.
    NotOnCurve,
}

impl KeyError {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::Base64 => message!(KeyNotBase64),
            Self::Encoding => message!(KeyEncoding),
            Self::OtherAlgorithm => message!(KeyOfAnotherAlgorithm),
            Self::OtherCurve => message!(KeyOnAnotherCurve),
            Self::Compressed => message!(KeyCompressed),
            Self::Infinity => message!(KeyAtInfinity),
            Self::NotOnCurve => message!(KeyNotOnCurve),
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

impl DevicePublicKey {
    /// Reads base64 (standard or URL-safe, padded or not) of what [`DevicePublicKey::parse`] takes.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn parse_base64(text: &str) -> Result<Self, KeyError> {
        if text.len() > KEY_TEXT_LIMIT {
            return Err(KeyError::Base64);
        }
        Self::parse(&decode_base64(text).ok_or(KeyError::Base64)?)
    }

    /// Reads a SubjectPublicKeyInfo in DER (WebCrypto's "spki", Android's `getEncoded`; 91 bytes) or an uncompressed
    /// point (WebCrypto's "raw", iOS's `SecKeyCopyExternalRepresentation`; 65 bytes).
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyError> {
        let point = if bytes.first() == Some(&SEQUENCE) { point_in_spki(bytes)? } else { bytes };
        let point: [u8; POINT_BYTES] = match point {
            [0x00] => return Err(KeyError::Infinity),
            [0x02 | 0x03, x @ ..] if x.len() == 32 => return Err(KeyError::Compressed),
            [0x04, ..] => point.try_into().map_err(|_| KeyError::Encoding)?,
            _ => return Err(KeyError::Encoding),
        };
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| KeyError::NotOnCurve)?;
        Ok(Self { point })
    }

    /// The uncompressed point (SEC 1 §2.3.3).
    pub const fn as_point(&self) -> &[u8; POINT_BYTES] {
        &self.point
    }

    /// SubjectPublicKeyInfo in DER, 91 bytes: the same for a key, whatever encoding it came in.
    pub fn to_spki(&self) -> Vec<u8> {
        [&SPKI_HEAD[..], &self.point].concat()
    }

    /// SHA-256 of [`DevicePublicKey::to_spki`]: the key's name.
    pub fn fingerprint(&self) -> Sha256Digest {
        Sha256Digest::from_bytes(Sha256::digest(self.to_spki()).into())
    }

    /// Whether `signature` was made over `message` by this key's private half, and in which encoding it is. The message
    /// is hashed here.
    ///
    /// # Errors
    /// A signature that can't be read, and one that doesn't hold.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<SignatureEncoding, SignatureError> {
        let (fixed, encoding) = read_signature(signature)?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.point)
            .verify(message, &fixed)
            .map_err(|_| SignatureError::Mismatch)?;
        Ok(encoding)
    }

    /// [`DevicePublicKey::verify`] of a signature in base64 (standard or URL-safe, padded or not).
    ///
    /// # Errors
    /// A signature that can't be read, and one that doesn't hold.
    pub fn verify_base64(&self, message: &[u8], signature: &str) -> Result<SignatureEncoding, SignatureError> {
        if signature.len() > KEY_TEXT_LIMIT {
            return Err(SignatureError::Base64);
        }
        self.verify(message, &decode_base64(signature).ok_or(SignatureError::Base64)?)
    }
}

impl fmt::Debug for DevicePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DevicePublicKey({})", self.fingerprint())
    }
}

/// The bit string in a P-256 key's SubjectPublicKeyInfo; DER has one way to write it, and no other is taken.
fn point_in_spki(bytes: &[u8]) -> Result<&[u8], KeyError> {
    let info = SubjectPublicKeyInfoRef::from_der(bytes).map_err(|_| KeyError::Encoding)?;
    if info.algorithm.oid != EC_PUBLIC_KEY {
        return Err(KeyError::OtherAlgorithm);
    }
    if info.algorithm.parameters_oid() != Ok(PRIME256V1) {
        return Err(KeyError::OtherCurve);
    }
    info.subject_public_key.as_bytes().ok_or(KeyError::Encoding)
}

/// How a signature's two numbers were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureEncoding {
    /// r and s, 32 bytes each, big-endian (IEEE 1363-2000 §E.3.1), as WebCrypto makes them.
    P1363,
    /// An ASN.1 sequence of two integers in DER (RFC 3279 §2.2.3), as Android and iOS make them.
    Der,
}

/// Why a signature doesn't stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not base64, or far too long to be a signature.
    Base64,
    /// Neither 64 bytes nor strict DER.
    Encoding,
    /// r or s is 0, negative, or not below the group's order.
    OutOfRange,
    /// A well-formed signature of another message, by another key, or by nobody.
    Mismatch,
}

impl SignatureError {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::Base64 => message!(SignatureNotBase64),
            Self::Encoding => message!(SignatureEncoding),
            Self::OutOfRange => message!(SignatureOutOfRange),
            Self::Mismatch => message!(SignatureMismatch),
        }
    }
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

/// A signature as r and s of 32 bytes each. 64 bytes are always read as P1363: DER of that length needs r and s to be
/// short by six bytes together, which no phone will see.
fn read_signature(bytes: &[u8]) -> Result<([u8; 64], SignatureEncoding), SignatureError> {
    let (fixed, encoding) = match <[u8; 64]>::try_from(bytes) {
        Ok(fixed) => (fixed, SignatureEncoding::P1363),
        Err(_) => (fixed_from_der(bytes)?, SignatureEncoding::Der),
    };
    let (numbers, _) = fixed.as_chunks::<32>();
    if numbers.iter().all(|number| *number != [0; 32] && *number < ORDER) {
        Ok((fixed, encoding))
    } else {
        Err(SignatureError::OutOfRange)
    }
}

fn fixed_from_der(bytes: &[u8]) -> Result<[u8; 64], SignatureError> {
    let numbers = two_integers(bytes).map_err(|_| SignatureError::Encoding)?;
    let mut fixed = [0; 64];
    let (places, _) = fixed.as_chunks_mut::<32>();
    for (number, place) in numbers.iter().zip(places) {
        let magnitude = match number.as_bytes() {
            [0x80..=0xff, ..] => return Err(SignatureError::OutOfRange),
            [0, magnitude @ ..] | magnitude => magnitude,
        };
        let start = place.len().checked_sub(magnitude.len()).ok_or(SignatureError::OutOfRange)?;
        place[start..].copy_from_slice(magnitude);
    }
    Ok(fixed)
}

/// The one way in DER to write a sequence of two integers.
fn two_integers(bytes: &[u8]) -> der::Result<[IntRef<'_>; 2]> {
    let mut reader = SliceReader::new(bytes)?;
    let numbers = reader.sequence(|numbers| Ok::<_, der::Error>([numbers.decode()?, numbers.decode()?]))?;
    reader.finish()?;
    Ok(numbers)
}

/// For fuzzing: reads the bytes as a length, a key of that length and a signature, in every way there is. Never panics.
#[cfg(any(test, feature = "fuzzing"))]
pub fn fuzz_signature(bytes: &[u8]) {
    let Some((&length, rest)) = bytes.split_first() else { return };
    let (key, signature) = rest.split_at(usize::from(length).min(rest.len()));
    let text = String::from_utf8_lossy(key);
    for key in [DevicePublicKey::parse(key), DevicePublicKey::parse_base64(&text)].into_iter().flatten() {
        let spki = key.to_spki();
        assert_eq!(DevicePublicKey::parse(&spki).as_ref(), Ok(&key), "a key survives its own encoding");
        let _ = key.verify(b"message", signature);
        let _ = key.verify_base64(b"message", &String::from_utf8_lossy(signature));
    }
    let _ = read_signature(signature);
}

#[cfg(test)]
mod tests;
