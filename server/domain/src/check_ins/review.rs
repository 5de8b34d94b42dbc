//! Who of the office may decide about a check-in, what they may decide, and until when its subject may appeal.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    ids::{AccountId, OrganisationId, PersonId},
    values::{DecisionReason, Rank, Verdict},
};

/// Someone who would decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// Their account.
    pub account: AccountId,
    /// The person they are, if any.
    pub person: Option<PersonId>,
    /// That person's unit.
    pub organisation: Option<OrganisationId>,
    /// That person's rank.
    pub rank: Rank,
    /// Whether that person serves on a team that the subject leads.
    pub led_by_subject: bool,
}

/// Whose check-in it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The person.
    pub person: PersonId,
    /// Their unit.
    pub organisation: Option<OrganisationId>,
    /// Their rank.
    pub rank: Rank,
}

/// Why someone may not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ineligibility {
    /// Nobody decides about themselves.
    Subject,
    /// Nobody decides about those they answer to.
    Subordinate,
    /// Whoever decided before does not answer the appeal against it.
    DecidedBefore,
}

/// Whether someone of those whom the permission table lets decide may do so here: neither the subject nor their subordinate, and about an appeal nobody
/// whose decision it is against.
///
/// A subordinate is who serves on a team the subject leads, or is of lower rank in the subject's own unit.
pub fn may_decide(
    reviewer: &Reviewer,
    subject: &Subject,
    decided_before: &[AccountId],
    appeal: bool,
) -> Result<(), Ineligibility> {
    let same_unit = reviewer.organisation.is_some() && reviewer.organisation == subject.organisation;
    if reviewer.person == Some(subject.person) {
        Err(Ineligibility::Subject)
    } else if reviewer.led_by_subject || (same_unit && reviewer.rank > subject.rank) {
        Err(Ineligibility::Subordinate)
    } else if appeal && decided_before.contains(&reviewer.account) {
        Err(Ineligibility::DecidedBefore)
    } else {
        Ok(())
    }
}

/// Whether a reason explains a verdict. People verify or reject; they leave nothing pending.
pub fn explains(reason: DecisionReason, verdict: Verdict) -> bool {
    use DecisionReason::{
        BoundaryWrong, Confirmed, EvidenceInsufficient, Fabricated, NotThere, PhotosShowSite, TechnicalFault,
    };
    match verdict {
        Verdict::Verified => matches!(reason, Confirmed | PhotosShowSite | BoundaryWrong | TechnicalFault),
        Verdict::Rejected => matches!(reason, EvidenceInsufficient | NotThere | Fabricated),
        Verdict::NeedsReview | Verdict::PendingEvidence => false,
    }
}

/// Whether the subject may still appeal against a verdict that was given at a time.
pub fn appeal_open(verdict: Verdict, given_at: DateTime<Utc>, appeal_days: u32, now: DateTime<Utc>) -> bool {
    verdict == Verdict::Rejected && now <= given_at + TimeDelta::days(appeal_days.into())
}

/// How a check-in stands: the last decision of a person, or, before there is one, the last assessment.
/// While an appeal waits, it is for review again.
pub fn standing(last_assessment: Verdict, last_decision: Option<Verdict>, appeal_waits: bool) -> Verdict {
    if appeal_waits { Verdict::NeedsReview } else { last_decision.unwrap_or(last_assessment) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use uuid::Uuid;

    const UNIT: OrganisationId = OrganisationId(Uuid::from_u128(1));
    const SUBJECT: Subject =
        Subject { person: PersonId(Uuid::from_u128(7)), organisation: Some(UNIT), rank: Rank::TownshipDeputy };

    fn office() -> Reviewer {
        Reviewer {
            account: AccountId(Uuid::from_u128(3)),
            person: Some(PersonId(Uuid::from_u128(8))),
            organisation: None,
            rank: Rank::Other,
            led_by_subject: false,
        }
    }

    #[rstest]
    #[case::the_office(office(), false, Ok(()))]
    #[case::an_account_without_a_person(Reviewer { person: None, ..office() }, false, Ok(()))]
    #[case::the_subject(Reviewer { person: Some(SUBJECT.person), ..office() }, false, Err(Ineligibility::Subject))]
    #[case::one_the_subject_leads(Reviewer { led_by_subject: true, ..office() }, false, Err(Ineligibility::Subordinate))]
    #[case::a_lower_rank_of_the_unit(Reviewer { organisation: Some(UNIT), ..office() }, false, Err(Ineligibility::Subordinate))]
    #[case::a_higher_rank_of_the_unit(Reviewer { organisation: Some(UNIT), rank: Rank::TownshipChief, ..office() }, false, Ok(()))]
    #[case::an_equal_rank_of_the_unit(Reviewer { organisation: Some(UNIT), rank: Rank::TownshipDeputy, ..office() }, false, Ok(()))]
    #[case::a_lower_rank_of_another_unit(Reviewer { organisation: Some(OrganisationId(Uuid::from_u128(2))), ..office() }, false, Ok(()))]
    #[case::who_decided_before(office(), true, Err(Ineligibility::DecidedBefore))]
    fn who_may_decide(#[case] reviewer: Reviewer, #[case] appeal: bool, #[case] allowed: Result<(), Ineligibility>) {
        let before = if appeal { vec![reviewer.account] } else { vec![] };
        assert_eq!(may_decide(&reviewer, &SUBJECT, &before, appeal), allowed);
    }

    #[test]
    fn whoever_decided_may_correct_themselves_while_nobody_appealed() {
        assert_eq!(may_decide(&office(), &SUBJECT, &[office().account], false), Ok(()));
    }

    #[rstest]
    #[case(Verdict::Rejected, 0, true)]
    #[case(Verdict::Rejected, 14, true)]
    #[case(Verdict::Rejected, 15, false)]
    #[case(Verdict::Verified, 0, false)]
    #[case(Verdict::NeedsReview, 0, false)]
    fn until_when_one_may_appeal(#[case] verdict: Verdict, #[case] days: i64, #[case] open: bool) {
        let given: DateTime<Utc> = "2026-11-18T02:00:00Z".parse().unwrap();
        assert_eq!(appeal_open(verdict, given, 14, given + TimeDelta::days(days)), open);
    }

    #[rstest]
    #[case(Verdict::NeedsReview, None, false, Verdict::NeedsReview)]
    #[case(Verdict::NeedsReview, Some(Verdict::Verified), false, Verdict::Verified)]
    #[case(Verdict::Verified, Some(Verdict::Rejected), false, Verdict::Rejected)]
    #[case(Verdict::Rejected, None, true, Verdict::NeedsReview)]
    #[case(Verdict::Rejected, Some(Verdict::Rejected), true, Verdict::NeedsReview)]
    fn what_stands(
        #[case] assessed: Verdict,
        #[case] decided: Option<Verdict>,
        #[case] appeal_waits: bool,
        #[case] stands: Verdict,
    ) {
        assert_eq!(standing(assessed, decided, appeal_waits), stands);
    }
}
