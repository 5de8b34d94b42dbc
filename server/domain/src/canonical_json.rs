//! The one way to write a JSON value as bytes (RFC 8785, the JSON Canonicalization Scheme): what phones sign and what
//! the hash chain links, so that a phone, this server and a verifier years later hash the same bytes.
//!
//! Keys are sorted by their UTF-16 code units, there is no white space, numbers are written as ECMAScript writes an
//! IEEE 754 double. What a double can't hold is refused instead of rounded: two values must never share a form.

mod numbers;

use std::fmt;

use messages::{Language, Message, message};
use serde::{Serialize, de::DeserializeOwned};

/// Why a value has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// NaN or an infinity. JSON has neither, and `serde_json` alone would write `null`.
    #[error("NaN and infinity have no JSON form")]
    NotFinite,
    /// An integer beyond 2⁵³ that would be written as its neighbour: JSON's numbers are IEEE 754 doubles here (RFC 8785
    /// §3.1, RFC 7493 §2.2).
    #[error("the integer {0} does not survive as a double: write it as a string")]
    Inexact(String),
    /// The value couldn't be serialised: a key twice, a key that is no string.
    #[error("not serialisable as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Whatever else a type's `Serialize` complained of.
    #[error("not serialisable: {0}")]
    Custom(String),
}

/// The canonical form of a value, UTF-8 (RFC 8785).
///
/// # Errors
/// NaN and infinities, integers that a double would change, a key given twice, raw JSON fragments.
pub fn canonical(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    numbers::check(value)?;
    Ok(serde_json_canonicalizer::to_vec(value)?)
}

/// Why bytes are not the canonical form of a value.
#[derive(Debug, thiserror::Error)]
pub enum NotCanonical {
    /// Not JSON, or not of this type.
    Shape(#[from] serde_json::Error),
    /// JSON of this type, but other bytes: white space, key order, a key twice or unknown, `1.0` for `1`, `-0`.
    Form,
}

impl NotCanonical {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::Shape(error) => message!(JsonOfAnotherShape { error: error.to_string() }),
            Self::Form => message!(JsonNotCanonical),
        }
    }
}

impl fmt::Display for NotCanonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

/// Reads a value from bytes that must be its canonical form to the last byte. Fields `T` doesn't know are refused, for
/// they would not be written again.
///
/// # Errors
/// Bytes that are no JSON, no `T`, or not what [`canonical`] makes of it.
pub fn parse_canonical<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, NotCanonical> {
    let value: T = serde_json::from_slice(bytes)?;
    match canonical(&value) {
        Ok(form) if form == bytes => Ok(value),
        _ => Err(NotCanonical::Form),
    }
}

#[cfg(test)]
mod tests;
