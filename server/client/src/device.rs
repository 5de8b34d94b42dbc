//! A phone's own key, by which it signs what it captures.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::check_ins::device_signature::DevicePublicKey;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{CheckInInput, Client, DeviceSignatureInput, Error, UserError, answer::user_error};

const CHALLENGE: &str = concat!("mutation { issueChallenge { challenge userErrors { ", user_error!(), " } } }");
const REGISTERED: &str = concat!("device { fingerprint } userErrors { ", user_error!(), " }");

/// A phone's key pair. Here it lies in memory; on a phone, in a key store that does not give it away.
pub struct Device {
    key: EcdsaKeyPair,
    public_key: DevicePublicKey,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Device").field(&self.public_key).finish()
    }
}

impl Device {
    /// One with a new key, which nobody has registered.
    ///
    /// # Errors
    /// When there is no randomness to be had.
    pub fn generate() -> Result<Self, Error> {
        let unusable = |error: &dyn fmt::Display| Error::Key(error.to_string());
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|error| unusable(&error))?;
        let public_key = DevicePublicKey::parse(key.public_key().as_ref()).map_err(|error| unusable(&error))?;
        Ok(Self { key, public_key })
    }

    /// The public half.
    pub fn public_key(&self) -> &DevicePublicKey {
        &self.public_key
    }

    /// The public half's fingerprint: 64 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.public_key.fingerprint().to_string()
    }

    /// A signature over a message: 64 bytes (IEEE P1363) in base64.
    ///
    /// # Errors
    /// When there is no randomness to be had.
    pub fn sign(&self, message: &[u8]) -> Result<String, Error> {
        let signature = self.key.sign(&SystemRandom::new(), message).map_err(|error| Error::Key(error.to_string()))?;
        Ok(STANDARD.encode(signature))
    }

    /// The check-in with this device's signature over it; `project` is the project's UUID, `photos` are the SHA-256 of
    /// their bytes. It is signed as it is captured: its photos may be uploaded, and `sentAt` be set, afterwards.
    ///
    /// # Errors
    /// When it has no canonical form, or can't be signed.
    pub fn signed(&self, input: CheckInInput, project: Uuid, photos: &[String]) -> Result<CheckInInput, Error> {
        let message = input.to_sign(project, photos).message().map_err(|error| Error::Key(error.to_string()))?;
        let signature = self.sign(&message)?;
        let device = DeviceSignatureInput { fingerprint: self.fingerprint(), signature, signed_text: None };
        Ok(CheckInInput { device: Some(device), ..input })
    }
}

impl Client {
    /// Has a challenge issued.
    ///
    /// # Errors
    /// When the server can't be reached, or refuses.
    pub async fn issue_challenge(&self) -> Result<String, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Issued {
            challenge: Option<String>,
            user_errors: Vec<UserError>,
        }
        let issued: Issued = self.ask(CHALLENGE, json!({})).await?;
        issued.challenge.ok_or(Error::Refused(issued.user_errors))
    }

    /// Registers a device under a name, and gives the fingerprint by which the server knows it.
    ///
    /// # Errors
    /// When the server can't be reached, or refuses.
    pub async fn register(&self, device: &Device, name: &str) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Known {
            fingerprint: String,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Registered {
            device: Option<Known>,
            user_errors: Vec<UserError>,
        }
        let challenge = self.issue_challenge().await?;
        let input = json!({
            "publicKey": STANDARD.encode(device.public_key.as_point()),
            "name": name,
            "signature": device.sign(challenge.as_bytes())?,
            "challenge": challenge,
        });
        let registered: Registered = self.change("registerDevice", &input, REGISTERED).await?.field()?;
        Ok(registered.device.ok_or(Error::Refused(registered.user_errors))?.fingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::check_ins::device_signature::{SignatureEncoding, SignatureError};

    #[test]
    fn a_signature_holds_over_what_was_captured_and_nothing_else() {
        let device = Device::generate().unwrap();
        let at = "2026-11-18T02:00:00Z";
        let captured =
            json!({ "id": Uuid::nil(), "projectId": "AAAA", "capturedAt": at, "sentAt": at, "note": "在场" });
        let captured: CheckInInput = serde_json::from_value(captured).unwrap();
        let photos = [crate::sha256(b"a photo")];
        let signed = device.signed(captured, Uuid::max(), &photos).unwrap();
        let signature = signed.device.clone().unwrap();
        assert_eq!((signature.fingerprint, signature.signed_text), (device.fingerprint(), None));

        let holds = |input: &CheckInInput, photos: &[String]| {
            let message = input.to_sign(Uuid::max(), photos).message().unwrap();
            device.public_key().verify_base64(&message, &signature.signature)
        };
        let sent_later = CheckInInput { sent_at: "2026-11-20T02:00:00Z".parse().unwrap(), ..signed };
        assert_eq!(holds(&sent_later, &photos), Ok(SignatureEncoding::P1363));
        assert_eq!(holds(&sent_later, &[]), Err(SignatureError::Mismatch));
        let altered = CheckInInput { note: "不在场".to_owned(), ..sent_later };
        assert_eq!(holds(&altered, &photos), Err(SignatureError::Mismatch));
    }
}
