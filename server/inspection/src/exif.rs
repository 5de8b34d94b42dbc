//! What EXIF says (CIPA DC-008-2023): where, when and with what a photo was taken. What can't be true is left out.

use chrono::{DateTime, Utc};
use domain::{check_ins::photo_claim::TakenAt, projects::datum::Position};

use super::{
    exif_place::position,
    exif_time::{gps_time, taken_at},
    tiff::{Directory, Tiff},
};

/// What EXIF says. Claims of the file, not facts about the world.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExifFacts {
    /// Degrees, as written.
    pub position: Option<Position>,
    /// `GPSHPositioningError`: metres, above 0, up to 100,000.
    pub horizontal_error_m: Option<f64>,
    /// `DateTimeOriginal` or else `DateTimeDigitized`, by the camera's clock.
    pub taken_at: Option<TakenAt>,
    /// When the satellites gave the position, which may be long before the photo.
    pub gps_time_utc: Option<DateTime<Utc>>,
    /// How to turn the stored picture, 1 (as it is) to 8.
    pub orientation: u8,
    /// Maker of the camera; at most 64 characters, none of them control characters.
    pub make: Option<String>,
    /// Model of the camera, likewise.
    pub model: Option<String>,
    /// Software that wrote the file, likewise.
    pub software: Option<String>,
    /// Whether something was there that can't be read or can't be true: latitude 91, month 13, a division by zero.
    pub absurd: bool,
    /// What is there but can't be read.
    pub unread: UnreadableFacts,
    /// Whether the phone itself calls it a screenshot.
    pub screenshot: bool,
}

/// What is there but can't be read, or can't be true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnreadableFacts {
    /// A position.
    pub position: bool,
    /// A time.
    pub time: bool,
}

impl UnreadableFacts {
    /// Where EXIF is there and nothing of it can be read, nobody knows what it says.
    pub const ALL: Self = Self { position: true, time: true };
}

/// The block is no TIFF, or its directories can't be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotTiff;

pub(super) mod tag {
    pub(in super::super) const MAKE: u16 = 0x010f;
    pub(in super::super) const MODEL: u16 = 0x0110;
    pub(in super::super) const ORIENTATION: u16 = 0x0112;
    pub(in super::super) const SOFTWARE: u16 = 0x0131;
    pub(in super::super) const EXIF: u16 = 0x8769;
    pub(in super::super) const GPS: u16 = 0x8825;
    /// Date and time, sub-seconds, offset: of the original, then of its digitisation.
    pub(in super::super) const TIMES: [[u16; 3]; 2] = [[0x9003, 0x9291, 0x9011], [0x9004, 0x9292, 0x9012]];
    /// The offset of the file's own time, which some cameras write and no other.
    pub(in super::super) const OFFSET: u16 = 0x9010;
    pub(in super::super) const USER_COMMENT: u16 = 0x9286;
    pub(in super::super) const LATITUDE_REF: u16 = 1;
    pub(in super::super) const LATITUDE: u16 = 2;
    pub(in super::super) const LONGITUDE_REF: u16 = 3;
    pub(in super::super) const LONGITUDE: u16 = 4;
    pub(in super::super) const GPS_TIME: u16 = 7;
    pub(in super::super) const GPS_DATE: u16 = 0x1d;
    pub(in super::super) const HORIZONTAL_ERROR: u16 = 0x1f;
}

/// Reads a TIFF block, of which the end may be missing. Looks at some twenty fields of three directories, in time
/// linear in their size.
pub(super) fn read(block: &[u8]) -> Result<ExifFacts, NotTiff> {
    let first = Tiff::read(block).and_then(Tiff::first).ok_or(NotTiff)?;
    let (exif, gps) = (first.follow(tag::EXIF), first.follow(tag::GPS));
    let orientation = first.get(tag::ORIENTATION).and_then(|field| u8::try_from(field.uint()?).ok());
    let mut facts = ExifFacts {
        orientation: orientation.filter(|orientation| (1..=8).contains(orientation)).unwrap_or(1),
        make: text(first, tag::MAKE),
        model: text(first, tag::MODEL),
        software: text(first, tag::SOFTWARE),
        screenshot: exif.is_some_and(is_screenshot),
        ..ExifFacts::default()
    };
    // A directory that is pointed at and not there, or not whole, may hold anything.
    let lost = |tag, found: Option<Directory<'_>>| match found {
        Some(directory) => directory.is_cut(),
        None => first.has(tag) || first.is_cut(),
    };
    let mut times = Plausibility { absurd: lost(tag::EXIF, exif) };
    let mut places = Plausibility { absurd: lost(tag::GPS, gps) };
    let mut others = Plausibility { absurd: false };
    if let Some(gps) = gps {
        facts.position = places.sound(position(gps));
        facts.gps_time_utc = times.sound(gps_time(gps));
        facts.horizontal_error_m = others.sound(horizontal_error(gps));
    }
    if let Some(exif) = exif {
        facts.taken_at = tag::TIMES.into_iter().find_map(|tags| times.sound(taken_at(exif, tags)));
    }
    facts.taken_at = TakenAt::with_satellites(facts.taken_at, facts.gps_time_utc);
    facts.unread = UnreadableFacts {
        position: places.absurd && facts.position.is_none(),
        time: times.absurd && facts.taken_at.is_none(),
    };
    facts.absurd = places.absurd || times.absurd || others.absurd;
    Ok(facts)
}

/// What a field says: nothing, something, or something that can't be true.
pub(super) enum FieldValue<T> {
    Nothing,
    Sound(T),
    Absurd,
}

struct Plausibility {
    absurd: bool,
}

impl Plausibility {
    fn sound<T>(&mut self, said: FieldValue<T>) -> Option<T> {
        self.absurd |= matches!(said, FieldValue::Absurd);
        match said {
            FieldValue::Sound(value) => Some(value),
            FieldValue::Nothing | FieldValue::Absurd => None,
        }
    }
}

pub(super) fn sound_or_absurd<T>(value: Option<T>) -> FieldValue<T> {
    value.map_or(FieldValue::Absurd, FieldValue::Sound)
}

fn horizontal_error(gps: Directory<'_>) -> FieldValue<f64> {
    let Some(field) = gps.get(tag::HORIZONTAL_ERROR) else { return FieldValue::Nothing };
    sound_or_absurd(field.exact_numbers().map(|[metres]| metres).filter(|metres| *metres > 0.0 && *metres <= 100_000.0))
}

fn text(directory: Directory<'_>, tag: u16) -> Option<String> {
    const CHARACTERS: usize = 64;
    let bytes = directory.get(tag)?.ascii()?;
    // Four bytes a character at most; the rest, up to a megabyte of it, is not even looked at.
    let bytes = bytes.get(..4 * CHARACTERS).unwrap_or(bytes);
    let text: String =
        String::from_utf8_lossy(bytes).chars().filter(|char| !char.is_control()).take(CHARACTERS).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// iOS and several Androids say so in the comment, after eight bytes that name its character set.
fn is_screenshot(exif: Directory<'_>) -> bool {
    exif.get(tag::USER_COMMENT)
        .and_then(|field| field.bytes().get(8..))
        .is_some_and(|comment| comment.get(..10).is_some_and(|comment| comment.eq_ignore_ascii_case(b"screenshot")))
}
