//! What values are called.

use std::sync::LazyLock;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use entity::values::{AccountRole, DecisionReason, ObligationStatus, Verdict};
use messages::Message;

use super::speech::{language, words};

/// What roles are called on the command line. Clap keeps these for as long as the program runs.
static ROLES: LazyLock<Vec<(AccountRole, String)>> =
    LazyLock::new(|| AccountRole::ALL.iter().map(|role| (*role, role.as_str().to_lowercase())).collect());

/// An argument that is a role, be it an administrator's. Each is told by the message named after it, `role-office-told`.
pub(super) fn any_role() -> impl TypedValueParser<Value = AccountRole> {
    a_role_of(|_| true)
}

/// An argument that is a role which `onsite account` gives: administrators are made by `onsite admin create`.
pub(super) fn role_to_give() -> impl TypedValueParser<Value = AccountRole> {
    a_role_of(|role| role != AccountRole::Administrator)
}

fn a_role_of(offered: impl Fn(AccountRole) -> bool) -> impl TypedValueParser<Value = AccountRole> {
    let offered = ROLES.iter().filter(|(role, _)| offered(*role)).map(|(_, name)| name.as_str());
    PossibleValuesParser::new(offered.collect::<Vec<&'static str>>()).try_map(|given| {
        let role = ROLES.iter().find(|(_, name)| *name == given).map(|(role, _)| *role);
        role.ok_or_else(|| clap::Error::new(clap::error::ErrorKind::InvalidValue))
    })
}

/// A role, in the command line's language.
pub(super) fn account_role(role: AccountRole) -> String {
    about_role(role, "role-", "").unwrap_or_else(|| role.as_str().to_owned())
}

/// What the catalogue says of a role under a name.
pub(super) fn about_role(role: AccountRole, before: &str, after: &str) -> Option<String> {
    let name = role.as_str().to_lowercase();
    Message::named(&format!("{before}{name}{after}")).map(|message| message.said(language()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_tells_every_role() {
        for role in AccountRole::ALL {
            assert!(about_role(*role, "role-", "").is_some(), "role-… of {role:?}");
            assert!(about_role(*role, "role-", "-told").is_some(), "role-…-told of {role:?}");
        }
    }
}
