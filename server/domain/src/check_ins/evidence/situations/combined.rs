//! Several things at once, and what other policies make of them.

use super::*;
use crate::check_ins::signed_check_in::Member;

situations! {
    "Honest and unlucky" {
        "No position, no photo, no registered phone, no challenge: only her word": |c| {
            c.evidence.fixes.clear();
            c.evidence.photos.clear();
            c.evidence.device = Device::default();
            c.evidence.challenge = Challenge::None;
        } => NeedsReview [FixPresent Unknown];
        "An old phone that knows nothing but where it is": |c| {
            c.evidence.photos.clear();
            c.evidence.device = Device::default();
            c.evidence.challenge = Challenge::None;
            c.evidence.clock_jump_ms = None;
            c.fix().mocked = None;
        } => Verified [];
        "In the cellar of the shell: a fix of 70 m through the stairwell, photo without place, sent two days late": |c| {
            c.fix().accuracy_m = 70.0;
            c.photo().position = None;
            c.evidence.skew_ms = 45_000;
        } => Verified [];
        "A storm: the clock is off, the fix is coarse and the photo damaged": |c| {
            c.evidence.skew_ms = 900_000;
            c.fix().accuracy_m = 250.0;
            c.photo().bytes = PhotoBytes::Damaged;
        } => NeedsReview [Clock Review, FixAccuracy Unknown, PhotoIntact Review];
        "A new phone, whose clock is not set yet, labels its map wrongly": |c| {
            c.evidence.device.new = true;
            c.evidence.skew_ms = 28_800_000;
            c.label(Datum::Gcj02, Datum::Wgs84);
        } => NeedsReview [DeviceNew Review, Clock Review, Position Review];
        "Two sites in a morning, one phone for both leaders, photos still on their way": |c| {
            c.neighbour(-45, 15_000.0, 0.0, 8.0);
            c.evidence.device.other_people = 1;
            c.photo().bytes = PhotoBytes::Waiting;
        } => PendingEvidence [DeviceShared Review, PhotoIntact Unknown];
        "The site was never drawn, and everything else is in order": |c| { c.sites.clear(); c.policy.photo_required = true; } => NeedsReview [SiteKnown Unknown];
    }
    "Dishonest and inventive" {
        "The driver checks in for his leader at the site, from the driver's phone": |c| { c.evidence.device.other_people = 1; c.evidence.device.new = true; } => NeedsReview [DeviceShared Review, DeviceNew Review];
        "A mocking app, the same spot each week, an old photo": |c| {
            c.fix().mocked = Some(true);
            c.evidence.repeated_days = 12;
            c.photo().reused = 11;
            c.photo().nearest_bits = Some(0);
        } => NeedsReview [MockLocation Review, RepeatedPosition Review, PhotoReused Review, PhotoSimilar Review];
        "A rooted phone hides the mocking, but repeats itself to the last digit": |c| { c.fix().mocked = Some(false); c.evidence.repeated_days = 6; } => NeedsReview [RepeatedPosition Review];
        "A hand-made check-in without a signature, with an accuracy of a micrometre": |c| { c.evidence.device.signature = Signature::Missing; c.fix().accuracy_m = 1e-6; } => NeedsReview [Signature Unknown];
        "On Sunday someone invents five visits of the week, each with Sunday's challenge": |c| { c.challenged(4 * 86_400); c.evidence.device.signature = Signature::Valid; } => Rejected [Challenge Fail];
        "The same without a boot clock: what a wrong clock can do is for a person": |c| { c.challenged(4 * 86_400); c.evidence.clock_jump_ms = None; } => NeedsReview [Challenge Review];
        "The position was altered on the way to lie on the site": |c| c.signed_otherwise(&[Member::Latitude, Member::Longitude]) => Rejected [Signature Fail];
        "The same, and what was signed is withheld: never verified": |c| c.evidence.device.signature = Signature::Invalid => NeedsReview [Signature Review];
        "In Dalian at ten, on the site at ten past, with last month's photo": |c| {
            c.neighbour(-10, -90_000.0, 0.0, 8.0);
            c.evidence.photos = vec![Photo { reused: 1, nearest_bits: Some(0), ..Photo::of(PhotoBytes::Intact) }];
        } => NeedsReview [Travel Review, PhotoReused Review, PhotoSimilar Review];
        "She claims that she is coarse on purpose: 100 m of error, 120 m beyond the fence": |c| { c.stand(270.0, 0.0); c.fix().accuracy_m = 100.0; } => NeedsReview [Position Review];
        "She claims to be coarse without bound: that is no evidence, not a pass": |c| { c.stand(-6_000.0, 0.0); c.fix().accuracy_m = 10_000.0; } => NeedsReview [FixAccuracy Unknown];
        "She calls her office's coordinates BD-09: no label carries 6 km, and the camera knows better": |c| { c.stand(-6_000.0, 2_000.0); c.fix().datum = Datum::Bd09; } => Rejected [Position Fail, PhotoPosition Review];
        "Everything is forged well, but the picture is a screenshot of another's": |c| { c.photo().screenshot = true; c.photo().nearest_bits = Some(3); } => NeedsReview [PhotoOrigin Review, PhotoSimilar Review];
    }
    "Other policies" {
        "The policy asks for half the accuracy: 60 m no longer counts": |c| { c.policy.accuracy_limit_m = 50.0; c.fix().accuracy_m = 60.0; } => NeedsReview [FixAccuracy Unknown];
        "The policy lets fixes be five minutes old": |c| { c.policy.fix_age_limit = TimeDelta::minutes(5); c.fix().age_ms = 240_000; } => Verified [];
        "The policy has no tolerance, and she stands at the gate": |c| { c.policy.tolerance_m = 0.0; c.stand(165.0, 0.0); } => NeedsReview [Position Review];
        "The policy rejects at one accuracy radius, and she stands across the road": |c| { c.thresholds().position_radii = 1.0; c.stand(200.0, 0.0); } => Rejected [Position Fail];
        "The policy rejects at twenty accuracy radii, and she is 120 m beyond the fence": |c| { c.thresholds().position_radii = 20.0; c.stand(270.0, 0.0); } => NeedsReview [Position Review];
        "The policy has 100 m of tolerance, and she stands across the road": |c| { c.policy.tolerance_m = 100.0; c.stand(200.0, 0.0); } => Verified [];
        "The policy's wide tolerance does not overrule a site's narrow one": |c| { c.policy.tolerance_m = 100.0; c.sites[0].tolerance_m = Some(10.0); c.stand(200.0, 0.0); } => Rejected [Position Fail];
        "The policy allows clocks to be an hour off": |c| { c.policy.skew_limit = TimeDelta::hours(1); c.evidence.skew_ms = 1_800_000; } => Verified [];
        "The policy makes clocks a hint": |c| { c.hints(&[FindingCode::Clock]); c.evidence.skew_ms = 3_000_000; } => Verified [Clock Review];
        "The policy makes clock jumps a hint": |c| { c.hints(&[FindingCode::ClockJump]); c.evidence.clock_jump_ms = Some(3_600_000); } => Verified [ClockJump Review];
        "The policy makes mocked locations a hint": |c| { c.hints(&[FindingCode::MockLocation]); c.fix().mocked = Some(true); } => Verified [MockLocation Review];
        "The policy makes shared phones a hint": |c| { c.hints(&[FindingCode::DeviceShared]); c.evidence.device.other_people = 5; } => Verified [DeviceShared Review];
        "The policy makes unsigned check-ins a hint while phones are being registered": |c| { c.hints(&[FindingCode::Signature]); c.evidence.device.signature = Signature::Missing; } => Verified [Signature Unknown];
        "The policy makes the position itself a hint, in its first month": |c| { c.hints(&[FindingCode::Position]); c.stand(-6_000.0, 2_000.0); } => Verified [Position Fail];
        "The policy makes impossible travel a hint": |c| { c.hints(&[FindingCode::Travel]); c.neighbour(-10, 90_000.0, 0.0, 8.0); } => Verified [Travel Review];
        "The policy makes photos' places a hint": |c| { c.hints(&[FindingCode::PhotoPosition]); c.photo().position = Some(metres(-9_000.0, 0.0)); } => Verified [PhotoPosition Review];
        "The policy makes challenges a hint": |c| { c.hints(&[FindingCode::Challenge]); c.challenged(86_400); } => Verified [Challenge Fail];
        "The policy makes damaged photos a hint; one on its way is still waited for": |c| { c.hints(&[FindingCode::PhotoIntact]); c.photo().bytes = PhotoBytes::Waiting; } => PendingEvidence [PhotoIntact Unknown];
        "One finding is a hint, another still counts": |c| { c.hints(&[FindingCode::Clock]); c.evidence.skew_ms = 3_000_000; c.fix().mocked = Some(true); } => NeedsReview [Clock Review, MockLocation Review];
        "The policy makes screenshots count": |c| { c.counts(FindingCode::PhotoOrigin); c.photo().screenshot = true; } => NeedsReview [PhotoOrigin Review];
        "The policy makes new phones count": |c| { c.counts(FindingCode::DeviceNew); c.evidence.device.new = true; } => NeedsReview [DeviceNew Review];
        "The policy makes developer options count": |c| { c.counts(FindingCode::DeveloperMode); c.evidence.device.developer_mode = Some(true); } => NeedsReview [DeveloperMode Review];
        "The policy wants photos within 100 m of the fix": |c| { c.thresholds().photo_distance_m = 100.0; c.photo().position = Some(metres(-140.0, 0.0)); } => NeedsReview [PhotoPosition Review];
        "The policy wants photos within five minutes": |c| { c.thresholds().photo_time_s = 300; c.photo().taken_at = Some(c.evidence.corrected_at - TimeDelta::minutes(6)); } => NeedsReview [PhotoTime Review];
        "The policy takes ten bits for almost the same": |c| { c.thresholds().photo_similar_bits = 10; c.photo().nearest_bits = Some(9); } => NeedsReview [PhotoSimilar Review];
        "The policy allows no train: 100 km/h": |c| { c.thresholds().travel_speed_mps = 28.0; c.neighbour(-60, 150_000.0, 0.0, 8.0); } => NeedsReview [Travel Review];
        "The policy looks at the first repetition": |c| { c.thresholds().repeated_days = 1; c.evidence.repeated_days = 1; } => NeedsReview [RepeatedPosition Review];
        "The policy allows a clock to jump by an hour": |c| { c.thresholds().clock_jump_s = 3_600; c.evidence.clock_jump_ms = Some(3_000_000); } => Verified [];
    }
}
