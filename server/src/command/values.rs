//! What values are called.

use entity::values::{AccountRole, Verdict};

use super::speech::words;

/// A role, in the command line's language.
pub(super) fn account_role(role: AccountRole) -> String {
    match role {
        AccountRole::Administrator => words!(RoleAdministrator),
        AccountRole::Office => words!(RoleOffice),
        AccountRole::Staff => words!(RoleStaff),
        AccountRole::Analyst => words!(RoleAnalyst),
    }
}

/// A verdict, in the command line's language.
pub(super) fn verdict_name(verdict: Verdict) -> String {
    match verdict {
        Verdict::PendingEvidence => words!(VerdictPendingEvidence),
        Verdict::Verified => words!(VerdictVerified),
        Verdict::NeedsReview => words!(VerdictNeedsReview),
        Verdict::Rejected => words!(VerdictRejected),
    }
}
