//! What a check-in's signature says.

use domain::check_ins::{
    device_signature::DevicePublicKey,
    evidence::Signature,
    signed_check_in::{Member, Members, SignatureReading, SignedCheckIn},
};
use entity::{check_in, device};
use sea_orm::ConnectionTrait;

use super::{Broken, Gathering, JudgementKind, all_fixes, signed};
use crate::store;

/// The text over which a signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) enum SignedText {
    /// The canonical one.
    Canonical,
    /// Another that says the same.
    Text(String),
}

impl<C: ConnectionTrait> Gathering<'_, C> {
    /// What a signature by a known device says.
    pub(super) async fn signature(
        &self,
        device: &device::Model,
        signature: &str,
    ) -> Result<(Signature, Option<SignedText>), Broken> {
        let key = DevicePublicKey::parse_base64(&device.public_key).map_err(|error| unusable(self.check_in, error))?;
        let holds = |message: &[u8]| key.verify_base64(message, signature).is_ok();
        let signed = signed(self.check_in, &self.fixes, self.photos);
        if holds(&signed.message().map_err(|error| unusable(self.check_in, error))?) {
            return Ok((Signature::Valid, Some(SignedText::Canonical)));
        }
        let text = match self.kind {
            JudgementKind::First { sent, .. } => sent.signed_text().map(str::to_owned),
            JudgementKind::Again => store::signed_text::of_check_in(self.connection, self.check_in.id).await?,
        };
        let reading = signed.read_signature(text.as_deref(), holds);
        Ok(match reading.map_err(|error| unusable(self.check_in, error))? {
            SignatureReading::Canonical => (Signature::Valid, Some(SignedText::Canonical)),
            SignatureReading::Spelled(text) => (Signature::Valid, Some(SignedText::Text(text))),
            SignatureReading::Altered(members) => (Signature::Altered(members), None),
            SignatureReading::Unclear(members) => (Signature::Unclear(members), None),
            SignatureReading::Unfit => (self.copied(device, signature, &signed, holds).await?, None),
        })
    }

    /// What a signature is that fits nothing: if it is another check-in's, that says what was changed to make this one.
    async fn copied(
        &self,
        device: &device::Model,
        signature: &str,
        here: &SignedCheckIn,
        holds: impl Fn(&[u8]) -> bool,
    ) -> Result<Signature, Broken> {
        let alike =
            store::check_in::signed_alike(self.connection, self.check_in.id, &device.fingerprint, signature).await?;
        let Some(other) = alike else { return Ok(Signature::Invalid) };
        let further = store::check_in::fixes(self.connection, [other.id]).await?;
        let photos = store::photo::of_check_ins(self.connection, [other.id]).await?;
        let original =
            signed(&other, &all_fixes(&other, &further), &photos).message().map_err(|error| unusable(&other, error))?;
        Ok(match here.read_text(&String::from_utf8_lossy(&original)) {
            // Where nothing but the id is new, an app has sent a check-in again as another.
            SignatureReading::Altered(members) if holds(&original) && members != Members::of([Member::Id]) => {
                Signature::Altered(members)
            }
            _ => Signature::Invalid,
        })
    }
}

fn unusable(check_in: &check_in::Model, error: impl std::error::Error + Send + Sync + 'static) -> Broken {
    Broken::failed(format!("check-in {}", check_in.id), error)
}
