//! EXIF, true and absurd.

use ::exif::{Tag, Value};
use rstest::rstest;

use super::{
    super::exif::{ExifFacts, read},
    files::{Shot, ascii, rationals},
};

fn facts(shot: &Shot) -> ExifFacts {
    read(&shot.exif()).unwrap()
}

#[test]
fn where_and_when_are_read() {
    let facts = facts(&Shot::honest());
    let position = facts.position.unwrap();
    assert!((position.latitude() - 39.661_234_5).abs() < 1e-7);
    assert!((position.longitude() - 121.944_567_8).abs() < 1e-7);
    assert_eq!(facts.horizontal_error_m, Some(7.5));
    let taken = facts.taken_at.unwrap();
    assert_eq!(taken.local.to_string(), "2026-11-22 07:05:09.250");
    assert_eq!(taken.offset.unwrap().to_string(), "+08:00");
    assert_eq!(facts.gps_time_utc.unwrap().to_rfc3339(), "2026-11-21T23:05:08+00:00");
    assert!(!facts.absurd);
}

#[rstest]
#[case::little_endian(b"II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 6)]
#[case::big_endian(b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0", 8)]
#[case::ninth_orientation(b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0\0\0\0\0", 1)]
#[case::cut_short(b"MM\0\x2a\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x03\0\0", 3)]
fn both_byte_orders_are_read(#[case] block: &[u8], #[case] orientation: u8) {
    assert_eq!(read(block).unwrap().orientation, orientation);
}

#[rstest]
#[case::zero_by_zero(Tag::GPSLatitude, rationals(&[(0, 0), (0, 0), (0, 0)]))]
#[case::one_by_zero(Tag::GPSLatitude, rationals(&[(39, 1), (1, 0), (0, 1)]))]
#[case::ninety_one_degrees(Tag::GPSLatitude, rationals(&[(91, 1), (0, 1), (0, 1)]))]
#[case::beyond_the_antimeridian(Tag::GPSLongitude, rationals(&[(180, 1), (0, 1), (1, 10)]))]
#[case::endless(Tag::GPSLongitude, rationals(&[(u32::MAX, 1), (u32::MAX, 1), (u32::MAX, 1)]))]
#[case::seventy_minutes(Tag::GPSLatitude, rationals(&[(39, 1), (70, 1), (0, 1)]))]
#[case::one_number_only(Tag::GPSLatitude, rationals(&[(39, 1)]))]
#[case::as_text(Tag::GPSLatitude, ascii("39.66"))]
#[case::as_bytes(Tag::GPSLatitude, Value::Byte(vec![39; 24]))]
#[case::as_signed(Tag::GPSLatitude, Value::SRational(vec![(-39, 1).into(), (0, 1).into(), (0, 1).into()]))]
#[case::as_floats(Tag::GPSLatitude, Value::Double(vec![39.0, f64::NAN, 0.0]))]
#[case::neither_north_nor_south(Tag::GPSLatitudeRef, ascii("X"))]
#[case::side_as_number(Tag::GPSLatitudeRef, Value::Short(vec![78]))]
fn absurd_positions_are_left_out(#[case] tag: Tag, #[case] value: Value) {
    let facts = facts(&Shot::with(tag, value));
    assert_eq!((facts.position, facts.absurd), (None, true));
    assert!(facts.taken_at.is_some(), "the rest is kept");
}

#[test]
fn no_fix_is_no_position() {
    let mut shot = Shot::with(Tag::GPSLatitude, rationals(&[(0, 1); 3]));
    shot.fields.retain(|(tag, _)| *tag != Tag::GPSLongitude);
    shot.fields.push((Tag::GPSLongitude, rationals(&[(0, 1); 3])));
    let facts = facts(&shot);
    assert_eq!((facts.position, facts.absurd), (None, false));
}

#[test]
fn south_and_west_are_negative() {
    let mut shot = Shot::with(Tag::GPSLatitudeRef, ascii("S"));
    shot.fields.retain(|(tag, _)| *tag != Tag::GPSLongitudeRef);
    shot.fields.push((Tag::GPSLongitudeRef, ascii("W")));
    let position = facts(&shot).position.unwrap();
    assert!(position.latitude() < -39.0 && position.longitude() < -121.0);
}

