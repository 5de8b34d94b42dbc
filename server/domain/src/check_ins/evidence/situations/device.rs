//! Devices: signatures, shared phones, new phones, and what a phone tells of itself.

use super::*;
use crate::check_ins::signed_check_in::{Member, Members};

situations! {
    "Signatures" {
        "She never registered a phone: nothing is held against anyone without one": |c| c.evidence.device = Device::default() => Verified [];
        "She registered a phone, but this check-in is not signed": |c| c.evidence.device.signature = Signature::Missing => NeedsReview [Signature Unknown];
        "What her phone signed says another latitude and another time: the check-in was altered after signing": |c| c.signed_otherwise(&[Member::Latitude, Member::CapturedAt]) => Rejected [Signature Fail];
        "It carries the signature of another check-in of hers": |c| c.signed_otherwise(&[Member::Id, Member::Longitude]) => Rejected [Signature Fail];
        "The signature fits nothing: altered, or written in a form that nobody knows": |c| c.evidence.device.signature = Signature::Invalid => NeedsReview [Signature Review];
        "What her phone signed does not say where she was": |c| c.evidence.device.signature = Signature::Unclear(Members::of([Member::Fixes])) => NeedsReview [Signature Review];
        "She signed before she registered her phone: unknown until she does": |c| c.evidence.device.signature = Signature::UnknownKey => NeedsReview [Signature Unknown];
        "She reinstalled the app, whose new key is not registered yet": |c| { c.evidence.device = Device { signature: Signature::UnknownKey, new: true, ..Device::default() }; } => NeedsReview [Signature Unknown];
        "She registered it then, and the check-in was judged again; her phone wrote 8.0 for 8": |c| c.evidence.device.signature = Signature::Valid => Verified [];
        "The signature is by somebody else's phone": |c| { c.evidence.device = Device { signature: Signature::UnknownKey, other_people: 1, ..Device::default() }; } => NeedsReview [Signature Unknown];
        "It is signed by the phone that she lost and revoked": |c| c.evidence.device.signature = Signature::Revoked => NeedsReview [Signature Unknown];
        "Not signed, and not there": |c| { c.evidence.device.signature = Signature::Missing; c.stand(-6_000.0, 2_000.0); } => Rejected [Signature Unknown, Position Fail];
        "Altered after signing, its photo still on the way": |c| { c.signed_otherwise(&[Member::Photos]); c.photo().bytes = PhotoBytes::Waiting; } => Rejected [Signature Fail, PhotoIntact Unknown];
    }
    "Shared and new phones" {
        "She lent her phone to nobody": |c| c.evidence.device.other_people = 0 => Verified [];
        "A colleague whose battery was flat checked in from her phone too": |c| c.evidence.device.other_people = 1 => NeedsReview [DeviceShared Review];
        "Eight people check in from one phone: the driver makes the rounds for them": |c| c.evidence.device.other_people = 8 => NeedsReview [DeviceShared Review];
        "The unit has one phone for three people, and its policy allows that": |c| { c.evidence.device.other_people = 2; c.thresholds().device_people = 3; } => Verified [];
        "She has a new phone": |c| c.evidence.device.new = true => Verified [DeviceNew Review];
        "She has a new phone that was a colleague's": |c| { c.evidence.device.new = true; c.evidence.device.other_people = 1; } => NeedsReview [DeviceNew Review, DeviceShared Review];
        "An unregistered phone is nobody's, so it is neither shared nor new": |c| c.evidence.device = Device { signature: Signature::None, other_people: 4, new: true, developer_mode: None } => Verified [];
    }
    "What a phone tells of itself" {
        "The phone does not say whether its developer options are on": |c| c.evidence.device.developer_mode = None => Verified [];
        "The developer options are on: her son once played with them": |c| c.evidence.device.developer_mode = Some(true) => Verified [DeveloperMode Review];
        "The developer options are on and the location is mocked": |c| { c.evidence.device.developer_mode = Some(true); c.fix().mocked = Some(true); } => NeedsReview [DeveloperMode Review, MockLocation Review];
        "A new phone with developer options on: two hints still decide nothing": |c| { c.evidence.device.developer_mode = Some(true); c.evidence.device.new = true; } => Verified [DeveloperMode Review, DeviceNew Review];
        "All three hints at once": |c| { c.evidence.device.developer_mode = Some(true); c.evidence.device.new = true; c.photo().screenshot = true; } => Verified [DeveloperMode Review, DeviceNew Review, PhotoOrigin Review];
    }
}

impl Case {
    /// What its device signed says something else of these members.
    pub(super) fn signed_otherwise(&mut self, members: &[Member]) {
        self.evidence.device.signature = Signature::Altered(Members::of(members.iter().copied()));
    }
}
