//! Offline challenges: a token fetched while the phone has a network, signed with the check-in made later without one.
//! A capture can't be older than the challenge it names, so a check-in can't have been prepared before it; receipt
//! bounds it from above.
//!
//! The server keeps no list of them. A token states whose it is and from when to when, under an HMAC-SHA256 (RFC 2104)
//! with a secret only the server has. Its 81 bytes, in unpadded base64url (RFC 4648 §5):
//!
//! | bytes | |
//! |---|---|
//! | 1 | version, 1 |
//! | 16 | the person's id |
//! | 8 + 8 | issued and expires, milliseconds since 1970 UTC, big-endian, signed |
//! | 16 | nonce |
//! | 32 | HMAC-SHA256 over `"onsite challenge\0"` and all of the above |

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::PersonId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

const VERSION: u8 = 1;
const DOMAIN: &[u8] = b"onsite challenge\0";
const FACTS_BYTES: usize = 1 + 16 + 8 + 8 + 16;
const MAC_BYTES: usize = 32;
const TOKEN_CHARS: usize = (FACTS_BYTES + MAC_BYTES) / 3 * 4;
/// How far two servers' clocks may be apart.
const SERVER_CLOCKS: TimeDelta = TimeDelta::minutes(5);

/// What an authentic challenge states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeFacts {
    /// When the server made it, to the millisecond. A capture that names it is not older.
    pub issued_at: DateTime<Utc>,
    /// Until when a capture may name it; the phone should have fetched a new one by then.
    pub expires_at: DateTime<Utc>,
}

/// Why a token is no challenge of this person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// Longer than any challenge; it was not read.
    #[error("the challenge is too long")]
    TooLong,
    /// Not a token of this form and version.
    #[error("the challenge is malformed")]
    Malformed,
    /// Not made with this server's secret, or altered.
    #[error("the challenge was not issued by this server")]
    Forged,
    /// Authentic, and issued to someone else.
    #[error("the challenge was issued to another person")]
    OtherPerson,
    /// Authentic, but from after its receipt: this server's clock was put back.
    #[error("the challenge was issued after it was received")]
    FromTheFuture,
}

/// A challenge for a person, valid from `now` for `lifetime`. The nonce must be random and new: two phones of one
/// person get two challenges.
pub fn issue(secret: &[u8], person: PersonId, now: DateTime<Utc>, nonce: [u8; 16], lifetime: TimeDelta) -> String {
    let expires_at = now.checked_add_signed(lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let facts = [
        &[VERSION][..],
        person.0.as_bytes(),
        &now.timestamp_millis().to_be_bytes(),
        &expires_at.timestamp_millis().to_be_bytes(),
        &nonce,
    ]
    .concat();
    let mac = mac(secret, &facts).finalize().into_bytes();
    URL_SAFE_NO_PAD.encode([&facts[..], &mac].concat())
}

/// What a token states, if this server issued it to this person.
///
/// # Errors
/// See [`ChallengeError`]. The authentication code is compared in constant time, before anything in the token is
/// believed.
pub fn verify(
    secret: &[u8],
    person: PersonId,
    token: &str,
    received_at: DateTime<Utc>,
) -> Result<ChallengeFacts, ChallengeError> {
    if token.len() > TOKEN_CHARS {
        return Err(ChallengeError::TooLong);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| ChallengeError::Malformed)?;
    let (facts, stated) = bytes.split_at_checked(FACTS_BYTES).ok_or(ChallengeError::Malformed)?;
    if stated.len() != MAC_BYTES || facts.first() != Some(&VERSION) {
        return Err(ChallengeError::Malformed);
    }
    mac(secret, facts).verify_slice(stated).map_err(|_| ChallengeError::Forged)?;
    let (holder, facts) = read(facts).ok_or(ChallengeError::Malformed)?;
    if holder != person {
        return Err(ChallengeError::OtherPerson);
    }
    if facts.issued_at.signed_duration_since(received_at) > SERVER_CLOCKS {
        return Err(ChallengeError::FromTheFuture);
    }
    Ok(facts)
}

fn read(facts: &[u8]) -> Option<(PersonId, ChallengeFacts)> {
    let (&person, rest) = facts.get(1..)?.split_first_chunk()?;
    let (&issued, rest) = rest.split_first_chunk()?;
    let (&expires, _nonce) = rest.split_first_chunk()?;
    let issued_at = DateTime::from_timestamp_millis(i64::from_be_bytes(issued))?;
    let expires_at = DateTime::from_timestamp_millis(i64::from_be_bytes(expires))?;
    Some((PersonId(Uuid::from_bytes(person)), ChallengeFacts { issued_at, expires_at }))
}

fn mac(secret: &[u8], facts: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("HMAC takes keys of every length").chain_update(DOMAIN).chain_update(facts)
}

#[cfg(test)]
mod tests;
