//! What EXIF says (CIPA DC-008-2023): where, when and with what a photo was taken. What can't be true is left out.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::domain::{datum::Position, photo_claim::TakenAt};

use super::tiff::{Directory, Tiff};

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
    /// Whether something was there that can't be true: latitude 91, month 13, a division by zero.
    pub absurd: bool,
    /// Whether the phone itself calls it a screenshot.
    pub screenshot: bool,
}

/// The block is no TIFF, or its directories can't be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

mod tag {
    pub(super) const MAKE: u16 = 0x010f;
    pub(super) const MODEL: u16 = 0x0110;
    pub(super) const ORIENTATION: u16 = 0x0112;
    pub(super) const SOFTWARE: u16 = 0x0131;
    pub(super) const EXIF: u16 = 0x8769;
    pub(super) const GPS: u16 = 0x8825;
    /// Date and time, sub-seconds, offset: of the original, then of its digitisation.
    pub(super) const TIMES: [[u16; 3]; 2] = [[0x9003, 0x9291, 0x9011], [0x9004, 0x9292, 0x9012]];
    pub(super) const USER_COMMENT: u16 = 0x9286;
    pub(super) const LATITUDE_REF: u16 = 1;
    pub(super) const LATITUDE: u16 = 2;
    pub(super) const LONGITUDE_REF: u16 = 3;
    pub(super) const LONGITUDE: u16 = 4;
    pub(super) const GPS_TIME: u16 = 7;
    pub(super) const GPS_DATE: u16 = 0x1d;
    pub(super) const HORIZONTAL_ERROR: u16 = 0x1f;
}

/// Reads a TIFF block. Looks at twenty fields of three directories, in time linear in their size.
pub(super) fn read(block: &[u8]) -> Result<ExifFacts, Unreadable> {
    let first = Tiff::read(block).and_then(Tiff::first).ok_or(Unreadable)?;
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
    let mut keep = Keep { absurd: false };
    if let Some(exif) = exif {
        facts.taken_at = tag::TIMES.into_iter().find_map(|tags| keep.sound(taken_at(exif, tags)));
    }
    if let Some(gps) = gps {
        facts.position = keep.sound(position(gps));
        facts.gps_time_utc = keep.sound(gps_time(gps));
        facts.horizontal_error_m = keep.sound(horizontal_error(gps));
    }
    facts.absurd = keep.absurd;
    Ok(facts)
}

/// What a field says: nothing, something, or something that can't be true.
enum Said<T> {
    Nothing,
    Sound(T),
    Absurd,
}

struct Keep {
    absurd: bool,
}

impl Keep {
    fn sound<T>(&mut self, said: Said<T>) -> Option<T> {
        self.absurd |= matches!(said, Said::Absurd);
        match said {
            Said::Sound(value) => Some(value),
            Said::Nothing | Said::Absurd => None,
        }
    }
}

fn sound_or_absurd<T>(value: Option<T>) -> Said<T> {
    value.map_or(Said::Absurd, Said::Sound)
}

/// Cameras without a fix write no position, or the one where equator and prime meridian meet.
fn position(gps: Directory<'_>) -> Said<Position> {
    let (Some(latitude), Some(longitude)) = (gps.get(tag::LATITUDE), gps.get(tag::LONGITUDE)) else {
        return Said::Nothing;
    };
    let side = |tag, positive, negative| match *gps.get(tag)?.ascii()? {
        [side, ..] if side == positive => Some(1.0),
        [side, ..] if side == negative => Some(-1.0),
        _ => None,
    };
    let degrees = |[degrees, minutes, seconds]: [f64; 3]| {
        (minutes <= 60.0 && seconds <= 60.0).then_some(degrees + minutes / 60.0 + seconds / 3600.0)
    };
    let parse = || {
        let latitude = side(tag::LATITUDE_REF, b'N', b'S')? * degrees(latitude.rationals()?)?;
        let longitude = side(tag::LONGITUDE_REF, b'E', b'W')? * degrees(longitude.rationals()?)?;
        Position::parse(latitude, longitude).ok()
    };
    match parse() {
        Some(nowhere) if nowhere.latitude() == 0.0 && nowhere.longitude() == 0.0 => Said::Nothing,
        position => sound_or_absurd(position),
    }
}

fn horizontal_error(gps: Directory<'_>) -> Said<f64> {
    let Some(field) = gps.get(tag::HORIZONTAL_ERROR) else { return Said::Nothing };
    sound_or_absurd(field.rationals().map(|[metres]| metres).filter(|metres| *metres > 0.0 && *metres <= 100_000.0))
}

fn gps_time(gps: Directory<'_>) -> Said<DateTime<Utc>> {
    let (Some(date), Some(time)) = (gps.get(tag::GPS_DATE), gps.get(tag::GPS_TIME)) else { return Said::Nothing };
    let parse = || {
        let [hours, minutes, seconds] = time.rationals()?;
        if hours > 23.0 || minutes > 59.0 || seconds >= 61.0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 24 hours in milliseconds")]
        let of_day = TimeDelta::milliseconds((1000.0 * (3600.0 * hours + 60.0 * minutes + seconds)).round() as i64);
        Some((date_of(date.ascii()?)?.and_time(NaiveTime::MIN) + of_day).and_utc())
    };
    sound_or_absurd(parse())
}

/// Cameras whose clock was never set write blanks or zeros.
fn taken_at(exif: Directory<'_>, [time, subsecond, offset]: [u16; 3]) -> Said<TakenAt> {
    let Some(written) = exif.get(time).and_then(|field| field.ascii()) else { return Said::Nothing };
    if written.iter().all(|byte| matches!(byte, b' ' | b':' | b'0')) {
        return Said::Nothing;
    }
    let milliseconds = exif.get(subsecond).and_then(|field| milliseconds_of(field.ascii()?)).unwrap_or_default();
    let offset = exif.get(offset).and_then(|field| offset_of(field.ascii()?));
    let local = date_time_of(written).and_then(|local| local.checked_add_signed(milliseconds));
    sound_or_absurd(local.map(|local| TakenAt { local, offset }))
}

/// `YYYY:MM:DD HH:MM:SS`.
fn date_time_of(text: &[u8]) -> Option<NaiveDateTime> {
    let (date, rest) = text.split_at_checked(10)?;
    let [b' ', h1, h2, b':', m1, m2, b':', s1, s2] = *rest else { return None };
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
    date_of(date)?.and_hms_opt(hour, minute, second)
}

/// `YYYY:MM:DD`, in the years that cameras with EXIF have been made or ever will be.
fn date_of(text: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b':', m1, m2, b':', d1, d2] = *text else { return None };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
        .filter(|date| (1980..=2200).contains(&date.year()))
}

/// Decimal digits after the point.
fn milliseconds_of(text: &[u8]) -> Option<TimeDelta> {
    let digits = text.trim_ascii();
    let digits = digits.get(..3).unwrap_or(digits);
    let value = number(digits)?;
    let scale = [1000, 100, 10, 1].get(digits.len()).copied()?;
    Some(TimeDelta::milliseconds(i64::from(value * scale)))
}

/// `+HH:MM` or `-HH:MM`.
fn offset_of(text: &[u8]) -> Option<FixedOffset> {
    let [sign, h1, h2, b':', m1, m2] = *text.trim_ascii() else { return None };
    let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    let seconds = match sign {
        b'+' => seconds,
        b'-' => -seconds,
        _ => return None,
    };
    // No place on earth is further off than 14 hours.
    FixedOffset::east_opt(seconds).filter(|_| minutes < 60 && seconds.abs() <= 14 * 3600)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number: u32, digit| {
        let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
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
