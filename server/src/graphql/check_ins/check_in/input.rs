//! Checking in.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    check_ins::phone_fix::PhoneFix,
    permission::{
        Viewer,
        table::{change, read},
    },
};
use entity::{ids::PhotoId, values::Datum};
use messages::message;
use uuid::Uuid;

use super::CheckIn;
use crate::{
    app::{Arrivals, BATCH_LIMIT, CheckInRequest, DeviceSignature, PhonePosition, Refusal, RefusalCode, Uptime},
    graphql::{
        engine::levels::{Found, Rows},
        projects::site_offer::{self, SiteOffer},
        support::{
            access::{app, arrived_at, may_change, scope},
            error::{UserError, answered, broken},
            global_id,
            scalars::Milliseconds,
        },
    },
    store,
};

pub mod fuzzing;

/// A check-in, as the phone sends it.
#[derive(Debug, InputObject)]
pub struct CheckInInput {
    /// A random UUID made on the phone. Sending the same check-in again under it records nothing twice.
    id: Uuid,
    /// The project visited. Without it nothing is recorded, and the nearest sites are offered to choose from.
    project_id: Option<ID>,
    /// When it happened, on the phone's clock.
    captured_at: DateTime<Utc>,
    /// When it is being sent, on the same clock: by this the server corrects `capturedAt`.
    sent_at: DateTime<Utc>,
    /// The position at capture; leave it out where the phone has none.
    fix: Option<GpsFixInput>,
    /// Photos whose bytes were uploaded before, 9 at most.
    #[graphql(default)]
    photo_ids: Vec<ID>,
    /// Further fixes taken around the capture, 10 at most; the best one counts.
    #[graphql(default)]
    other_fixes: Vec<GpsFixInput>,
    /// The phone's boot clock, which nobody can set, beside its wall clock.
    uptime: Option<UptimeInput>,
    /// A challenge from `issueChallenge`: proof that the capture came after it.
    challenge: Option<String>,
    /// The signature of a registered device over the check-in's canonical JSON.
    device: Option<DeviceSignatureInput>,
    /// Whether the phone's developer options are on; leave it out where it can't tell.
    developer_mode: Option<bool>,
    /// What there is to say, 2,000 characters at most.
    #[graphql(default)]
    note: String,
}

/// The phone's boot clock. Both uptimes have to be given.
#[derive(Debug, InputObject)]
pub struct UptimeInput {
    /// Which start of the phone both uptimes count from, 64 characters at most.
    boot_id: String,
    /// Milliseconds since then at capture.
    captured_uptime: Option<Milliseconds>,
    /// Milliseconds since then at sending.
    sent_uptime: Option<Milliseconds>,
    /// Milliseconds since then at capture.
    #[graphql(deprecation = "Holds 24 days at most: give capturedUptime. Goes on 2028-01-01.")]
    captured_ms: Option<i64>,
    /// Milliseconds since then at sending.
    #[graphql(deprecation = "Holds 24 days at most: give sentUptime. Goes on 2028-01-01.")]
    sent_ms: Option<i64>,
}

impl UptimeInput {
    fn parse(self) -> std::result::Result<Uptime, Vec<Refusal>> {
        let captured = one_of("capturedUptime", self.captured_uptime, "capturedMs", self.captured_ms);
        let sent = one_of("sentUptime", self.sent_uptime, "sentMs", self.sent_ms);
        match (captured, sent) {
            (Ok(captured_ms), Ok(sent_ms)) => Ok(Uptime { boot_id: self.boot_id, captured_ms, sent_ms }),
            (captured, sent) => Err(captured.err().into_iter().chain(sent.err()).collect()),
        }
    }
}

/// An uptime by its field, or by the field it was given in before there were larger numbers.
fn one_of(
    name: &str,
    given: Option<Milliseconds>,
    former: &str,
    formerly: Option<i64>,
) -> std::result::Result<i64, Refusal> {
    match (given.map(|given| given.0), formerly) {
        (Some(given), None) | (None, Some(given)) => Ok(given),
        (Some(given), Some(formerly)) if given == formerly => Ok(given),
        (None, None) => {
            Err(Refusal::new(RefusalCode::Invalid, &format!("uptime.{name}"), message!(MillisecondsMissing { name })))
        }
        (Some(_), Some(_)) => {
            let message = message!(MillisecondsDiffer { former, name });
            Err(Refusal::new(RefusalCode::Invalid, &format!("uptime.{name}"), message))
        }
    }
}

