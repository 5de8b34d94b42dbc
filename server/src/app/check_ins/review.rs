//! Decides about check-ins, and appeals against decisions.

use chrono::{DateTime, Utc};
use domain::{
    check_ins::review::{self, Ineligibility, Reviewer, Subject},
    permission::Viewer,
};
use entity::{
    appeal, assessment, check_in, decision,
    ids::{AccountId, CheckInId, PhotoId},
    person,
    values::{DecisionReason, Rank, Verdict},
};
use messages::message;
use sea_orm::ConnectionTrait;

use super::{
    chain::Record,
    inspection::queue_inspection,
    submission::{NOTE_LIMIT, PHOTO_LIMIT},
};
use crate::{
    app::{
        App, Broken, Failure, Refusal, RefusalCode, policy,
        visits::counting::{self, Standing},
    },
    store::{self, Transaction, scope::Scope},
};

/// A decision to be made.
#[derive(Clone, Debug)]
pub struct ReviewRequest {
    /// The check-in.
    pub check_in: CheckInId,
    /// Verified or rejected.
    pub verdict: Verdict,
    /// Why.
    pub reason: DecisionReason,
    /// What there is to say.
    pub note: String,
}

/// An appeal to be made.
#[derive(Clone, Debug)]
pub struct AppealRequest {
    /// The check-in.
    pub check_in: CheckInId,
    /// What the subject says.
    pub statement: String,
    /// Photos uploaded as new evidence.
    pub photos: Vec<PhotoId>,
}

impl App {
    /// Decides about a check-in: by the office, by nobody who is its subject or answers to them.
    pub async fn review_check_in(
        &self,
        viewer: &Viewer,
        scope: Scope,
        request: ReviewRequest,
    ) -> Result<check_in::Model, Failure> {
        check_note("note", &request.note)?;
        if !review::explains(request.reason, request.verdict) {
            return Err(unexplained().into());
        }
        let check_in = self.visible_check_in(scope, request.check_in).await?;
        let transaction = self.database.begin().await?;
        let tally = lock(&transaction, &check_in).await?;
        let mut decisions = store::decision::of_check_ins(&transaction, [check_in.id]).await?;
        let appeals = store::decision::appeals(&transaction, [check_in.id]).await?;
        let appeal = waiting_appeal(&appeals, &decisions);
        let before: Vec<AccountId> = decisions.iter().map(|decision| decision.account_id).collect();
        let (reviewer, subject) = parties(&transaction, viewer, &check_in).await?;
        review::may_decide(&reviewer, &subject, &before, appeal.is_some()).map_err(barred)?;
        let assessments = store::assessment::of_check_ins(&transaction, [check_in.id]).await?;
        let assessment = assessments.last().ok_or_else(|| counting::missing(check_in.id))?;
        if counting::standing_of(assessment, &decisions, &[]) == Verdict::PendingEvidence {
            return Err(too_early().into());
        }
        let decision = decision::Model {
            id: self.clock.id(),
            check_in_id: check_in.id,
            sequence: i32::try_from(decisions.len()).unwrap_or(i32::MAX - 1) + 1,
            account_id: viewer.account,
            appeal_id: appeal.map(|appeal| appeal.id),
            assessment_id: assessment.id,
            verdict: request.verdict,
            reason: request.reason,
            note: request.note,
            decided_at: self.clock.now(),
        };
        let record = Record::decision(&decision);
        decisions.push(decision.clone());
        store::decision::append(&transaction, decision).await?;
        let verdict = counting::standing_of(assessment, &decisions, &appeals);
        let standing = Standing { assessment: assessment.id, verdict };
        counting::apply_standing(&transaction, &self.clock, &check_in, standing, &tally, &[record]).await?;
        transaction.commit().await?;
        self.feed.wake();
        Ok(check_in)
    }

    /// Appeals against a rejection: by its subject, once, within the policy's days. It is for review again then.
    pub async fn appeal_check_in(
        &self,
        viewer: &Viewer,
        scope: Scope,
        request: AppealRequest,
    ) -> Result<check_in::Model, Failure> {
        check_statement(&request)?;
        let check_in = self.visible_check_in(scope, request.check_in).await?;
        if !viewer.is(check_in.person_id) {
            return Err(not_subject().into());
        }
        let photos = self.usable_photos(check_in.person_id, &request.photos).await?;
        let transaction = self.database.begin().await?;
        let tally = lock(&transaction, &check_in).await?;
        let now = self.clock.now();
        let assessments = store::assessment::of_check_ins(&transaction, [check_in.id]).await?;
        let assessment = assessments.last().ok_or_else(|| counting::missing(check_in.id))?;
        let decisions = store::decision::of_check_ins(&transaction, [check_in.id]).await?;
        let (stands, given_at) = standing(assessment, &decisions);
        let days = policy::versions(&transaction).await?.at(now)?.thresholds.appeal_days;
        if !store::decision::appeals(&transaction, [check_in.id]).await?.is_empty() {
            return Err(appealed_before().into());
        }
        if !review::appeal_open(stands, given_at, days, now) {
            return Err(not_open(days).into());
        }
        let known = store::photo::of_check_ins(&transaction, [check_in.id]).await?.len();
        for (place, photo) in photos.iter().enumerate() {
            let ordinal = i32::try_from(known + place).unwrap_or(i32::MAX);
            if !store::photo::attach(&transaction, photo.id, check_in.person_id, check_in.id, ordinal).await? {
                transaction.rollback().await?;
                return Err(self.no_longer_usable(check_in.person_id, photo.id, place).await?.into());
            }
        }
        let ids: Vec<PhotoId> = photos.iter().map(|photo| photo.id).collect();
        queue_inspection(&transaction, &ids, now).await?;
        let appeal = appeal::Model {
            id: self.clock.id(),
            check_in_id: check_in.id,
            person_id: check_in.person_id,
            statement: request.statement,
            photos: serde_json::to_string(&ids).map_err(|error| Broken::failed("the photos of an appeal", error))?,
            appealed_at: now,
        };
        let record = Record::appeal(&appeal);
        let verdict = counting::standing_of(assessment, &decisions, std::slice::from_ref(&appeal));
        store::decision::insert_appeal(&transaction, appeal).await?;
        let standing = Standing { assessment: assessment.id, verdict };
        counting::apply_standing(&transaction, &self.clock, &check_in, standing, &tally, &[record]).await?;
        transaction.commit().await?;
        self.feed.wake();
        self.photo_waits.notify_one();
        Ok(check_in)
    }

