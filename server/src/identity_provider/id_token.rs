//! Who an ID token says has signed in, once everything about it is verified: OpenID Connect Core 1.0, section 3.1.3.7.
//!
//! Signatures are the library's to verify. Its types of claims are not used: a token with a claim that nobody here needs,
//! spelled otherwise than the specification says, could not be read with them.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AccessToken, AccessTokenHash, JsonWebKey, SignatureVerificationError,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm},
};
use serde_json::{Map, Value};

use super::{ProviderIdentity, settings::Registration, spelling};

/// What clocks may differ by.
const LEEWAY: TimeDelta = TimeDelta::minutes(1);
/// An ID token is fetched right after it is issued; some providers date it back to when the password was typed.
const LONGEST_AGO: TimeDelta = TimeDelta::minutes(10);
/// OpenID Connect Core 1.0, section 2.
const LONGEST_SUBJECT: usize = 255;
/// Those that only the provider can make. Never `none`, and never one that the client's own secret would do for.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why an ID token is not believed. Holds nothing that stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum IdTokenError {
    #[error("there is no ID token")]
    Missing,
    #[error("the ID token can't be read: {0}")]
    Unreadable(&'static str),
    #[error("the ID token is signed by a key that is not known")]
    UnknownKey,
    #[error("the ID token's signature does not hold, or is of a kind that is not accepted")]
    Signature,
    #[error("the ID token is of another issuer")]
    Issuer,
    #[error("the ID token is for somebody else")]
    Audience,
    #[error("the ID token's time is not now")]
    Time,
    #[error("the ID token belongs to another attempt")]
    Nonce,
    #[error("the ID token belongs to another access token")]
    AccessToken,
    #[error("the ID token names nobody")]
    Subject,
    #[error("it is no ID token, or of a kind that is not understood")]
    Kind,
}

/// What came for an authorization code.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) access_token: AccessToken,
    /// As it was signed.
    pub(super) id_token: Option<String>,
}

/// A token taken apart: the JWS Compact Serialization of RFC 7515, section 7.1.
struct Signed<'t> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    message: &'t str,
    signature: Vec<u8>,
}

impl<'t> Signed<'t> {
    fn read(token: &'t str) -> Option<Self> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let object = |part| serde_json::from_slice(&decoded(part)?).ok();
        Some(Self { header: object(header)?, claims: object(claims)?, message, signature: decoded(signature)? })
    }

    /// RFC 7515, section 4.1: what must be understood, and is not, and what holds something else than claims. An access
    /// token that is a JWT has another type.
    fn is_of_our_kind(&self) -> bool {
        let given = |name| self.header.get(name).filter(|value| !value.is_null());
        let kind = given("typ").and_then(Value::as_str).map(str::to_ascii_lowercase);
        let kind = kind.as_deref().map(|kind| kind.strip_prefix("application/").unwrap_or(kind));
        given("crit").is_none() && given("cty").is_none() && kind.is_none_or(|kind| matches!(kind, "jwt" | "jose"))
    }

    fn algorithm(&self) -> Result<CoreJwsSigningAlgorithm, IdTokenError> {
        let named = self.header.get("alg").cloned().and_then(|name| serde_json::from_value(name).ok());
        let algorithm = named.ok_or(IdTokenError::Unreadable("alg"))?;
        if ALGORITHMS.contains(&algorithm) { Ok(algorithm) } else { Err(IdTokenError::Signature) }
    }

    /// The provider's key that it is signed by. A key of another kind than the signature is none.
    fn key<'k>(
        &self,
        keys: &'k CoreJsonWebKeySet,
        algorithm: &CoreJwsSigningAlgorithm,
    ) -> Result<&'k CoreJsonWebKey, IdTokenError> {
        let name = spelling::name(self.header.get("kid"));
        let mut reason = IdTokenError::UnknownKey;
        for key in keys.keys() {
            if name.is_some() && name.as_ref() != key.key_id().map(|id| &**id) {
                continue;
            }
            match key.verify_signature(algorithm, self.message.as_bytes(), &self.signature) {
                Ok(()) => return Ok(key),
                Err(SignatureVerificationError::InvalidKey(_)) => {}
                // A key without a name may be a new one.
                Err(_) if name.is_none() => {}
                Err(_) => reason = IdTokenError::Signature,
            }
        }
        Err(reason)
    }

    fn text(&self, claim: &'static str) -> Result<&str, IdTokenError> {
        self.claims.get(claim).and_then(Value::as_str).ok_or(IdTokenError::Unreadable(claim))
    }

    fn time(&self, claim: &'static str) -> Result<f64, IdTokenError> {
        spelling::seconds(self.claims.get(claim)).ok_or(IdTokenError::Unreadable(claim))
    }
}