/// The signature of a registered device.
#[derive(Debug, InputObject)]
pub struct DeviceSignatureInput {
    /// Fingerprint of the device's public key: 64 hexadecimal digits.
    fingerprint: String,
    /// ECDSA P-256 with SHA-256 over the canonical JSON (RFC 8785), base64: 64 bytes (IEEE P1363) or DER.
    signature: String,
    /// The very text that was signed, 32,768 bytes at most. Give it where the phone can't be sure to write the canonical
    /// form: it is then compared with the check-in member by member.
    signed_text: Option<String>,
}

/// A position fix.
#[derive(Debug, InputObject)]
pub struct GpsFixInput {
    /// Latitude, degrees in `datum`, −90 to 90.
    latitude: f64,
    /// Longitude, degrees in `datum`, −180 to 180.
    longitude: f64,
    /// The datum both are in.
    datum: Datum,
    /// 68 % accuracy radius, metres, as the phone gives it; 0 where it gives none.
    accuracy_meters: f64,
    /// When the fix was taken, on the phone's clock.
    fixed_at: DateTime<Utc>,
    /// Whether the phone says that its location is mocked; leave it out where it can't tell.
    mocked: Option<bool>,
}

/// Check-ins of an offline queue.
#[derive(Debug, InputObject)]
pub struct CheckInsInput {
    /// The check-ins, 100 at most.
    items: Vec<CheckInInput>,
}

/// What became of a check-in.
#[derive(Debug, Default, SimpleObject)]
pub struct CheckInPayload {
    /// The check-in on record, with its verdict; null if it could not be recorded.
    check_in: Found<CheckIn>,
    /// Whether it had been recorded by an earlier request already.
    already_recorded: bool,
    /// Why it could not be recorded; empty if it was.
    user_errors: Vec<UserError>,
    /// Where no project was named: the nearest sites of the projects the viewer served on the day of capture, the
    /// nearest first, 5 at most; empty otherwise, and where there was no usable fix.
    nearest_sites: Rows<SiteOffer>,
}

/// What became of a queue of check-ins.
#[derive(Debug, Default, SimpleObject)]
pub struct CheckInsPayload {
    /// One answer for each item, in order.
    results: Vec<CheckInPayload>,
    /// Why the queue as a whole was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

impl CheckInInput {
    fn parse(self) -> std::result::Result<CheckInRequest, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let project = self.project_id.as_ref().map(global_id::decode);
        if project == Some(None) {
            refusals.push(Refusal::project_not_found("projectId"));
        }
        let mut photos: Vec<PhotoId> = Vec::with_capacity(self.photo_ids.len());
        for (place, id) in self.photo_ids.iter().enumerate() {
            match global_id::decode(id) {
                Some(id) => photos.push(id),
                None => refusals.push(Refusal::photo_not_found(place)),
            }
        }
        let uptime = match self.uptime.map(UptimeInput::parse).transpose() {
            Ok(uptime) => uptime,
            Err(wrong) => {
                refusals.extend(wrong);
                None
            }
        };
        if !refusals.is_empty() {
            return Err(refusals);
        }
        Ok(CheckInRequest {
            id: self.id,
            project: project.flatten(),
            captured_at: self.captured_at,
            sent_at: self.sent_at,
            fix: self.fix.map(GpsFixInput::into),
            photos,
            other_fixes: self.other_fixes.into_iter().map(PhoneFix::from).collect(),
            uptime,
            challenge: self.challenge,
            signature: self.device.map(|device| DeviceSignature {
                fingerprint: device.fingerprint.to_ascii_lowercase(),
                signature: device.signature,
                text: device.signed_text,
            }),
            developer_mode: self.developer_mode,
            note: self.note,
        })
    }
}

impl From<GpsFixInput> for PhoneFix {
    fn from(fix: GpsFixInput) -> Self {
        Self {
            latitude: fix.latitude,
            longitude: fix.longitude,
            datum: fix.datum,
            accuracy_m: fix.accuracy_meters,
            fixed_at: fix.fixed_at,
            mocked: fix.mocked,
        }
    }
}