    /// What somebody is told whom the permission table does not let decide: that, of a check-in they see.
    pub async fn may_not_decide(&self, scope: Scope, check_in: CheckInId) -> Failure {
        match self.visible_check_in(scope, check_in).await {
            Ok(_) => not_office().into(),
            Err(failure) => failure,
        }
    }

    async fn visible_check_in(&self, scope: Scope, id: CheckInId) -> Result<check_in::Model, Failure> {
        let found = store::check_in::find(self.database.reader(), scope, [id]).await?.pop();
        Ok(found.ok_or_else(Refusal::check_in_not_found)?)
    }
}

async fn lock(transaction: &Transaction, check_in: &check_in::Model) -> Result<entity::weekly_tally::Model, Broken> {
    let week = counting::week_of(check_in);
    Ok(store::weekly_tally::lock(transaction, check_in.project_id, check_in.person_id, week).await?)
}

fn waiting_appeal<'a>(appeals: &'a [appeal::Model], decisions: &[decision::Model]) -> Option<&'a appeal::Model> {
    appeals.iter().find(|appeal| !decisions.iter().any(|decision| decision.appeal_id == Some(appeal.id)))
}

/// How a check-in stands, and since when.
fn standing(last: &assessment::Model, decisions: &[decision::Model]) -> (Verdict, DateTime<Utc>) {
    let given_at = decisions.last().map_or(last.assessed_at, |decision| decision.decided_at);
    (counting::standing_of(last, decisions, &[]), given_at)
}

async fn parties(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    check_in: &check_in::Model,
) -> Result<(Reviewer, Subject), Broken> {
    let ids = viewer.person.into_iter().chain([check_in.person_id]);
    let people = store::person::find(connection, ids).await?;
    let find = |id| people.iter().find(|person: &&person::Model| person.id == id);
    let subject = find(check_in.person_id).ok_or_else(|| counting::missing(check_in.id))?;
    let own = viewer.person.and_then(find);
    let led_by_subject = match viewer.person {
        Some(person) => store::decision::serves_under(connection, person, check_in.person_id).await?,
        None => false,
    };
    let reviewer = Reviewer {
        account: viewer.account,
        person: viewer.person,
        organisation: own.and_then(|person| person.organisation_id),
        rank: own.map_or(Rank::Other, |person| person.rank),
        led_by_subject,
    };
    let subject = Subject { person: subject.id, organisation: subject.organisation_id, rank: subject.rank };
    Ok((reviewer, subject))
}

fn check_note(field: &str, text: &str) -> Result<(), Failure> {
    if text.chars().count() > NOTE_LIMIT || text.contains('\0') {
        return Err(Refusal::new(RefusalCode::TooLarge, field, message!(NoteMalformed { limit: NOTE_LIMIT })).into());
    }
    Ok(())
}

fn check_statement(request: &AppealRequest) -> Result<(), Failure> {
    check_note("statement", &request.statement)?;
    if request.statement.trim().is_empty() {
        let message = message!(AppealWithoutReason);
        return Err(Refusal::new(RefusalCode::Invalid, "statement", message).into());
    }
    if request.photos.len() > PHOTO_LIMIT {
        let message = message!(AppealPhotosTooMany { limit: PHOTO_LIMIT });
        return Err(Refusal::new(RefusalCode::TooLarge, "photoIds", message).into());
    }
    Ok(())
}

fn barred(bar: Ineligibility) -> Refusal {
    let message = match bar {
        Ineligibility::Subject => message!(ReviewOwn),
        Ineligibility::Subordinate => message!(ReviewOfSuperior),
        Ineligibility::DecidedBefore => message!(ReviewBySamePerson),
    };
    Refusal::new(RefusalCode::MayNotDecide, "checkInId", message)
}

fn not_office() -> Refusal {
    let message = message!(ReviewByOfficeOnly);
    Refusal::new(RefusalCode::MayNotDecide, "checkInId", message)
}

fn unexplained() -> Refusal {
    Refusal::new(RefusalCode::Invalid, "reason", message!(ReviewUnexplained))
}

fn too_early() -> Refusal {
    Refusal::new(RefusalCode::Invalid, "checkInId", message!(ReviewTooEarly))
}

fn not_subject() -> Refusal {
    Refusal::new(RefusalCode::MayNotAppeal, "checkInId", message!(AppealBySubjectOnly))
}

fn appealed_before() -> Refusal {
    Refusal::new(RefusalCode::MayNotAppeal, "checkInId", message!(AppealedBefore))
}

fn not_open(days: u32) -> Refusal {
    Refusal::new(RefusalCode::MayNotAppeal, "checkInId", message!(AppealNotOpen { days }))
}
