//! What values are called.

use entity::values::{AccountRole, DecisionReason, ObligationStatus, Verdict};

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

/// How a week stands, in the command line's language.
pub(super) fn obligation_status(status: ObligationStatus) -> String {
    match status {
        ObligationStatus::Excused => words!(ObligationExcused),
        ObligationStatus::Met => words!(ObligationMet),
        ObligationStatus::Provisional => words!(ObligationProvisional),
        ObligationStatus::Pending => words!(ObligationPending),
        ObligationStatus::Missed => words!(ObligationMissed),
    }
}

/// Why a person decided so, in the command line's language.
pub(super) fn decision_reason(reason: DecisionReason) -> String {
    match reason {
        DecisionReason::Confirmed => words!(ReasonConfirmed),
        DecisionReason::PhotosShowSite => words!(ReasonPhotosShowSite),
        DecisionReason::BoundaryWrong => words!(ReasonBoundaryWrong),
        DecisionReason::TechnicalFault => words!(ReasonTechnicalFault),
        DecisionReason::EvidenceInsufficient => words!(ReasonEvidenceInsufficient),
        DecisionReason::NotThere => words!(ReasonNotThere),
        DecisionReason::Fabricated => words!(ReasonFabricated),
    }
}
