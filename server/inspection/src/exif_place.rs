//! Where EXIF says a photo was taken (CIPA DC-008, section 4.6.6), as it should be written and as it plainly is meant.

use domain::projects::datum::Position;

use super::{
    exif::{FieldValue, sound_or_absurd, tag},
    tiff::{Directory, Field, Number},
};

/// Cameras without a fix write no position, or the one where equator and prime meridian meet.
pub(super) fn position(gps: Directory<'_>) -> FieldValue<Position> {
    let given = |tag| gps.has(tag) && gps.get(tag).is_none_or(|field| !field.bytes().is_empty());
    if !given(tag::LATITUDE) && !given(tag::LONGITUDE) {
        return FieldValue::Nothing;
    }
    let parse = || {
        let latitude = degrees(gps, tag::LATITUDE, tag::LATITUDE_REF, [b'N', b'S'])?;
        let longitude = degrees(gps, tag::LONGITUDE, tag::LONGITUDE_REF, [b'E', b'W'])?;
        Position::parse(latitude, longitude).ok()
    };
    match parse() {
        Some(nowhere) if nowhere.latitude() == 0.0 && nowhere.longitude() == 0.0 => FieldValue::Nothing,
        position => sound_or_absurd(position),
    }
}

/// Degrees with their sign, which the reference tells, or the number itself where there is no reference.
fn degrees(gps: Directory<'_>, value: u16, reference: u16, sides: [u8; 2]) -> Option<f64> {
    let (magnitude, negative) = magnitude(gps.get(value)?)?;
    let side = match gps.get(reference) {
        Some(field) => field.text()?.first().map(u8::to_ascii_uppercase),
        None if gps.has(reference) => return None,
        None => None,
    };
    let [positive_side, negative_side] = sides;
    match side {
        None => Some(if negative { -magnitude } else { magnitude }),
        Some(side) if side == negative_side => Some(-magnitude),
        // A negative number of degrees north says two things at once.
        Some(side) if side == positive_side && !negative => Some(magnitude),
        Some(_) => None,
    }
}

/// The size of degrees, minutes and seconds, and whether they are negative. Fewer numbers are decimal degrees, or
/// degrees and decimal minutes; minutes and seconds that are written as 0 / 0 are none.
fn magnitude(field: Field<'_>) -> Option<(f64, bool)> {
    let numbers = field.numbers()?;
    let [first, rest @ ..] = numbers.as_slice() else { return None };
    let degrees = first.known()?;
    let mut rest = rest.iter().map(|number| match number {
        Number::Is(number) => Some(*number),
        Number::Unknown => Some(0.0),
        Number::Broken => None,
    });
    let (minutes, seconds) = (rest.next().unwrap_or(Some(0.0))?, rest.next().unwrap_or(Some(0.0))?);
    // A whole degree and nothing more is no position: it may be 100 km off.
    let coarse = numbers.iter().skip(1).all(|number| *number == Number::Unknown) && degrees.fract() == 0.0;
    let parts = [degrees, minutes, seconds];
    let (any_negative, any_positive) = (parts.iter().any(|part| *part < 0.0), parts.iter().any(|part| *part > 0.0));
    let mixed = any_negative && any_positive && !(degrees < 0.0 && minutes >= 0.0 && seconds >= 0.0);
    let [degrees, minutes, seconds] = parts.map(f64::abs);
    let sound = rest.next().is_none() && !coarse && !mixed && minutes <= 60.0 && seconds <= 60.0;
    sound.then_some((degrees + minutes / 60.0 + seconds / 3600.0, any_negative))
}
