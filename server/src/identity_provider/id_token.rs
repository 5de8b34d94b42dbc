//! Who an ID token says has signed in, once everything about it is verified.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AccessTokenHash, ClaimsVerificationError, Nonce, OAuth2TokenResponse, SignatureVerificationError, TokenResponse,
    core::{CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreTokenResponse},
};
use serde_json::{Map, Value};

use super::{Identified, settings::Registration};

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
pub(super) enum Unbelievable {
    #[error("there is no ID token")]
    Missing,
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
    #[error("the ID token can't be used")]
    Other,
}

impl From<ClaimsVerificationError> for Unbelievable {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::Expired(_) => Self::Time,
            ClaimsVerificationError::InvalidAudience(_) => Self::Audience,
            ClaimsVerificationError::InvalidIssuer(_) => Self::Issuer,
            ClaimsVerificationError::InvalidNonce(_) => Self::Nonce,
            ClaimsVerificationError::InvalidSubject(_) => Self::Subject,
            ClaimsVerificationError::SignatureVerification(error) => error.into(),
            _ => Self::Other,
        }
    }
}

impl From<SignatureVerificationError> for Unbelievable {
    fn from(error: SignatureVerificationError) -> Self {
        if error == SignatureVerificationError::NoMatchingKey { Self::UnknownKey } else { Self::Signature }
    }
}

/// Who the ID token of an answer says has signed in.
pub(super) fn identified(
    answer: &CoreTokenResponse,
    verifier: CoreIdTokenVerifier<'_>,
    nonce: &str,
    registration: &Registration,
    now: DateTime<Utc>,
) -> Result<Identified, Unbelievable> {
    let token = answer.id_token().ok_or(Unbelievable::Missing)?;
    let verifier = verifier
        .set_allowed_algs(ALGORITHMS)
        // Whom else it is for does not matter where it was made for us: `azp` tells.
        .set_other_audience_verifier_fn(|_| true)
        .set_time_fn(move || now - LEEWAY)
        .set_issue_time_verifier_fn(move |at| {
            let right = at <= now + LEEWAY && at >= now - LONGEST_AGO - LEEWAY;
            if right { Ok(()) } else { Err(String::new()) }
        });
    let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned()))?;
    if let Some(expected) = claims.access_token_hash() {
        let (alg, key) = (token.signing_alg()?, token.signing_key(&verifier)?);
        let hash = AccessTokenHash::from_token(answer.access_token(), alg, key).map_err(|_| Unbelievable::Other)?;
        if hash != *expected {
            return Err(Unbelievable::AccessToken);
        }
    }
    made_for(claims, &registration.client_id)?;
    let all = all_claims(token)?;
    if all.get("nbf").and_then(Value::as_f64).is_some_and(|from| from > (now + LEEWAY).timestamp() as f64) {
        return Err(Unbelievable::Time);
    }
    let claim = registration.login_claim.as_ref().and_then(|claim| all.get(claim));
    Ok(Identified {
        subject: subject(claims)?,
        login: claim.and_then(Value::as_str).map(str::to_owned),
        second_factor: trusted(claims, &registration.trusted_amr),
    })
}

/// Sections 3.1.3.7, 4 and 5: a token for several names the one that it was made for.
fn made_for(claims: &CoreIdTokenClaims, client_id: &str) -> Result<(), Unbelievable> {
    match claims.authorized_party() {
        Some(party) if party.as_str() == client_id => Ok(()),
        None if claims.audiences().len() == 1 => Ok(()),
        _ => Err(Unbelievable::Audience),
    }
}

fn subject(claims: &CoreIdTokenClaims) -> Result<String, Unbelievable> {
    let subject = claims.subject().as_str();
    if is_subject(subject) { Ok(subject.to_owned()) } else { Err(Unbelievable::Subject) }
}

/// Whether a provider may call somebody so.
pub fn is_subject(text: &str) -> bool {
    (1..=LONGEST_SUBJECT).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Whether the provider says that it asked for a second factor.
fn trusted(claims: &CoreIdTokenClaims, trusted: &[String]) -> bool {
    let is_trusted = |value: &str| trusted.iter().any(|trusted| trusted == value);
    let methods = claims.auth_method_refs().into_iter().flatten();
    methods.into_iter().any(|method| is_trusted(method.as_str()))
        || claims.auth_context_ref().is_some_and(|class| is_trusted(class.as_str()))
}

/// The claims of a token that is verified, those that the library knows no name for too.
fn all_claims(token: &CoreIdToken) -> Result<Map<String, Value>, Unbelievable> {
    let text = token.to_string();
    let claims = text.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    claims.and_then(|claims| serde_json::from_slice(&claims).ok()).ok_or(Unbelievable::Other)
}
