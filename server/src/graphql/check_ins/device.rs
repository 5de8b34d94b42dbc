//! Devices that sign check-ins, and challenges.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::{change, read};
use entity::device;

use crate::{
    app::{DeviceRequest, Failure},
    graphql::support::{
        access::{app, entitled, may_change},
        error::{UserError, answered},
    },
};

/// A device whose key signs check-ins.
#[derive(Clone, Debug, SimpleObject)]
pub struct Device {
    /// SHA-256 of its public key, 64 hexadecimal digits.
    fingerprint: String,
    /// Its P-256 public key: SubjectPublicKeyInfo, DER, base64.
    public_key: String,
    /// What it calls itself.
    name: String,
    /// When it was registered.
    registered_at: DateTime<Utc>,
    /// From when on its signatures count no more; null while they do.
    revoked_at: Option<DateTime<Utc>>,
}

impl From<device::Model> for Device {
    fn from(row: device::Model) -> Self {
        Self {
            fingerprint: row.fingerprint,
            public_key: row.public_key,
            name: row.name,
            registered_at: row.registered_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// A challenge: a check-in that carries it was not captured before it was issued.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct IssueChallengePayload {
    /// To be carried by the next check-in, also one made out of reach of the network.
    challenge: Option<String>,
    /// Until when a capture may carry it.
    expires_at: Option<DateTime<Utc>>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// A device to be registered.
#[derive(Debug, InputObject)]
pub struct RegisterDeviceInput {
    /// Its P-256 public key: SubjectPublicKeyInfo (DER) or uncompressed point, base64.
    public_key: String,
    /// What it calls itself, 100 characters at most.
    #[graphql(default)]
    name: String,
    /// A challenge issued within ten minutes.
    challenge: String,
    /// Signature over the challenge's text, base64: proof that the device holds the key.
    signature: String,
}

/// What became of a device.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct DevicePayload {
    /// The device; null if it was refused.
    device: Option<Device>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// A device to be revoked.
#[derive(Debug, InputObject)]
pub struct RevokeDeviceInput {
    /// Fingerprint of its public key.
    fingerprint: String,
}

/// What became of a device that was to be revoked.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokeDevicePayload {
    /// Whether there was such a device to revoke.
    revoked: bool,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// Queries about devices.
#[derive(Debug, Default)]
pub struct DeviceQuery;

#[Object]
impl DeviceQuery {
    /// The viewer's devices, revoked ones too, the oldest first.
    async fn devices(&self, ctx: &Context<'_>) -> Result<Vec<Device>> {
        let viewer = entitled(ctx, const { read("Query", "devices") })?;
        let devices = match app(ctx).devices(viewer).await {
            Err(Failure::Refused(_)) => Vec::new(),
            other => answered(other)?.unwrap_or_default(),
        };
        Ok(devices.into_iter().map(Device::from).collect())
    }
}

/// Mutations of devices.
#[derive(Debug, Default)]
pub struct DeviceMutation;

#[Object]
impl DeviceMutation {
    /// Issues a challenge to the viewer, to be carried by their next check-in.
    async fn issue_challenge(&self, ctx: &Context<'_>) -> Result<IssueChallengePayload> {
        let viewer = may_change(ctx, const { change("issueChallenge") })?;
        let issued = viewer.map_err(Failure::from).and_then(|viewer| app(ctx).issue_challenge(viewer));
        Ok(match answered(issued)? {
            Ok(issued) => IssueChallengePayload {
                challenge: Some(issued.token),
                expires_at: Some(issued.expires_at),
                user_errors: Vec::new(),
            },
            Err(user_errors) => IssueChallengePayload { user_errors, ..IssueChallengePayload::default() },
        })
    }

    /// Registers a device of the viewer, whose key then signs their check-ins. Registering it again changes nothing.
    async fn register_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The device.")] input: RegisterDeviceInput,
    ) -> Result<DevicePayload> {
        let viewer = may_change(ctx, const { change("registerDevice") })?;
        let request = DeviceRequest {
            public_key: input.public_key,
            name: input.name,
            challenge: input.challenge,
            signature: input.signature,
        };
        let registered = async { app(ctx).register_device(viewer?, request).await };
        Ok(match answered(registered.await)? {
            Ok(device) => DevicePayload { device: Some(device.into()), user_errors: Vec::new() },
            Err(user_errors) => DevicePayload { user_errors, ..DevicePayload::default() },
        })
    }

    /// Revokes a device of the viewer, a lost phone for example.
    async fn revoke_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which device.")] input: RevokeDeviceInput,
    ) -> Result<RevokeDevicePayload> {
        let viewer = may_change(ctx, const { change("revokeDevice") })?;
        let revoked = async { app(ctx).revoke_device(viewer?, &input.fingerprint).await };
        Ok(match answered(revoked.await)? {
            Ok(revoked) => RevokeDevicePayload { revoked, user_errors: Vec::new() },
            Err(user_errors) => RevokeDevicePayload { revoked: false, user_errors },
        })
    }
}