/// Who the ID token of an answer says has signed in.
pub(super) fn identified(
    answer: &Answer,
    keys: &CoreJsonWebKeySet,
    nonce: &str,
    registration: &Registration,
    now: DateTime<Utc>,
) -> Result<ProviderIdentity, IdTokenError> {
    let token = answer.id_token.as_deref().ok_or(IdTokenError::Missing)?;
    let token = Signed::read(token).ok_or(IdTokenError::Unreadable("it is no signed JSON"))?;
    if !token.is_of_our_kind() {
        return Err(IdTokenError::Kind);
    }
    let algorithm = token.algorithm()?;
    // Whether there is anything to be read comes before whether it is true.
    let (issuer, subject) = (token.text("iss")?, token.text("sub")?);
    let (issued, expires) = (token.time("iat")?, token.time("exp")?);
    if issuer != registration.issuer.as_str() {
        return Err(IdTokenError::Issuer);
    }
    let key = token.key(keys, &algorithm)?;
    made_for(&token.claims, &registration.client_id)?;
    in_time(issued, expires, spelling::seconds(token.claims.get("nbf")), now)?;
    of_attempt(&token.claims, nonce)?;
    of_access_token(&token.claims, &answer.access_token, &algorithm, key)?;
    if !is_subject(subject) {
        return Err(IdTokenError::Subject);
    }
    let login = registration.login_claim.as_ref().and_then(|claim| spelling::name(token.claims.get(claim)));
    let second_factor = trusted(&token.claims, &registration.trusted_amr);
    Ok(ProviderIdentity { subject: subject.to_owned(), login, second_factor })
}

/// Sections 3.1.3.7, 4 and 5: it is for us, among others or not; a token for several names the one it was made for.
fn made_for(claims: &Map<String, Value>, client_id: &str) -> Result<(), IdTokenError> {
    let several = claims.get("aud").and_then(Value::as_array).is_some_and(|audience| audience.len() != 1);
    let ours = spelling::texts(claims.get("aud")).contains(&client_id);
    let right = match claims.get("azp").filter(|party| !party.is_null()) {
        Some(party) => party.as_str() == Some(client_id),
        None => !several,
    };
    if ours && right { Ok(()) } else { Err(IdTokenError::Audience) }
}

fn in_time(issued: f64, expires: f64, not_before: Option<f64>, now: DateTime<Utc>) -> Result<(), IdTokenError> {
    let (earliest, latest) = ((now - LEEWAY).timestamp() as f64, (now + LEEWAY).timestamp() as f64);
    let oldest = (now - LONGEST_AGO - LEEWAY).timestamp() as f64;
    let right = expires > earliest && issued <= latest && issued >= oldest;
    if right && not_before.is_none_or(|from| from <= latest) { Ok(()) } else { Err(IdTokenError::Time) }
}

fn of_attempt(claims: &Map<String, Value>, nonce: &str) -> Result<(), IdTokenError> {
    let given = claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
    verify_slices_are_equal(given.as_bytes(), nonce.as_bytes()).map_err(|_| IdTokenError::Nonce)
}

/// Section 3.1.3.6: optional, but if it is there it must be right.
fn of_access_token(
    claims: &Map<String, Value>,
    access_token: &AccessToken,
    algorithm: &CoreJwsSigningAlgorithm,
    key: &CoreJsonWebKey,
) -> Result<(), IdTokenError> {
    let Some(given) = claims.get("at_hash").filter(|hash| !hash.is_null()) else { return Ok(()) };
    let hash = AccessTokenHash::from_token(access_token, algorithm, key).map_err(|_| IdTokenError::AccessToken)?;
    if given.as_str() == Some(hash.as_str()) { Ok(()) } else { Err(IdTokenError::AccessToken) }
}

/// Whether a provider may call somebody so.
pub fn is_subject(text: &str) -> bool {
    (1..=LONGEST_SUBJECT).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Whether the provider says that it asked for a second factor.
fn trusted(claims: &Map<String, Value>, trusted: &[String]) -> bool {
    let mut said = spelling::texts(claims.get("amr"));
    said.extend(claims.get("acr").and_then(Value::as_str));
    said.iter().any(|said| trusted.iter().any(|trusted| trusted == said))
}