/// Mutations of check-ins.
#[derive(Debug, Default)]
pub struct CheckInMutation;

#[Object]
impl CheckInMutation {
    /// Records a check-in of the viewer and judges it. Being outside the site is a verdict, not an error: errors mean
    /// that it could not be recorded.
    async fn check_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The check-in.")] input: CheckInInput,
    ) -> Result<CheckInPayload> {
        let viewer = may_change(ctx, const { change("checkIn") })?;
        store::moment::end();
        let payload = record(ctx, viewer, input.parse(), None).await?;
        store::moment::begin();
        Ok(payload)
    }

    /// Records the check-ins of an offline queue, one answer for each, in order. One that can't be recorded does not
    /// keep the others from it, whatever the reason; `retryAt` tells when to send it again.
    async fn check_ins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The queue.")] input: CheckInsInput,
    ) -> Result<CheckInsPayload> {
        let viewer = may_change(ctx, const { change("checkIns") })?;
        if input.items.len() > BATCH_LIMIT {
            return Ok(CheckInsPayload {
                user_errors: vec![too_many(input.items.len()).into()],
                ..CheckInsPayload::default()
            });
        }
        store::moment::end();
        let items: Vec<_> = input.items.into_iter().map(CheckInInput::parse).collect();
        let readable: Vec<_> = items.iter().filter_map(|item| item.as_ref().ok().cloned()).collect();
        let arrivals = match &viewer {
            Ok(viewer) => Some(app(ctx).arrivals_of(viewer, &readable).await.map_err(broken)?),
            Err(_) => None,
        };
        let (mut results, mut fault, mut faults) = (Vec::with_capacity(items.len()), None, 0);
        for (place, item) in items.into_iter().enumerate() {
            let recorded = record(ctx, viewer.clone(), item, arrivals.as_ref()).await;
            let mut payload = recorded.unwrap_or_else(|error| {
                (fault, faults) = (Some(error), faults + 1);
                let user_errors = vec![app(ctx).server_fault().into()];
                CheckInPayload { user_errors, ..CheckInPayload::default() }
            });
            payload.user_errors = payload.user_errors.into_iter().map(|error| error.of_item(place)).collect();
            results.push(payload);
        }
        // Where nothing at all could be answered, there is nobody to be told anything else.
        if let Some(fault) = fault.filter(|_| faults == results.len()) {
            return Err(fault);
        }
        store::moment::begin();
        Ok(CheckInsPayload { results, user_errors: Vec::new() })
    }
}

async fn record(
    ctx: &Context<'_>,
    viewer: std::result::Result<&Viewer, Refusal>,
    request: std::result::Result<CheckInRequest, Vec<Refusal>>,
    arrivals: Option<&Arrivals>,
) -> Result<CheckInPayload> {
    let scope = scope(ctx, const { read("Project", "id") })?;
    let asked = viewer.map_err(|refusal| vec![refusal]).and_then(|viewer| Ok((viewer, request?)));
    let (viewer, request) = match asked {
        Ok(asked) => asked,
        Err(refusals) => {
            let user_errors = refusals.into_iter().map(UserError::from).collect();
            return Ok(CheckInPayload { user_errors, ..CheckInPayload::default() });
        }
    };
    let unnamed = request.project.is_none().then(|| PhonePosition::of(&request));
    Ok(match answered(app(ctx).check_in(viewer, scope, request, arrived_at(ctx), arrivals).await)? {
        Ok(recorded) => CheckInPayload {
            check_in: Found::by_id(recorded.check_in.id),
            already_recorded: recorded.replayed,
            ..CheckInPayload::default()
        },
        Err(user_errors) => {
            let nearest_sites = match &unnamed {
                Some(whereabouts) => site_offer::near(ctx, whereabouts).await?,
                None => Rows::default(),
            };
            CheckInPayload { user_errors, nearest_sites, ..CheckInPayload::default() }
        }
    })
}

fn too_many(items: usize) -> Refusal {
    Refusal::new(RefusalCode::TooLarge, "items", message!(BatchTooLarge { items, limit: BATCH_LIMIT }))
}
