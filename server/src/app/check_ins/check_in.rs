//! Checks in: authorise, load, judge, store, publish.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    check_ins::{capture_time::Transmission, evidence::Finding},
    permission::Viewer,
    policy::Policy,
    visits::{obligation::Tenure, week::local_date},
};
use entity::{
    check_in,
    ids::{PersonId, PhotoId},
    photo, project, signed_text, team_role,
    values::{FindingCode, FindingOutcome, PhotoState},
};
use messages::message;

use super::{
    chain::Record,
    fixes::further_rows,
    inspection::queue_inspection,
    judging::{self, JudgementKind},
    submission::{CheckInRequest, Submission},
};
use crate::{
    app::{
        App, Arrivals, Failure, Refusal, RefusalCode, policy,
        visits::counting::{self, Trigger},
    },
    store::{self, scope::Scope},
};

/// Check-ins from the same boot that are looked at, where one came late: more than two queues.
const OF_BOOT: u64 = 256;

/// A check-in that is on record.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// As it was sent.
    pub check_in: check_in::Model,
    /// Whether it had been recorded by an earlier request already.
    pub replayed: bool,
}

impl App {
    /// Records a check-in of the viewer and judges it.
    ///
    /// Sending the same content under the same id again returns what was recorded first. Being outside the site is
    /// a verdict, not a failure.
    ///
    /// It was `received_at` when the head of its request arrived; what its body, its execution, or others before it in a
    /// queue took since then says nothing of the phone's clock. `arrivals` is what was asked about the photos of a whole queue; without it, they are asked for here.
    pub async fn check_in(
        &self,
        viewer: &Viewer,
        scope: Scope,
        request: CheckInRequest,
        received_at: DateTime<Utc>,
        arrivals: Option<&Arrivals>,
    ) -> Result<Recorded, Failure> {
        let person = viewer.person.ok_or_else(Refusal::not_a_person)?;
        let submission = Submission::parse(request).map_err(Failure::Refused)?;
        if let Some(replayed) = self.replay(person, &submission).await? {
            return Ok(replayed);
        }
        let policies = policy::versions(self.database.reader()).await?;
        let latency = self.latency(person, &submission, received_at).await?;
        let policy = policies.at(submission.captured(received_at, latency))?;
        let check_in = row(&submission, person, received_at, latency, policy);
        self.authorise(scope, &check_in, local_date(received_at, policy.time_zone)).await?;
        let usable = match arrivals {
            Some(arrivals) => self.usable_of(arrivals, &submission.photos),
            None => self.usable_photos(person, &submission.photos).await,
        };
        let photos = match usable {
            Ok(photos) => photos,
            // Another request with this id may have taken them meanwhile: then what it left is the answer.
            Err(failure) => return self.replay(person, &submission).await?.ok_or(failure),
        };
        let kind = JudgementKind::First { latency, sent: &submission };
        let recorded = self.store_check_in(check_in, &submission, photos, policy, kind).await;
        match recorded {
            Ok(Stored::Recorded { check_in, contradicts, key_known }) => {
                // Its key may have been registered while it was being judged.
                let device = check_in.device.as_deref().filter(|_| !key_known);
                self.judge_signed_by(person, device, Some(check_in.id)).await?;
                self.feed.wake();
                if contradicts {
                    self.judge_contradicted().await;
                }
                self.photo_waits.notify_one();
                Ok(Recorded { check_in: *check_in, replayed: false })
            }
            // Another request with this id, or these photos, was faster: the answer is in what it left.
            Ok(Stored::IdTaken) => {
                let left = self.replay(person, &submission).await?;
                left.ok_or_else(|| counting::missing(submission.id).into())
            }
            Ok(Stored::PhotoTaken(place)) => {
                if let Some(replayed) = self.replay(person, &submission).await? {
                    return Ok(replayed);
                }
                Err(self.no_longer_usable(person, submission.photos[place], place).await?.into())
            }
            Err(failure) => Err(failure),
        }
    }

    /// How long a check-in was on its way, so far as what came before from the same boot of the phone tells. Nothing is asked
    /// for one that comes in time, or without a boot clock.
    async fn latency(
        &self,
        person: PersonId,
        submission: &Submission,
        received_at: DateTime<Utc>,
    ) -> Result<TimeDelta, Failure> {
        let Some(uptime) = &submission.uptime else { return Ok(TimeDelta::zero()) };
        let message = Transmission { sent_at: submission.sent_at, sent_uptime_ms: uptime.sent_ms, received_at };
        if !message.is_late() {
            return Ok(TimeDelta::zero());
        }
        let others = store::check_in::of_boot(self.database.reader(), person, &uptime.boot_id, OF_BOOT).await?;
        let sent = |other: &store::check_in::SameBootCheckIn| Transmission {
            sent_at: other.sent_at,
            sent_uptime_ms: other.sent_uptime_ms,
            received_at: other.received_at,
        };
        Ok(message.latency(&others.iter().map(sent).collect::<Vec<_>>()))
    }

    /// What an earlier request left under this id, if its content was the same.
    async fn replay(&self, person: PersonId, submission: &Submission) -> Result<Option<Recorded>, Failure> {
        let Some(check_in) = store::check_in::get(self.database.reader(), submission.id).await? else {
            return Ok(None);
        };
        if check_in.person_id == person && check_in.content_sha256 == submission.content_sha256() {
            return Ok(Some(Recorded { check_in, replayed: true }));
        }
        Err(Refusal::new(RefusalCode::Conflict, "id", message!(IdUsedOtherwise)).into())
    }

