//! The steps of the story, one function each.

use chrono::TimeDelta;
use entity::values::{AssessmentTrigger, Datum, FindingCode, FindingOutcome, PhotoState, Verdict};

use super::{
    Undone,
    cast::Place,
    judges::Waiting,
    page,
    phone::{Draft, Uploaded},
    photo::Shot,
    row::Row,
    story::{Echo, Story},
    wire::{CheckIn, Finding, Judged},
};

/// How slow the late phone's clock is.
const SLOW: TimeDelta = TimeDelta::minutes(4);
const TWO_DAYS: TimeDelta = TimeDelta::days(2);

impl Story<'_> {
    /// All steps, in order.
    pub(super) async fn tell(&mut self) -> Result<Vec<Row>, Undone> {
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
    async fn inside(&mut self) -> Result<(Row, Draft), Undone> {
        begin("1  Inside, with a photo");
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.first.places[0]);
        let mut draft = self.draft(place, self.arrival)?;
        let photo = self.shot(&draft).jpeg()?;
        let sent = format!("{}, a photo of {}\u{a0}kB", whereabouts(place, &draft), photo.len() / 1000);
        let mut row = Row::new("1 inside, with a photo", leader, place, sent);

        let ticket = leader.phone.request_upload(&photo).await?;
        let uploaded = leader.phone.upload(&ticket, photo.clone()).await?;
        row.expect("upload", &uploaded, &Uploaded { status: 201, refusal: None });
        draft.photos.push(ticket.photo);
        let answer = leader.phone.check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok((row, draft)) };

        let echo = Echo { judgements: 2, changes: 2, ..Echo::of(Verdict::Verified) };
        self.hear(&mut row, place, &draft, echo).await;
        let check_in = leader.phone.look_up(&check_in.id).await?;
        row.judged(&check_in, "");
        row.why.extend(both(finding(&check_in, FindingCode::PhotoIntact)));
        row.expect_record(&check_in, Verdict::Verified, self.day(draft.at));
        row.expect(
            "assessments",
            &check_in.assessments,
            &vec![
                Judged { trigger: AssessmentTrigger::Submission, verdict: Verdict::PendingEvidence },
                Judged { trigger: AssessmentTrigger::PhotoInspection, verdict: Verdict::Verified },
            ],
        );
        let states: Vec<_> = check_in.photos.iter().map(|photo| photo.state).collect();
        row.expect("photos", &states, &vec![PhotoState::Intact]);
        if let Some(url) = check_in.photos.first().and_then(|photo| photo.download_url.as_ref()) {
            row.expect_that(leader.phone.download(url).await? == photo, "the photo came back changed");
        } else {
            row.wrong.push("its owner can't fetch the photo".to_owned());
        }
        Ok((row, draft))
    }

    /// So near the edge that the error disc lies partly within the tolerance: for a person.
    async fn on_the_edge(&mut self) -> Result<(Row, Option<Waiting>), Undone> {
        begin("2  On the edge");
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[0]);
        let position = place.site.beside(place.site.tolerance_m / 2.0)?;
        let draft = Draft { position, accuracy_m: place.site.tolerance_m + 5.0, ..self.draft(place, self.arrival)? };
        let mut row = Row::new("2 on the edge", leader, place, whereabouts(place, &draft));
        let answer = leader.phone.check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok((row, None)) };
        row.expect_record(&check_in, Verdict::NeedsReview, self.day(draft.at));
        let found = finding(&check_in, FindingCode::Position);
        row.expect("position", &found.map(|found| found.outcome), &Some(FindingOutcome::Review));
        let probability = found.and_then(|found| found.probability);
        row.expect_that(probability.is_some_and(|p| p > 0.0 && p < 1.0), "no probability between 0 and 1");
        self.hear(&mut row, place, &draft, Echo::of(Verdict::NeedsReview)).await;
        Ok((row, Some(Waiting { draft, id: check_in.id })))
    }

    /// 800 m outside: contradicted.
    async fn outside(&mut self) -> Result<(Row, Option<Waiting>), Undone> {
        begin("3  Outside");
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[1]);
        // As long as the way from the other site takes.
        let draft = self.draft(place, self.arrival + TimeDelta::minutes(18))?;
        let draft = Draft { position: place.site.outside(800.0)?, ..draft };
        let sent = format!("{}, 18 minutes later", whereabouts(place, &draft));
        let mut row = Row::new("3 outside", leader, place, sent);
        let answer = leader.phone.check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok((row, None)) };
        row.expect_record(&check_in, Verdict::Rejected, self.day(draft.at));
        let found = finding(&check_in, FindingCode::Position);
        row.expect("position", &found.map(|found| found.outcome), &Some(FindingOutcome::Fail));
        let measured = found.and_then(|found| found.measured);
        row.expect_that(measured.is_some_and(|metres| (metres - 800.0).abs() < 1.0), "it was not measured as 800 m");
        self.hear(&mut row, place, &draft, Echo::of(Verdict::Rejected)).await;
        Ok((row, Some(Waiting { draft, id: check_in.id })))
    }

    /// The same check-in again: on record already.
    async fn again(&self, first: &Draft) -> Result<Row, Undone> {
        begin("4  Twice");
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.first.places[0]);
        let mut row = Row::new("4a the same again", leader, place, "the check-in of step 1 once more".to_owned());
        let answer = leader.phone.check_in(first).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok(row) };
        row.expect("alreadyRecorded", &answer.already_recorded, &true);
        row.expect_record(&check_in, Verdict::Verified, self.day(first.at));
        row.expect("check-ins of the visit", &check_in.visit.check_in_count, &1);
        Ok(row)
    }

    /// Another check-in on the same day: still one visit.
    async fn second(&mut self, first: &Draft) -> Result<Row, Undone> {
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.first.places[0]);
        let draft = self.draft(place, first.at + TimeDelta::minutes(15))?;
        let sent = format!("{}, 15 minutes later", whereabouts(place, &draft));
        let mut row = Row::new("4b a second that day", leader, place, sent);
        let answer = leader.phone.check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok(row) };
        row.decided += ", one visit with step 1";
        row.expect("alreadyRecorded", &answer.already_recorded, &false);
        row.expect_record(&check_in, Verdict::Verified, self.day(first.at));
        row.expect("check-ins of the visit", &check_in.visit.check_in_count, &2);
        self.hear(&mut row, place, &draft, Echo { changes: 0, ..Echo::of(Verdict::Verified) }).await;
        Ok(row)
    }

    /// Captured offline two days ago on a slow phone, and sent now: counts when it was captured.
    async fn late(&mut self) -> Result<Row, Undone> {
        begin("5  Late, and by a slow clock");
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.first.places[1]);
        let draft = self.draft(place, self.arrival - TWO_DAYS)?;
        let sent = format!("{}, two days ago, by a clock 4 minutes slow", whereabouts(place, &draft));
        let mut row = Row::new("5 late", leader, place, sent);
        let answer = leader.phone.with_clock_ahead(-SLOW).check_in(&draft).await?;
        let Some(check_in) = row.recorded(&answer) else { return Ok(row) };
        let day = self.day(draft.at);
        row.expect_record(&check_in, Verdict::Verified, day);
        row.decided += &format!(", on {day} in {}", check_in.visit.week);
        let off = check_in.corrected_at - draft.at;
        row.expect_that(off.abs() < TimeDelta::seconds(10), "the time of capture was not corrected");
        let clock = finding(&check_in, FindingCode::Clock);
        row.expect("clock", &clock.map(|found| found.outcome), &Some(FindingOutcome::Pass));
        row.why = both(clock);
        self.hear(&mut row, place, &draft, Echo::of(Verdict::Verified)).await;
        Ok(row)
    }

    /// An offline queue of four, one of which can't be recorded.
    async fn queue(&mut self) -> Result<Vec<Row>, Undone> {
        begin("6  An offline queue");
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
        let extra =
            [", two weeks ago", ", last week, told in BD-09", ", a photo that was never uploaded", ", told in GCJ-02"];
        let mut rows = Vec::new();
        for ((draft, extra), letter) in drafts.iter().zip(extra).zip("abcd".chars()) {
            let sent = format!("{}{extra}", whereabouts(place, draft));
            rows.push(Row::new(&format!("6{letter} queued offline"), leader, place, sent));
        }
        let answers = leader.phone.check_ins(&drafts).await?;
        for ((draft, row), answer) in drafts.iter().zip(&mut rows).zip(&answers) {
            row.expect("answers", &answers.len(), &drafts.len());
            if !draft.photos.is_empty() {
                row.refused(answer, "PHOTO_NOT_UPLOADED");
            } else if let Some(check_in) = row.recorded(answer) {
                row.expect_record(&check_in, Verdict::Verified, self.day(draft.at));
                row.decided += &format!(", in {}", check_in.visit.week);
                self.hear(row, place, draft, Echo::of(Verdict::Verified)).await;
            }
        }
        Ok(rows)
    }

    /// A project the leader has nothing to do with: not theirs to see.
    async fn foreign_project(&self) -> Result<Row, Undone> {
        begin("7  Someone else's project");
        let cast = self.cast;
        let (leader, place) = (&cast.first, &cast.second.places[1]);
        let draft = self.draft(place, self.arrival)?;
        let mut row = Row::new("7 not their project", leader, place, whereabouts(place, &draft));
        let answer = leader.phone.check_in(&draft).await?;
        row.refused(&answer, "PROJECT_NOT_FOUND");
        Ok(row)
    }

    /// A photo whose bytes are not the announced ones: the store does not take it.
    async fn other_bytes(&self) -> Result<Row, Undone> {
        begin("8  A photo that is not the announced one");
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[1]);
        let announced = self.shot(&self.draft(place, self.arrival)?).jpeg()?;
        let mut row = Row::new("8 bytes not announced", leader, place, "a photo with one byte changed".to_owned());
        let ticket = leader.phone.request_upload(&announced).await?;
        let mut other = announced;
        if let Some(byte) = other.last_mut() {
            *byte = !*byte;
        }
        let uploaded = leader.phone.upload(&ticket, other).await?;
        let code = uploaded.refusal.as_ref().map(|refusal| refusal.code.as_str()).unwrap_or_default();
        row.expect("upload", &(uploaded.status, code), &(422, "DIGEST_MISMATCH"));
        let why = uploaded.refusal.iter().flat_map(|refusal| [refusal.message_zh.clone(), refusal.message.clone()]);
        row.decide(format!("not stored: {} {code}", uploaded.status), why.collect());
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

fn begin(title: &str) {
    page::heading(title);
}

fn whereabouts(place: &Place, draft: &Draft) -> String {
    let distance = place.site.distance_m(draft.position);
    let side = if distance < 0.0 { "inside" } else { "outside" };
    format!("{:.0}\u{a0}m {side} ±\u{a0}{:.0}\u{a0}m", distance.abs(), draft.accuracy_m)
}

fn finding(check_in: &CheckIn, code: FindingCode) -> Option<&Finding> {
    check_in.assessment.findings.iter().find(|finding| finding.code == code)
}

/// A finding in both languages.
fn both(finding: Option<&Finding>) -> Vec<String> {
    finding.map(|finding| vec![finding.zh.clone(), finding.en.clone()]).unwrap_or_default()
}
