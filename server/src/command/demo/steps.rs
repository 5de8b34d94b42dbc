//! The steps of the story, one function each.

use chrono::TimeDelta;
use client::{CheckIn, Finding, Judged, Uploaded};
use entity::values::{AssessmentTrigger, Datum, FindingCode, FindingOutcome, PhotoState, Verdict};
use messages::{message, whole};

use super::{
    CommandError,
    cast::Place,
    judges::Waiting,
    page,
    phone::Draft,
    photo::Shot,
    row::{Row, Step},
    story::{Echo, Story},
    words,
};
use crate::command::speech::of_both;

/// How slow the late phone's clock is.
const SLOW: TimeDelta = TimeDelta::minutes(4);
const TWO_DAYS: TimeDelta = TimeDelta::days(2);

impl Story<'_> {
    /// All steps, in order.
    pub(super) async fn tell(&mut self) -> Result<Vec<Row>, CommandError> {
        let (inside, first) = self.inside().await?;
        let (on_the_edge, to_review) = self.on_the_edge().await?;
        let (outside, rejected) = self.outside().await?;
        let mut rows = vec![
            inside,
            on_the_edge,
            outside,
            self.again(&first).await?,
            self.second(&first).await?,
            self.late().await?,
        ];
        rows.extend(self.queue().await?);
        rows.push(self.foreign_project().await?);
        rows.push(self.other_bytes().await?);
        if let Some(waiting) = to_review {
            rows.push(self.review(&waiting).await?);
        }
        if let Some(waiting) = rejected {
            rows.extend(self.appeal(&waiting).await?);
        }
        Ok(rows)
    }

    /// Inside, with a photo: pending until the photo was inspected.
    async fn inside(&mut self) -> Result<(Row, Draft), CommandError> {
        page::chapter("1", &words!(DemoHeadingInside));
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.first.places[0]);
        let mut draft = self.draft(place, self.arrival)?;
        let photo = self.shot(&draft).jpeg()?;
        let sent = words!(DemoSentWithPhoto { position: position_told(place, &draft), size: photo.len() / 1000 });
        let mut row = Row::new(Step::new("1", words!(DemoStepInside)), leader, place, sent);

        let ticket = leader.phone.request_upload(&photo).await?;
        let uploaded = leader.phone.upload(&ticket, photo.clone()).await?;
        row.expect(message!(DemoUpload), &uploaded, &Uploaded { status: 201, refusal: None });
        draft.photos.push(ticket.photo);
        let answer = leader.phone.check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok((row, draft)) };

        let echo = Echo { judgements: 2, changes: 2, ..Echo::of(Verdict::Verified) };
        self.hear(&mut row, place, &draft, echo).await;
        let check_in = leader.phone.look_up(&check_in.id).await?;
        row.judged(&check_in, false);
        row.why.extend(told(finding(&check_in, FindingCode::PhotoIntact)));
        row.expect_record(&check_in, Verdict::Verified, self.day(draft.at));
        row.expect(
            message!(DemoAssessments),
            &check_in.assessments,
            &vec![
                Judged { trigger: AssessmentTrigger::Submission, verdict: Verdict::PendingEvidence },
                Judged { trigger: AssessmentTrigger::PhotoInspection, verdict: Verdict::Verified },
            ],
        );
        let states: Vec<_> = check_in.photos.iter().map(|photo| photo.state).collect();
        row.expect(message!(DemoPhotos), &states, &vec![PhotoState::Intact]);
        if let Some(url) = check_in.photos.first().and_then(|photo| photo.download_url.as_ref()) {
            row.expect_that(leader.phone.download(url).await? == photo, &message!(DemoPhotoChanged));
        } else {
            row.wrong.push(words!(DemoPhotoNotFetched));
        }
        Ok((row, draft))
    }

    /// So near the edge that the error disc lies partly within the tolerance: for a person.
    async fn on_the_edge(&mut self) -> Result<(Row, Option<Waiting>), CommandError> {
        page::chapter("2", &words!(DemoHeadingEdge));
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[0]);
        let position = place.site.beside(place.site.tolerance_m / 2.0)?;
        let draft = Draft { position, accuracy_m: place.site.tolerance_m + 5.0, ..self.draft(place, self.arrival)? };
        let mut row = Row::new(Step::new("2", words!(DemoStepEdge)), leader, place, position_told(place, &draft));
        let answer = leader.phone.check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok((row, None)) };
        row.expect_record(&check_in, Verdict::NeedsReview, self.day(draft.at));
        let found = finding(&check_in, FindingCode::Position);
        row.expect(message!(DemoFindingOfPosition), &found.map(|found| found.outcome), &Some(FindingOutcome::Review));
        let probability = found.and_then(|found| found.probability);
        row.expect_that(probability.is_some_and(|p| p > 0.0 && p < 1.0), &message!(DemoNoProbability));
        self.hear(&mut row, place, &draft, Echo::of(Verdict::NeedsReview)).await;
        Ok((row, Some(Waiting { draft, id: check_in.id })))
    }

    /// 800 m outside: contradicted.
    async fn outside(&mut self) -> Result<(Row, Option<Waiting>), CommandError> {
        page::chapter("3", &words!(DemoHeadingOutside));
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[1]);
        // As long as the way from the other site takes.
        let draft = self.draft(place, self.arrival + TimeDelta::minutes(18))?;
        let draft = Draft { position: place.site.outside(800.0)?, ..draft };
        let sent = words!(DemoSent18MinutesLater { position: position_told(place, &draft) });
        let mut row = Row::new(Step::new("3", words!(DemoStepOutside)), leader, place, sent);
        let answer = leader.phone.check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok((row, None)) };
        row.expect_record(&check_in, Verdict::Rejected, self.day(draft.at));
        let found = finding(&check_in, FindingCode::Position);
        row.expect(message!(DemoFindingOfPosition), &found.map(|found| found.outcome), &Some(FindingOutcome::Fail));
        let measured = found.and_then(|found| found.measured);
        row.expect_that(measured.is_some_and(|metres| (metres - 800.0).abs() < 1.0), &message!(DemoNotMeasured));
        self.hear(&mut row, place, &draft, Echo::of(Verdict::Rejected)).await;
        Ok((row, Some(Waiting { draft, id: check_in.id })))
    }

    /// The same check-in again: on record already.
    async fn again(&self, first: &Draft) -> Result<Row, CommandError> {
        page::chapter("4", &words!(DemoHeadingTwice));
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.first.places[0]);
        let mut row = Row::new(Step::new("4a", words!(DemoStepAgain)), leader, place, words!(DemoSentAgain));
        let answer = leader.phone.check_in(first).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok(row) };
        row.expect(message!(DemoAlreadyRecorded), &answer.already_recorded, &true);
        row.expect_record(&check_in, Verdict::Verified, self.day(first.at));
        row.expect(message!(DemoCheckInsOfVisit), &check_in.visit.check_in_count, &1);
        Ok(row)
    }

    /// Another check-in on the same day: still one visit.
    async fn second(&mut self, first: &Draft) -> Result<Row, CommandError> {
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.first.places[0]);
        let draft = self.draft(place, first.at + TimeDelta::minutes(15))?;
        let sent = words!(DemoSent15MinutesLater { position: position_told(place, &draft) });
        let mut row = Row::new(Step::new("4b", words!(DemoStepSecond)), leader, place, sent);
        let answer = leader.phone.check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok(row) };
        row.decided = words!(DemoOneVisit { decided: &row.decided });
        row.expect(message!(DemoAlreadyRecorded), &answer.already_recorded, &false);
        row.expect_record(&check_in, Verdict::Verified, self.day(first.at));
        row.expect(message!(DemoCheckInsOfVisit), &check_in.visit.check_in_count, &2);
        self.hear(&mut row, place, &draft, Echo { changes: 0, ..Echo::of(Verdict::Verified) }).await;
        Ok(row)
    }

    /// Captured offline two days ago on a slow phone, and sent now: counts when it was captured.
    async fn late(&mut self) -> Result<Row, CommandError> {
        page::chapter("5", &words!(DemoHeadingLate));
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.first.places[1]);
        let draft = self.draft(place, self.arrival - TWO_DAYS)?;
        let sent = words!(DemoSentByASlowClock { position: position_told(place, &draft) });
        let mut row = Row::new(Step::new("5", words!(DemoStepLate)), leader, place, sent);
        let answer = leader.phone.with_clock_ahead(-SLOW).check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok(row) };
        let day = self.day(draft.at);
        row.expect_record(&check_in, Verdict::Verified, day);
        row.decided = words!(DemoOnADay { decided: &row.decided, day: day.to_string(), week: &check_in.visit.week });
        let off = check_in.corrected_at - draft.at;
        row.expect_that(off.abs() < TimeDelta::seconds(10), &message!(DemoNotCorrected));
        let clock = finding(&check_in, FindingCode::Clock);
        row.expect(message!(DemoFindingOfClock), &clock.map(|found| found.outcome), &Some(FindingOutcome::Pass));
        row.why = told(clock);
        self.hear(&mut row, place, &draft, Echo::of(Verdict::Verified)).await;
        Ok(row)
    }

    /// An offline queue of four, one of which can't be recorded.
    async fn queue(&mut self) -> Result<Vec<Row>, CommandError> {
        page::chapter("6", &words!(DemoHeadingQueue));
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.first.places[2]);
        let days_ago = |days| self.draft(place, self.arrival - TimeDelta::days(days));
        let never_sent = days_ago(1)?;
        let ticket = leader.phone.request_upload(b"a photo that stays on the phone").await?;
        let drafts = [
            days_ago(14)?,
            Draft { datum: Datum::Bd09, ..days_ago(7)? },
            Draft { photos: vec![ticket.photo], ..never_sent },
            // Between the two check-ins of step 4, with time enough for the way.
            Draft { datum: Datum::Gcj02, ..self.draft(place, self.arrival + TimeDelta::minutes(7))? },
        ];
        let stood = |at: usize| position_told(place, &drafts[at]);
        let sent = [
            words!(DemoSentTwoWeeksAgo { position: stood(0) }),
            words!(DemoSentLastWeek { position: stood(1) }),
            words!(DemoSentWithoutUpload { position: stood(2) }),
            words!(DemoSentInGcj02 { position: stood(3) }),
        ];
        let numbers = ["6a", "6b", "6c", "6d"];
        let row = |(number, sent)| Row::new(Step::new(number, words!(DemoStepQueued)), leader, place, sent);
        let mut rows: Vec<Row> = numbers.into_iter().zip(sent).map(row).collect();
        let answers = leader.phone.check_ins(&drafts).await?;
        for ((draft, row), answer) in drafts.iter().zip(&mut rows).zip(&answers) {
            row.expect(message!(DemoAnswers), &answers.len(), &drafts.len());
            if !draft.photos.is_empty() {
                row.refused(answer, "PHOTO_NOT_UPLOADED");
            } else if let Some(check_in) = row.recorded(answer) {
                row.expect_record(&check_in, Verdict::Verified, self.day(draft.at));
                row.decided = words!(DemoInAWeek { decided: &row.decided, week: &check_in.visit.week });
                self.hear(row, place, draft, Echo::of(Verdict::Verified)).await;
            }
        }
        Ok(rows)
    }

    /// A project the leader has nothing to do with: not theirs to see.
    async fn foreign_project(&self) -> Result<Row, CommandError> {
        page::chapter("7", &words!(DemoHeadingForeign));
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.second.places[1]);
        let draft = self.draft(place, self.arrival)?;
        let mut row = Row::new(Step::new("7", words!(DemoStepForeign)), leader, place, position_told(place, &draft));
        let answer = leader.phone.check_in(&draft).await?;
        row.refused(&answer, "PROJECT_NOT_FOUND");
        Ok(row)
    }

    /// A photo whose bytes are not the announced ones: the store does not take it.
    async fn other_bytes(&self) -> Result<Row, CommandError> {
        page::chapter("8", &words!(DemoHeadingOtherBytes));
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[1]);
        let announced = self.shot(&self.draft(place, self.arrival)?).jpeg()?;
        let mut row = Row::new(Step::new("8", words!(DemoStepOtherBytes)), leader, place, words!(DemoSentChangedPhoto));
        let ticket = leader.phone.request_upload(&announced).await?;
        let mut other = announced;
        if let Some(byte) = other.last_mut() {
            *byte = !*byte;
        }
        let uploaded = leader.phone.upload(&ticket, other).await?;
        let code = uploaded.refusal.as_ref().map(|refusal| refusal.code.as_str()).unwrap_or_default();
        row.expect(message!(DemoUpload), &(uploaded.status, code), &(422, "DIGEST_MISMATCH"));
        let why = uploaded.refusal.iter().flat_map(|refusal| of_both(&refusal.message_zh, &refusal.message));
        row.decide(words!(DemoNotStored { status: uploaded.status, code }), why.collect());
        Ok(row)
    }

    fn shot(&self, draft: &Draft) -> Shot {
        Shot {
            position: draft.position,
            accuracy_m: draft.accuracy_m,
            taken_at: draft.at.with_timezone(&self.cast.zone),
        }
    }
}

/// Where a phone says it stands, and how accurately.
fn position_told(place: &Place, draft: &Draft) -> String {
    let distance = place.site.distance_m(draft.position);
    words!(DemoPosition { inside: distance < 0.0, distance: whole(distance.abs()), accuracy: whole(draft.accuracy_m) })
}

fn finding(check_in: &CheckIn, code: FindingCode) -> Option<&Finding> {
    check_in.assessment.findings.iter().find(|finding| finding.code == code)
}

/// What a finding says.
fn told(finding: Option<&Finding>) -> Vec<String> {
    finding.map(|finding| of_both(&finding.zh, &finding.en)).unwrap_or_default()
}
