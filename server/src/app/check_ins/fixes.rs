//! A check-in's fixes, between the rows that keep them and what a phone gave: the first stands in the check-in's own row.

use domain::check_ins::phone_fix::PhoneFix;
use entity::{check_in, check_in_fix, ids::CheckInId};

/// The fix that a check-in's phone meant first; none where it had none.
pub fn first_fix(row: &check_in::Model) -> Option<PhoneFix> {
    Some(PhoneFix {
        latitude: row.latitude?,
        longitude: row.longitude?,
        datum: row.datum?,
        accuracy_m: row.accuracy_m?,
        fixed_at: row.fixed_at?,
        mocked: row.mocked,
    })
}

/// All fixes of a check-in, the one meant first before the others; of the others, those that are its own.
pub(in crate::app) fn all_fixes(row: &check_in::Model, further: &[check_in_fix::Model]) -> Vec<PhoneFix> {
    let own = further.iter().filter(|fix| fix.check_in_id == row.id).map(|fix| PhoneFix {
        latitude: fix.latitude,
        longitude: fix.longitude,
        datum: fix.datum,
        accuracy_m: fix.accuracy_m,
        fixed_at: fix.fixed_at,
        mocked: fix.mocked,
    });
    first_fix(row).into_iter().chain(own).collect()
}

/// The rows of all fixes of a check-in but the first.
pub(in crate::app) fn further_rows(check_in_id: CheckInId, fixes: &[PhoneFix]) -> Vec<check_in_fix::Model> {
    let further = fixes.iter().skip(1);
    (0..)
        .zip(further)
        .map(|(ordinal, fix)| check_in_fix::Model {
            check_in_id,
            ordinal,
            latitude: fix.latitude,
            longitude: fix.longitude,
            datum: fix.datum,
            accuracy_m: fix.accuracy_m,
            fixed_at: fix.fixed_at,
            mocked: fix.mocked,
        })
        .collect()
}