#[rstest]
#[case::year_0("0000:01:01 00:00:00", true)]
#[case::month_13("2026:13:01 00:00:00", true)]
#[case::thirtieth_of_february("2026:02:30 00:00:00", true)]
#[case::hour_24("2026:02:03 24:00:00", true)]
#[case::year_9999("9999:12:31 23:59:59", true)]
#[case::words("the day before yes", true)]
#[case::signs("+026:-1:01 00:00:00", true)]
#[case::empty("", false)]
#[case::blanks("    :  :     :  :  ", false)]
#[case::zeros("0000:00:00 00:00:00", false)]
fn impossible_dates_are_left_out(#[case] text: &str, #[case] absurd: bool) {
    let facts = facts(&Shot::with(Tag::DateTimeOriginal, ascii(text)));
    assert_eq!((facts.taken_at, facts.absurd), (None, absurd));
    assert!(facts.position.is_some(), "the rest is kept");
}

#[rstest]
#[case::year_0(Tag::GPSDateStamp, ascii("0000:01:01"))]
#[case::month_13(Tag::GPSDateStamp, ascii("2026:13:01"))]
#[case::date_as_number(Tag::GPSDateStamp, Value::Long(vec![20_261_121]))]
#[case::zero_by_zero(Tag::GPSTimeStamp, rationals(&[(0, 0), (0, 0), (0, 0)]))]
#[case::one_by_zero(Tag::GPSTimeStamp, rationals(&[(23, 1), (5, 1), (1, 0)]))]
#[case::endless(Tag::GPSTimeStamp, rationals(&[(u32::MAX, 1), (u32::MAX, 1), (u32::MAX, 1)]))]
#[case::hour_24(Tag::GPSTimeStamp, rationals(&[(24, 1), (0, 1), (0, 1)]))]
fn impossible_times_of_satellites_are_left_out(#[case] tag: Tag, #[case] value: Value) {
    let facts = facts(&Shot::with(tag, value));
    assert_eq!((facts.gps_time_utc, facts.absurd), (None, true));
    assert!(facts.position.is_some() && facts.taken_at.is_some(), "the rest is kept");
}

#[rstest]
#[case::missing_sign("08:00")]
#[case::too_far("+15:00")]
#[case::ninety_minutes("+08:90")]
#[case::blank("   :  ")]
fn an_offset_that_cannot_be_is_none(#[case] text: &str) {
    let taken = facts(&Shot::with(Tag::OffsetTimeOriginal, ascii(text))).taken_at.unwrap();
    assert_eq!(taken.offset, None);
}

#[rstest]
#[case::by_zero(rationals(&[(1, 0)]))]
#[case::zero(rationals(&[(0, 1)]))]
#[case::as_large_as_a_country(rationals(&[(1_000_000, 1)]))]
fn errors_that_say_nothing_are_left_out(#[case] value: Value) {
    let facts = facts(&Shot::with(Tag::GPSHPositioningError, value));
    assert_eq!((facts.horizontal_error_m, facts.absurd), (None, true));
}

#[test]
fn text_is_short_and_has_no_control_characters() {
    let make = facts(&Shot::with(Tag::Make, ascii(&"长\u{7}\n\u{1b}[31m ".repeat(100_000)))).make.unwrap();
    assert!(make.chars().count() <= 64 && !make.contains(char::is_control), "{make:?}");
    assert_eq!(facts(&Shot::with(Tag::Make, ascii(" \t "))).make, None);
    assert_eq!(facts(&Shot::with(Tag::Make, Value::Long(vec![7]))).make, None);
}

#[test]
fn directories_in_circles_are_followed_once() {
    let mut block = b"II\x2a\0\x08\0\0\0\x02\0".to_vec();
    for pointer in [0x8769_u16, 0x8825] {
        block.extend(pointer.to_le_bytes());
        block.extend([4, 0, 1, 0, 0, 0, 8, 0, 0, 0]);
    }
    block.extend(8_u32.to_le_bytes());
    assert_eq!(read(&block), Ok(ExifFacts { orientation: 1, ..ExifFacts::default() }));
}

/// Thousands of pointers to overlapping directories of thousands of fields: see `tiff` for what libraries make of it.
#[test]
fn overlapping_directories_are_no_bomb() {
    let mut block = b"II\x2a\0\x08\0\0\0".to_vec();
    block.extend(2700_u16.to_le_bytes());
    for place in 0..2700_u32 {
        block.extend(0x8769_u16.to_le_bytes());
        block.extend([4, 0, 1, 0, 0, 0]);
        block.extend((32_414 + 6 * place).to_le_bytes());
    }
    block.resize(65_500, 5);
    let start = std::time::Instant::now();
    assert!(read(&block).is_ok());
    assert!(start.elapsed().as_millis() < 50);
}

#[test]
fn what_is_no_tiff_is_unreadable() {
    for block in
        [&b""[..], b"II", b"II\x2a\0", b"XX\x2a\0\x08\0\0\0", b"II\x2a\0\xff\xff\xff\xff", b"MM\0\x2b\0\0\0\x08\0\0"]
    {
        assert!(read(block).is_err(), "{block:?}");
    }
}
