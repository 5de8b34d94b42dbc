//! When EXIF says a photo was taken (CIPA DC-008, sections 4.6.5 and 4.6.6), as it should be written and as it plainly is
//! meant.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use domain::check_ins::photo_claim::TakenAt;

use super::{
    exif::{FieldValue, sound_or_absurd, tag},
    tiff::{Directory, Field, Number},
};

pub(super) fn gps_time(gps: Directory<'_>) -> FieldValue<DateTime<Utc>> {
    // A time of day without its date says nothing: it is the satellites', not of the photo's day.
    if !gps.has(tag::GPS_DATE) || !gps.has(tag::GPS_TIME) {
        return FieldValue::Nothing;
    }
    let parse = || {
        let (date, time) = (gps.get(tag::GPS_DATE)?, gps.get(tag::GPS_TIME)?);
        let [hours, minutes, seconds] = time_of_day(time)?;
        if !(0.0..24.0).contains(&hours) || !(0.0..60.0).contains(&minutes) || !(0.0..61.0).contains(&seconds) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 24 hours in milliseconds")]
        let of_day = TimeDelta::milliseconds((1000.0 * (3600.0 * hours + 60.0 * minutes + seconds)).round() as i64);
        Some((date_of(date.text()?)?.and_time(NaiveTime::MIN) + of_day).and_utc())
    };
    sound_or_absurd(parse())
}

/// Hours, minutes and seconds as numbers, of which the last may be 0 / 0, or as text.
fn time_of_day(time: Field<'_>) -> Option<[f64; 3]> {
    if let Some(text) = time.text() {
        let (hour, minute, second, subsecond, _) = clock_of(text)?;
        return Some([hour.into(), minute.into(), f64::from(second) + subsecond.as_seconds_f64()]);
    }
    let [hours, minutes, seconds] = time.numbers()?.try_into().ok()?;
    let seconds = if seconds == Number::Unknown { Some(0.0) } else { seconds.known() };
    Some([hours.known()?, minutes.known()?, seconds?])
}

/// Cameras whose clock was never set write blanks or zeros.
pub(super) fn taken_at(exif: Directory<'_>, [time, subsecond, offset]: [u16; 3]) -> FieldValue<TakenAt> {
    if !exif.has(time) {
        return FieldValue::Nothing;
    }
    let Some(written) = exif.get(time).and_then(Field::text) else { return FieldValue::Absurd };
    if written.iter().all(|byte| matches!(byte, b' ' | b':' | b'-' | b'/' | b'0')) {
        return FieldValue::Nothing;
    }
    let milliseconds = exif.get(subsecond).and_then(|field| milliseconds_of(field.text()?)).unwrap_or_default();
    let offset_in = |tag| exif.get(tag).and_then(|field| offset_of(field.text()?));
    let parse = || {
        let (local, own_milliseconds, own_offset) = date_time_of(written)?;
        let milliseconds = if own_milliseconds.is_zero() { milliseconds } else { own_milliseconds };
        let offset = own_offset.or_else(|| offset_in(offset)).or_else(|| offset_in(tag::OFFSET));
        Some(TakenAt { local: local.checked_add_signed(milliseconds)?, offset, satellites: None })
    };
    sound_or_absurd(parse())
}

/// `YYYY:MM:DD HH:MM:SS`, and what is plainly meant for it: other signs between the numbers, a `T`, parts of a second,
/// an offset behind it.
fn date_time_of(text: &[u8]) -> Option<(NaiveDateTime, TimeDelta, Option<FixedOffset>)> {
    let (date, rest) = text.split_at_checked(10)?;
    let clock = match rest {
        [b' ' | b'T' | b't', clock @ ..] => clock.trim_ascii_start(),
        _ => return None,
    };
    let (hour, minute, second, milliseconds, rest) = clock_of(clock)?;
    let offset = match rest.trim_ascii() {
        [] => None,
        offset => Some(offset_of(offset)?),
    };
    Some((date_of(date)?.and_hms_opt(hour, minute, second)?, milliseconds, offset))
}

/// `HH:MM:SS`, or without seconds, or with parts of one; and what follows.
fn clock_of(text: &[u8]) -> Option<(u32, u32, u32, TimeDelta, &[u8])> {
    let [h1, h2, b':', m1, m2, rest @ ..] = text else { return None };
    let (hour, minute) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
    let (second, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (number(&[*s1, *s2])?, rest),
        rest => (0, rest),
    };
    let [b'.', fraction @ ..] = rest else { return Some((hour, minute, second, TimeDelta::zero(), rest)) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, rest) = fraction.split_at_checked(digits)?;
    Some((hour, minute, second, milliseconds_of(fraction)?, rest))
}

/// `YYYY:MM:DD` with any of the signs that stand in dates, in the years that cameras with EXIF have been made or ever will be.
fn date_of(text: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b':' | b'-' | b'/' | b'.', m1, m2, b':' | b'-' | b'/' | b'.', d1, d2] = *text else {
        return None;
    };
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

/// `+HH:MM` or `-HH:MM`, without the colon or the minutes as well, and `Z`.
fn offset_of(text: &[u8]) -> Option<FixedOffset> {
    let (sign, digits) = match text.trim_ascii() {
        b"Z" | b"z" => (1, [b'0'; 4]),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let sign = if *sign == b'-' { -1 } else { 1 };
            match *rest {
                [h2, b':', m1, m2] => (sign, [b'0', h2, m1, m2]),
                [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => (sign, [h1, h2, m1, m2]),
                [h1, h2] => (sign, [h1, h2, b'0', b'0']),
                _ => return None,
            }
        }
        _ => return None,
    };
    let [h1, h2, m1, m2] = digits;
    let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
    let seconds = sign * i32::try_from(hours * 3600 + minutes * 60).ok()?;
    // No place on earth is further off than 14 hours.
    FixedOffset::east_opt(seconds).filter(|_| minutes < 60 && seconds.abs() <= 14 * 3600)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number: u32, digit| {
        let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}
