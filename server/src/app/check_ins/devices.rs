//! Registers the devices that sign check-ins, and issues the challenges that bound a capture from below.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    check_ins::{challenge, device_signature::DevicePublicKey},
    permission::Viewer,
};
use entity::{
    check_in, device,
    ids::{CheckInId, PersonId},
};
use messages::message;

use crate::{
    app::{App, Broken, Failure, Refusal, RefusalCode, policy},
    store,
};

/// A phone out of reach of the network for two weeks still carries a challenge.
const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::days(14);
/// A registration answers a challenge that was issued just before.
const REGISTRATION_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// Check-ins that one registration has judged again at most; registering the device again goes on.
const MOST_JUDGED_AGAIN: u64 = 500;
/// Devices of one person at most.
const DEVICE_LIMIT: usize = 20;

/// A challenge that was issued.
#[derive(Clone, Debug)]
pub struct IssuedChallenge {
    /// To be carried by the next check-in.
    pub token: String,
    /// Until when a capture may carry it.
    pub expires_at: DateTime<Utc>,
}

/// A device to be registered.
#[derive(Clone, Debug)]
pub struct DeviceRequest {
    /// Its P-256 public key: SubjectPublicKeyInfo or uncompressed point, base64.
    pub public_key: String,
    /// What it calls itself.
    pub name: String,
    /// A challenge issued just before.
    pub challenge: String,
    /// The device's signature over the challenge's text: proof that it holds the key.
    pub signature: String,
}

impl App {
    /// Issues a challenge to the viewer.
    pub fn issue_challenge(&self, viewer: &Viewer) -> Result<IssuedChallenge, Failure> {
        let person = viewer.person.ok_or_else(Refusal::not_a_person)?;
        let now = self.clock.now();
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&self.clock.random()[..16]);
        let token = challenge::issue(&self.challenge_key, person, now, nonce, CHALLENGE_LIFETIME);
        Ok(IssuedChallenge { token, expires_at: now + CHALLENGE_LIFETIME })
    }

    /// Registers a device of the viewer that proves to hold its key, and judges again what it signed before. Registering
    /// it again changes nothing else.
    pub async fn register_device(&self, viewer: &Viewer, request: DeviceRequest) -> Result<device::Model, Failure> {
        let person = viewer.person.ok_or_else(Refusal::not_a_person)?;
        let now = self.clock.now();
        if request.name.chars().count() > 100 || request.name.contains('\0') {
            let message = message!(DeviceNameTooLong);
            return Err(Refusal::new(RefusalCode::Invalid, "name", message).into());
        }
        let key = DevicePublicKey::parse_base64(&request.public_key).map_err(|error| {
            Refusal::new(RefusalCode::Invalid, "publicKey", message!(PublicKeyMalformed { error: error.message() }))
        })?;
        let fresh = challenge::verify(&self.challenge_key, person, &request.challenge, now)
            .is_ok_and(|facts| now - facts.issued_at <= REGISTRATION_LIFETIME);
        if !fresh {
            let message = message!(ChallengeNotFresh);
            return Err(Refusal::new(RefusalCode::Invalid, "challenge", message).into());
        }
        if key.verify_base64(request.challenge.as_bytes(), &request.signature).is_err() {
            let message = message!(ChallengeSignatureWrong);
            return Err(Refusal::new(RefusalCode::Invalid, "signature", message).into());
        }
        let fingerprint = key.fingerprint().to_string();
        let device = self.keep_device(person, key, fingerprint, request.name).await?;
        self.judge_signed_by(person, Some(&device.fingerprint), None).await?;
        Ok(device)
    }

    async fn keep_device(
        &self,
        person: PersonId,
        key: DevicePublicKey,
        fingerprint: String,
        name: String,
    ) -> Result<device::Model, Failure> {
        let transaction = self.database.begin().await?;
        let known = store::device::of_person(&transaction, person).await?;
        if let Some(device) = known.iter().find(|device| device.fingerprint == fingerprint) {
            return Ok(device.clone());
        }
        if known.len() >= DEVICE_LIMIT {
            let message = message!(DeviceTooMany { limit: DEVICE_LIMIT });
            return Err(Refusal::new(RefusalCode::TooLarge, "publicKey", message).into());
        }
        let device = device::Model {
            fingerprint,
            person_id: person,
            public_key: base64::Engine::encode(&base64::engine::general_purpose::STANDARD, key.to_spki()),
            name,
            registered_at: self.clock.now(),
            revoked_at: None,
        };
        store::device::register(&transaction, device.clone()).await?;
        transaction.commit().await?;
        Ok(device)
    }

    /// Judges again the check-ins that waited for a device's key, or only one of them. None do where the device is not
    /// registered.
    pub(in crate::app) async fn judge_signed_by(
        &self,
        person: PersonId,
        device: Option<&str>,
        only: Option<CheckInId>,
    ) -> Result<(), Broken> {
        let Some(device) = device else { return Ok(()) };
        let waiting =
            store::check_in::signed_in_vain(self.database.reader(), person, device, MOST_JUDGED_AGAIN).await?;
        let wanted = |check_in: &check_in::Model| only.is_none_or(|only| only == check_in.id);
        let waiting: Vec<_> = waiting.into_iter().filter(wanted).collect();
        let known = store::device::of_person(self.database.reader(), person).await?;
        if waiting.is_empty() || !known.iter().any(|known| known.fingerprint == device) {
            return Ok(());
        }
        let policies = policy::versions(self.database.reader()).await?;
        let mut contradicts = false;
        for check_in in waiting {
            contradicts |= self.judge_signed(&check_in, policies.at(check_in.corrected_at)?).await?;
        }
        self.feed.wake();
        if contradicts {
            self.judge_contradicted().await;
        }
        Ok(())
    }

    /// The viewer's devices, revoked ones too.
    pub async fn devices(&self, viewer: &Viewer) -> Result<Vec<device::Model>, Failure> {
        let person = viewer.person.ok_or_else(Refusal::not_a_person)?;
        Ok(store::device::of_person(self.database.reader(), person).await?)
    }

    /// Revokes a device of the viewer: what it signs from now on counts as unsigned by them.
    pub async fn revoke_device(&self, viewer: &Viewer, fingerprint: &str) -> Result<bool, Failure> {
        let person = viewer.person.ok_or_else(Refusal::not_a_person)?;
        Ok(store::device::revoke(self.database.writer(), person, fingerprint, self.clock.now()).await?)
    }
}
