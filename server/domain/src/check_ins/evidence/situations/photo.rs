//! Photos: whether they are there, whole, of the place and the time, and nobody's before.

use super::*;

situations! {
    "Photos there and not there" {
        "No photo, and none is required": |c| c.evidence.photos.clear() => Verified [];
        "No photo, though the policy requires one": |c| { c.policy.photo_required = true; c.evidence.photos.clear(); } => NeedsReview [PhotoPresent Unknown];
        "A photo, as the policy requires": |c| c.policy.photo_required = true => Verified [];
        "Five photos": |c| for _ in 0..4 { c.evidence.photos.push(c.evidence.photos[0]); } => Verified [];
        "The photo has not arrived yet": |c| c.photo().bytes = PhotoBytes::Waiting => PendingEvidence [PhotoIntact Unknown];
        "The photo has not arrived yet, and the policy requires one": |c| { c.policy.photo_required = true; c.photo().bytes = PhotoBytes::Waiting; } => PendingEvidence [PhotoIntact Unknown];
        "One of two photos has not arrived yet": |c| c.evidence.photos.push(Photo::of(PhotoBytes::Waiting)) => PendingEvidence [PhotoIntact Unknown];
        "The photo that arrived is not the one that was announced": |c| c.photo().bytes = PhotoBytes::Damaged => NeedsReview [PhotoIntact Review];
        "One photo is damaged, another whole": |c| c.evidence.photos.push(Photo::of(PhotoBytes::Damaged)) => NeedsReview [PhotoIntact Review];
        "One photo is damaged, another has not arrived yet": |c| {
            c.photo().bytes = PhotoBytes::Damaged;
            c.evidence.photos.push(Photo::of(PhotoBytes::Waiting));
        } => PendingEvidence [PhotoIntact Review];
        "The photo has not arrived yet, and she is not there: no need to wait for it": |c| { c.photo().bytes = PhotoBytes::Waiting; c.stand(-6_000.0, 2_000.0); } => Rejected [PhotoIntact Unknown, Position Fail];
        "The photo has not arrived yet, and her position is unclear": |c| { c.photo().bytes = PhotoBytes::Waiting; c.stand(180.0, 0.0); } => PendingEvidence [PhotoIntact Unknown, Position Review];
        "The photo is no picture: its file broke off in the phone, or it never was one": |c| *c.photo() = Photo { unreadable: true, ..Photo::of(PhotoBytes::Intact) } => NeedsReview [PhotoReadable Unknown];
        "One of two photos is no picture": |c| c.evidence.photos.push(Photo { unreadable: true, ..Photo::of(PhotoBytes::Intact) }) => NeedsReview [PhotoReadable Unknown];
        "One photo is no picture, another has not arrived yet": |c| {
            c.photo().unreadable = true;
            c.evidence.photos.push(Photo::of(PhotoBytes::Waiting));
        } => PendingEvidence [PhotoIntact Unknown, PhotoReadable Unknown];
        "The photo is no picture, and she is not there": |c| { *c.photo() = Photo { unreadable: true, ..Photo::of(PhotoBytes::Intact) }; c.fix().reported = metres(-6_000.0, 2_000.0); } => Rejected [PhotoReadable Unknown, Position Fail];
        "The very same file, no picture, was evidence before": |c| *c.photo() = Photo { unreadable: true, reused: 1, ..Photo::of(PhotoBytes::Intact) } => NeedsReview [PhotoReadable Unknown, PhotoReused Review];
        "The photo is all grey: it was taken in a pocket": |c| *c.photo() = Photo { shows_nothing: true, ..Photo::of(PhotoBytes::Intact) } => NeedsReview [PhotoReadable Unknown];
        "The photo is a picture of one pixel": |c| c.photo().shows_nothing = true => NeedsReview [PhotoReadable Unknown];
        "One of two photos shows nothing, the other is no picture": |c| {
            c.photo().shows_nothing = true;
            c.evidence.photos.push(Photo { unreadable: true, ..Photo::of(PhotoBytes::Intact) });
        } => NeedsReview [PhotoReadable Unknown];
        "A hundred photos": |c| c.evidence.photos = vec![Photo::of(PhotoBytes::Intact); 100] => Verified [];
    }
    "Where photos say they were taken" {
        "The photo tells neither place nor time: the app strips them, or she does not share them": |c| *c.photo() = Photo::of(PhotoBytes::Intact) => Verified [];
        "The photo tells its time but no place": |c| c.photo().position = None => Verified [];
        "The photo was taken on the other side of the site, 280 m away": |c| c.photo().position = Some(metres(-280.0, 0.0)) => Verified [];
        "The camera's position is a kilometre off, and it says that it may be": |c| { c.photo().position = Some(metres(1_000.0, 0.0)); c.photo().position_error_m = Some(800.0); } => Verified [];
        "The camera's position is a kilometre off": |c| c.photo().position = Some(metres(1_000.0, 0.0)) => NeedsReview [PhotoPosition Review];
        "The camera writes GCJ-02 where EXIF means WGS-84": |c| c.photo().position = Some(from_wgs84(metres(0.0, 0.0), Datum::Gcj02)) => Verified [];
        "A colleague sent the photo from another town": |c| c.photo().position = Some(metres(-90_000.0, 0.0)) => NeedsReview [PhotoPosition Review];
        "One of three photos is from another town": |c| {
            c.evidence.photos.push(c.evidence.photos[0]);
            c.evidence.photos.push(Photo { position: Some(metres(-90_000.0, 0.0)), ..c.evidence.photos[0] });
        } => NeedsReview [PhotoPosition Review];
        "The photo's error is infinite": |c| c.photo().position_error_m = Some(f64::INFINITY) => Verified [];
        "The photo's error is negative": |c| c.photo().position_error_m = Some(-5_000.0) => Verified [];
        "The photo holds a position that nobody can read": |c| { c.photo().position = None; c.photo().unread_position = true; } => Verified [PhotoOrigin Review];
        "There is a photo of the place, but the phone gave no position": |c| c.evidence.fixes.clear() => NeedsReview [FixPresent Unknown];
        "There is a photo of the place, but the fix is yesterday's from home": |c| { *c.fix() = Fix { age_ms: 86_400_000, ..fix(-9_000.0, 0.0) }; } => NeedsReview [FixAge Unknown];
        "The first fix is from home and stale, the second from the site: the photo is compared with the second": |c| {
            *c.fix() = Fix { age_ms: 3_600_000, ..fix(-9_000.0, 0.0) };
            c.also(fix(0.0, 0.0));
        } => Verified [];
        "Her fix is mocked onto the site, and the camera tells where she is": |c| { c.fix().mocked = Some(true); c.photo().position = Some(metres(-6_000.0, 2_000.0)); } => NeedsReview [MockLocation Review, PhotoPosition Review];
        "Her fix is forged without a trace, and the camera tells where she is": |c| c.photo().position = Some(metres(-6_000.0, 2_000.0)) => NeedsReview [PhotoPosition Review];
    }
    "When photos say they were taken" {
        "The photo was taken ten minutes before the check-in": |c| c.photographed(-10) => Verified [];
        "The photo was taken exactly half an hour before": |c| c.photographed(-30) => Verified [];
        "The photo was taken 31 minutes before": |c| c.photographed(-31) => NeedsReview [PhotoTime Review];
        "The photo was taken 20 minutes after the check-in and added to it": |c| c.photographed(20) => Verified [];
        "The photo is last week's": |c| c.photographed(-7 * 1_440) => NeedsReview [PhotoTime Review];
        "The photo is from a year ago, when the same hole was dug": |c| c.photographed(-365 * 1_440) => NeedsReview [PhotoTime Review];
        "The photo says it was taken tomorrow": |c| c.photographed(1_440) => NeedsReview [PhotoTime Review];
        "One of two photos is last week's": |c| {
            let at = c.evidence.corrected_at - TimeDelta::days(7);
            c.evidence.photos.push(Photo { taken_at: Some(at), ..c.evidence.photos[0] });
        } => NeedsReview [PhotoTime Review];
        "The photo holds a time that nobody can read": |c| { c.photo().taken_at = None; c.photo().unread_time = true; } => Verified [PhotoOrigin Review];
        "The photo says it was taken in the year 0": |c| c.photo().taken_at = Utc.with_ymd_and_hms(0, 1, 1, 0, 0, 0).single() => NeedsReview [PhotoTime Review];
        "The photo says it was taken at the end of time": |c| c.photo().taken_at = Some(DateTime::<Utc>::MAX_UTC) => NeedsReview [PhotoTime Review];
        "An offline check-in of two days ago, its photo of that minute": |c| {
            c.evidence.corrected_at -= TimeDelta::days(2);
            c.evidence.challenge = Challenge::None;
            c.photographed(-1);
        } => Verified [];
    }
    "Photos used before" {
        "The very same file is evidence of a check-in of last month": |c| { c.photo().reused = 1; c.photo().nearest_bits = Some(0); } => NeedsReview [PhotoReused Review, PhotoSimilar Review];
        "The very same file is evidence of twelve check-ins of four people": |c| { c.photo().reused = 12; c.photo().nearest_bits = Some(0); } => NeedsReview [PhotoReused Review, PhotoSimilar Review];
        "The same picture, saved once more at another quality": |c| c.photo().nearest_bits = Some(1) => NeedsReview [PhotoSimilar Review];
        "The same picture, cropped by a few pixels, on another project": |c| c.photo().nearest_bits = Some(3) => NeedsReview [PhotoSimilar Review];
        "The same gate from the same spot, a week later, in other light": |c| c.photo().nearest_bits = Some(9) => Verified [];
        "A picture eight bits from another's: alike, but not the same": |c| c.photo().nearest_bits = Some(8) => Verified [];
        "The first photo ever on the server": |c| c.photo().nearest_bits = None => Verified [];
        "One of three photos was used before": |c| {
            c.evidence.photos.push(c.evidence.photos[0]);
            c.evidence.photos.push(Photo { reused: 1, ..c.evidence.photos[0] });
        } => NeedsReview [PhotoReused Review];
        "A colleague's photo of last year, with its place and time cut off": |c| *c.photo() = Photo { nearest_bits: Some(2), ..Photo::of(PhotoBytes::Intact) } => NeedsReview [PhotoSimilar Review];
    }
    "Screenshots and edited photos" {
        "The photo looks like a screenshot": |c| c.photo().screenshot = true => Verified [PhotoOrigin Review];
        "The photo was saved by a program that edits pictures, to blur a face": |c| c.photo().edited = true => Verified [PhotoOrigin Review];
        "A screenshot that was edited": |c| { c.photo().edited = true; c.photo().screenshot = true; } => Verified [PhotoOrigin Review];
        "A screenshot of a colleague's photo of last week": |c| { c.photo().screenshot = true; c.photo().nearest_bits = Some(2); } => NeedsReview [PhotoOrigin Review, PhotoSimilar Review];
        "A screenshot whose place and time nobody can read": |c| { *c.photo() = Photo { screenshot: true, unread_position: true, unread_time: true, ..Photo::of(PhotoBytes::Intact) }; } => Verified [PhotoOrigin Review];
        "A screenshot beside a real photo": |c| c.evidence.photos.push(Photo { screenshot: true, ..Photo::of(PhotoBytes::Intact) }) => Verified [PhotoOrigin Review];
    }
}

impl Case {
    /// The photo was taken so many minutes after the capture.
    fn photographed(&mut self, minutes: i64) {
        self.photo().taken_at = Some(self.evidence.corrected_at + TimeDelta::minutes(minutes));
    }
}
