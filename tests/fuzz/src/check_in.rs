//! Check-ins as JSON, canonical JSON, keys, signatures and challenges.

use crate::phone;
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    canonical_json::{canonical, parse_canonical},
    check_ins::{
        challenge,
        device_signature::{SignatureEncoding, SignatureError, fuzz_signature},
    },
};
use entity::ids::PersonId;
use serde_json::Value;
use server::graphql::check_ins::check_in::input::fuzzing::fuzz_check_in;
use uuid::Uuid;

const SECRET: &[u8] = b"the fuzzer's secret";
const PERSON: PersonId = PersonId(Uuid::from_u128(7));
/// The nonce's place in a challenge: after version, person and two times.
const NONCE: std::ops::Range<usize> = 33..49;

fn issued_at() -> DateTime<Utc> {
    DateTime::from_timestamp_nanos(1_795_320_000_000_000_000)
}

/// Reads the bytes as the JSON of a check-in, as any JSON, as a challenge, and as a key with a signature.
///
/// # Panics
/// When something doesn't hold that should.
pub fn check(bytes: &[u8]) {
    fuzz_signature(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        check_challenge(text);
    }
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    check_canonical(&value);
    if let Some(message) = fuzz_check_in(value) {
        check_signature(&message, bytes.len());
    }
}

/// The canonical form of a value is the one form of it.
fn check_canonical(value: &Value) {
    let Ok(form) = canonical(value) else { return };
    let again: Value = parse_canonical(&form).unwrap_or_else(|error| panic!("{value} has a form that is {error}"));
    assert_eq!(canonical(&again).ok(), Some(form), "{value}");
}

/// What a phone signs can be checked, whichever way it writes signatures, and nothing else with it.
fn check_signature(message: &[u8], place: usize) {
    let signature = phone::sign(message, !place.is_multiple_of(2));
    let encoding = phone::KEY.verify(message, &signature);
    assert_eq!(encoding.is_ok_and(|encoding| encoding == SignatureEncoding::P1363), place.is_multiple_of(2));
    assert_eq!(phone::KEY.verify_base64(message, &STANDARD.encode(&signature)), encoding);
    let mut other = message.to_vec();
    let place = place % other.len();
    other[place] ^= 1;
    assert_eq!(phone::KEY.verify(&other, &signature), Err(SignatureError::Mismatch));
}

/// Only what was issued is a challenge, in the one form it was issued in.
fn check_challenge(token: &str) {
    let Ok(facts) = challenge::verify(SECRET, PERSON, token, issued_at()) else { return };
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
    let nonce = bytes.get(NONCE).and_then(|nonce| nonce.try_into().ok()).unwrap_or_default();
    let lifetime = facts.expires_at - facts.issued_at;
    assert_eq!(challenge::issue(SECRET, PERSON, facts.issued_at, nonce, lifetime), token);
}

/// A challenge, and the phone's key with a signature in either encoding, as [`fuzz_signature`] reads them.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let token = challenge::issue(SECRET, PERSON, issued_at(), [5; 16], TimeDelta::days(7));
    let signed = |key: &[u8], der| {
        let length = u8::try_from(key.len()).unwrap_or(u8::MAX);
        [&[length], key, &phone::sign(b"message", der)].concat()
    };
    let spki = phone::KEY.to_spki();
    vec![
        ("challenge", token.into_bytes()),
        ("spki-der", signed(&spki, true)),
        ("point-p1363", signed(phone::KEY.as_point(), false)),
        ("base64-der", signed(STANDARD.encode(&spki).as_bytes(), true)),
    ]
}