    /// Only who holds a role on the team may check in: on the day it was captured, or today.
    async fn authorise(
        &self,
        scope: Scope,
        check_in: &check_in::Model,
        today: chrono::NaiveDate,
    ) -> Result<project::Model, Failure> {
        let connection = self.database.reader();
        let project = store::project::find(connection, scope, [check_in.project_id]).await?.pop();
        let project = project.ok_or_else(|| Refusal::project_not_found("projectId"))?;
        let roles = store::team_role::of_person(connection, project.id, check_in.person_id).await?;
        let held = |role: &team_role::Model| {
            let tenure = Tenure { from: role.from_date, to: role.to_date };
            tenure.covers(check_in.local_date) || tenure.covers(today)
        };
        if !roles.iter().any(held) {
            return Err(Refusal::new(RefusalCode::NotOnTeam, "projectId", message!(NotOnTeam)).into());
        }
        if project.closed_at.is_some_and(|closed| closed <= check_in.corrected_at) {
            return Err(Refusal::new(RefusalCode::ProjectClosed, "projectId", message!(ProjectClosedAtCapture)).into());
        }
        Ok(project)
    }

    /// Writes check-in, photos, assessment, visit, tally and events in one transaction; nothing if the id or a photo
    /// was taken meanwhile.
    async fn store_check_in(
        &self,
        check_in: check_in::Model,
        submission: &Submission,
        mut photos: Vec<photo::Model>,
        policy: &Policy,
        kind: JudgementKind<'_>,
    ) -> Result<Stored, Failure> {
        let transaction = self.database.begin().await?;
        // Each of a person's check-ins is judged by the others: one after the other.
        store::person::lock(&transaction, check_in.person_id).await?;
        if !store::check_in::insert(&transaction, check_in.clone()).await? {
            transaction.rollback().await?;
            return Ok(Stored::IdTaken);
        }
        store::check_in::insert_fixes(&transaction, further_rows(check_in.id, &submission.fixes)).await?;
        if let Some(text) = submission.signed_text() {
            let text = text.to_owned();
            store::signed_text::insert(&transaction, signed_text::Model { check_in_id: check_in.id, text }).await?;
        }
        for (place, photo) in photos.iter_mut().enumerate() {
            let ordinal = i32::try_from(place).unwrap_or(i32::MAX);
            if !store::photo::attach(&transaction, photo.id, check_in.person_id, check_in.id, ordinal).await? {
                transaction.rollback().await?;
                return Ok(Stored::PhotoTaken(place));
            }
            photo.state = PhotoState::Attached;
        }
        let attached: Vec<PhotoId> = photos.iter().map(|photo| photo.id).collect();
        queue_inspection(&transaction, &attached, self.clock.now()).await?;
        let tally = store::weekly_tally::lock(
            &transaction,
            check_in.project_id,
            check_in.person_id,
            counting::week_of(&check_in),
        )
        .await?;
        let judged = self.judge(&transaction, &check_in, &photos, policy, kind).await?;
        let signed = judging::signed(&check_in, &submission.fixes, &photos);
        let record = Record::check_in(&check_in, &signed, judged.signed.as_ref());
        let trigger = Trigger::Submission(Box::new(record));
        let contradicts = counting::record(&transaction, &self.clock, &check_in, &judged, trigger, &tally).await?;
        transaction.commit().await?;
        let unknown =
            |finding: &Finding| finding.code == FindingCode::Signature && finding.outcome == FindingOutcome::Unknown;
        let key_known = !judged.judgement.findings.iter().any(unknown);
        Ok(Stored::Recorded { check_in: Box::new(check_in), contradicts, key_known })
    }
}

/// What became of an attempt to store a check-in.
enum Stored {
    /// It is on record.
    Recorded {
        check_in: Box<check_in::Model>,
        /// Whether it contradicts others.
        contradicts: bool,
        /// Whether its device, if any, is known.
        key_known: bool,
    },
    /// Another request took its id meanwhile.
    IdTaken,
    /// Another request took the photo at this place meanwhile.
    PhotoTaken(usize),
}

pub(super) fn row(
    submission: &Submission,
    person: PersonId,
    received_at: DateTime<Utc>,
    latency: TimeDelta,
    policy: &Policy,
) -> check_in::Model {
    let corrected_at = submission.captured(received_at, latency);
    let fix = submission.fixes.first();
    check_in::Model {
        id: submission.id,
        person_id: person,
        project_id: submission.project,
        captured_at: submission.captured_at,
        sent_at: submission.sent_at,
        received_at,
        corrected_at,
        local_date: local_date(corrected_at, policy.time_zone),
        latitude: fix.map(|fix| fix.latitude),
        longitude: fix.map(|fix| fix.longitude),
        datum: fix.map(|fix| fix.datum),
        accuracy_m: fix.map(|fix| fix.accuracy_m),
        fixed_at: fix.map(|fix| fix.fixed_at),
        mocked: fix.and_then(|fix| fix.mocked),
        boot_id: submission.uptime.as_ref().map(|uptime| uptime.boot_id.clone()),
        captured_uptime_ms: submission.uptime.as_ref().map(|uptime| uptime.captured_ms),
        sent_uptime_ms: submission.uptime.as_ref().map(|uptime| uptime.sent_ms),
        challenge: submission.challenge.clone(),
        device: submission.signature.as_ref().map(|signature| signature.fingerprint.clone()),
        signature: submission.signature.as_ref().map(|signature| signature.signature.clone()),
        developer_mode: submission.developer_mode,
        note: submission.note.clone(),
        content_sha256: submission.content_sha256(),
    }
}

pub(in crate::app) fn photo_used(place: usize) -> Refusal {
    Refusal::new(RefusalCode::PhotoAlreadyUsed, &format!("photoIds.{place}"), message!(PhotoUsedAlready))
}
