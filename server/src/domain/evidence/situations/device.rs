//! Devices: signatures, shared phones, new phones, and what a phone tells of itself.

use super::*;

situations! {
    "Signatures" {
        "She never registered a phone: nothing is held against anyone without one": |c| c.evidence.device = Device::default() => Verified [];
        "She registered a phone, but this check-in is not signed": |c| c.evidence.device.signature = Signature::Missing => NeedsReview [Signature Unknown];
        "The signature does not fit: the check-in was altered after signing": |c| c.evidence.device.signature = Signature::Invalid => Rejected [Signature Fail];
        "The signature is by somebody else's phone": |c| { c.evidence.device = Device { signature: Signature::Invalid, other_people: 1, ..Device::default() }; } => Rejected [Signature Fail];
        "Not signed, and not there": |c| { c.evidence.device.signature = Signature::Missing; c.stand(-6_000.0, 2_000.0); } => Rejected [Signature Unknown, Position Fail];
        "Altered after signing, its photo still on the way": |c| { c.evidence.device.signature = Signature::Invalid; c.photo().bytes = PhotoBytes::Waiting; } => Rejected [Signature Fail, PhotoIntact Unknown];
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
