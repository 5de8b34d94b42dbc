//! How check-ins become visits, and visits a week's tally.

use entity::values::Verdict;

/// Visits of one person to one project in one ISO week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Verified visits.
    pub verified: u32,
    /// Visits that wait for evidence or review.
    pub provisional: u32,
    /// Visits of which every check-in was rejected.
    pub rejected: u32,
}

/// The verdict of a visit: the best of its check-ins, for one good check-in is enough to have been there.
/// None where there is no check-in.
pub fn visit_verdict(check_ins: impl IntoIterator<Item = Verdict>) -> Option<Verdict> {
    check_ins.into_iter().max_by_key(|verdict| match verdict {
        Verdict::Rejected => 0,
        Verdict::NeedsReview => 1,
        Verdict::PendingEvidence => 2,
        Verdict::Verified => 3,
    })
}

/// Counts the visits of a week, one verdict a visit.
pub fn tally(visits: impl IntoIterator<Item = Verdict>) -> Tally {
    visits.into_iter().fold(Tally::default(), |mut tally, verdict| {
        match verdict {
            Verdict::Verified => tally.verified += 1,
            Verdict::NeedsReview | Verdict::PendingEvidence => tally.provisional += 1,
            Verdict::Rejected => tally.rejected += 1,
        }
        tally
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use Verdict::{NeedsReview, PendingEvidence, Rejected, Verified};
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[], None)]
    #[case(&[Rejected], Some(Rejected))]
    #[case(&[Rejected, NeedsReview], Some(NeedsReview))]
    #[case(&[NeedsReview, PendingEvidence], Some(PendingEvidence))]
    #[case(&[Rejected, Verified, NeedsReview], Some(Verified))]
    fn the_best_check_in_makes_the_visit(#[case] verdicts: &[Verdict], #[case] visit: Option<Verdict>) {
        assert_eq!(visit_verdict(verdicts.iter().copied()), visit);
    }

    #[rstest]
    #[case::verified(Verified, [1, 0, 0])]
    #[case::for_review(NeedsReview, [0, 1, 0])]
    #[case::waiting_for_its_photos(PendingEvidence, [0, 1, 0])]
    #[case::rejected(Rejected, [0, 0, 1])]
    fn each_visit_counts_as_what_it_is(#[case] verdict: Verdict, #[case] counts: [u32; 3]) {
        let [verified, provisional, rejected] = counts;
        assert_eq!(tally([verdict]), Tally { verified, provisional, rejected });
    }

    #[rstest]
    #[case(&[PendingEvidence], PendingEvidence)]
    #[case(&[Rejected, PendingEvidence], PendingEvidence)]
    #[case(&[Verified, PendingEvidence], Verified)]
    fn a_visit_that_waits_for_photos_waits(#[case] check_ins: &[Verdict], #[case] visit: Verdict) {
        assert_eq!(visit_verdict(check_ins.iter().copied()), Some(visit));
    }

    fn verdict() -> impl Strategy<Value = Verdict> {
        prop_oneof![Just(Verified), Just(NeedsReview), Just(PendingEvidence), Just(Rejected)]
    }

    fn verdicts() -> impl Strategy<Value = Vec<Verdict>> {
        prop::collection::vec(verdict(), 0..20)
    }

    /// Each check-in's day of the week, and what was decided about it, counted as they arrive.
    fn counted(arrived: &[(u8, Verdict)]) -> Vec<Tally> {
        let mut days: BTreeMap<u8, Vec<Verdict>> = BTreeMap::new();
        let arrive = |(day, verdict): &(u8, Verdict)| {
            days.entry(*day).or_default().push(*verdict);
            tally(days.values().filter_map(|check_ins| visit_verdict(check_ins.iter().copied())))
        };
        arrived.iter().map(arrive).collect()
    }

    proptest! {
        /// However late each came in, the week counts the same in the end, and what counted never counts less.
        #[test]
        fn the_order_of_arrival_never_changes_a_weeks_count(
            (one, another) in prop::collection::vec((0..7_u8, verdict()), 0..30)
                .prop_flat_map(|check_ins| (Just(check_ins.clone()), Just(check_ins).prop_shuffle())),
        ) {
            let (one, another) = (counted(&one), counted(&another));
            prop_assert_eq!(one.last(), another.last());
            prop_assert!(another.is_sorted_by_key(|tally| tally.verified));
        }

        #[test]
        fn order_never_changes_a_visit_or_a_tally((verdicts, shuffled) in verdicts().prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle()))) {
            prop_assert_eq!(visit_verdict(verdicts.clone()), visit_verdict(shuffled.clone()));
            prop_assert_eq!(tally(verdicts), tally(shuffled));
        }

        #[test]
        fn every_visit_is_counted_once(verdicts in verdicts()) {
            let tally = tally(verdicts.clone());
            prop_assert_eq!((tally.verified + tally.provisional + tally.rejected) as usize, verdicts.len());
        }
    }
}
