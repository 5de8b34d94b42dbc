//! Which phone it came from.

use entity::values::{FindingCode, FindingOutcome};
use messages::message;

use super::{Evidence, Finding, Signature, Unit, pass_or};
use crate::{check_ins::sentence::device as said, policy::Policy};

/// Adds the findings about the device. Of a device that was never registered nothing is held against anyone.
pub(super) fn judge(evidence: &Evidence, policy: &Policy, findings: &mut Vec<Finding>) {
    let device = evidence.device;
    findings.extend(signature(device.signature));
    if device.signature == Signature::Valid {
        findings.push(shared(device.other_people, policy));
        if device.new {
            findings.push(Finding::plain(FindingCode::DeviceNew, FindingOutcome::Review, message!(DeviceNew)));
        }
    }
    if device.developer_mode == Some(true) {
        findings.push(Finding::plain(FindingCode::DeveloperMode, FindingOutcome::Review, message!(DeveloperMode)));
    }
}

fn signature(signature: Signature) -> Option<Finding> {
    let outcome = match signature {
        Signature::None => return None,
        Signature::Valid => FindingOutcome::Pass,
        Signature::Missing | Signature::UnknownKey | Signature::Revoked => FindingOutcome::Unknown,
        // Altered, or written otherwise: nobody can tell.
        Signature::Invalid | Signature::Unclear(_) => FindingOutcome::Review,
        Signature::Altered(_) => FindingOutcome::Fail,
    };
    Some(Finding::plain(FindingCode::Signature, outcome, said::signature(signature)))
}

fn shared(other_people: u32, policy: &Policy) -> Finding {
    let limit = policy.thresholds.device_people;
    let outcome = pass_or(other_people < limit, FindingOutcome::Review);
    Finding::plain(FindingCode::DeviceShared, outcome, said::shared(other_people)).measuring(
        other_people.into(),
        limit.into(),
        Unit::One,
    )
}
