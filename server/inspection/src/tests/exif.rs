//! EXIF, true and absurd.

use ::exif::{Tag, Value};
use rstest::rstest;

use super::{
    super::exif::{ExifFacts, UnreadableFacts, read},
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
    assert_eq!((facts.position, facts.absurd, facts.unread.position), (None, true, true));
    assert!(facts.taken_at.is_some(), "the rest is kept");
}

/// As phones write it, whatever the standard says.
#[rstest]
#[case::signed(Tag::GPSLatitude, Value::SRational(vec![(39, 1).into(), (39, 1).into(), (404_442, 10_000).into()]))]
#[case::decimal_degrees(Tag::GPSLatitude, rationals(&[(396_612_345, 10_000_000)]))]
#[case::decimal_degrees_signed(Tag::GPSLatitude, Value::SRational(vec![(396_612_345, 10_000_000).into()]))]
#[case::decimal_degrees_and_zeros(Tag::GPSLatitude, rationals(&[(396_612_345, 10_000_000), (0, 1), (0, 1)]))]
#[case::decimal_degrees_and_nothing(Tag::GPSLatitude, rationals(&[(396_612_345, 10_000_000), (0, 0), (0, 0)]))]
#[case::decimal_minutes(Tag::GPSLatitude, rationals(&[(39, 1), (3_967_407, 100_000)]))]
#[case::decimal_minutes_and_zero(Tag::GPSLatitude, rationals(&[(39, 1), (3_967_407, 100_000), (0, 1)]))]
#[case::seconds_without_denominator(Tag::GPSLatitude, rationals(&[(39, 1), (3_967_407, 100_000), (0, 0)]))]
#[case::both_negative(Tag::GPSLatitude, Value::SRational(vec![(-39, -1).into(), (39, 1).into(), (404_442, 10_000).into()]))]
#[case::doubles(Tag::GPSLatitude, Value::Double(vec![39.0, 39.0, 40.4442]))]
#[case::one_double(Tag::GPSLatitude, Value::Double(vec![39.661_234_5]))]
#[case::floats(Tag::GPSLatitude, Value::Float(vec![39.0, 39.0, 40.4442]))]
#[case::longs(Tag::GPSLatitude, Value::Long(vec![39, 39, 40]))]
#[case::shorts(Tag::GPSLatitude, Value::Short(vec![39, 39, 40]))]
#[case::signed_longs(Tag::GPSLatitude, Value::SLong(vec![39, 39, 40]))]
#[case::lower_case(Tag::GPSLatitudeRef, ascii("n"))]
#[case::padded(Tag::GPSLatitudeRef, ascii("N\0\0\0"))]
#[case::padded_in_front(Tag::GPSLatitudeRef, ascii(" N"))]
#[case::in_words(Tag::GPSLatitudeRef, ascii("North"))]
#[case::as_bytes(Tag::GPSLatitudeRef, Value::Byte(b"N\0".to_vec()))]
#[case::undefined(Tag::GPSLatitudeRef, Value::Undefined(b"N".to_vec(), 0))]
#[case::empty(Tag::GPSLatitudeRef, ascii(""))]
fn a_position_that_is_plainly_meant_is_read(#[case] tag: Tag, #[case] value: Value) {
    let facts = facts(&Shot::with(tag, value));
    let position = facts.position.unwrap();
    assert!((position.latitude() - 39.661_234_5).abs() < 2e-4, "{position:?}");
    assert!((position.longitude() - 121.944_567_8).abs() < 1e-7, "{position:?}");
    assert_eq!((facts.absurd, facts.unread), (false, UnreadableFacts::default()));
}

#[rstest]
#[case::north_and_east(1, 1)]
#[case::south_and_west(-1, -1)]
fn a_number_tells_its_side_where_nothing_else_does(#[case] south: i32, #[case] west: i32) {
    let mut shot = Shot::honest();
    shot.fields.retain(|(tag, _)| {
        !matches!(*tag, Tag::GPSLatitudeRef | Tag::GPSLongitudeRef | Tag::GPSLatitude | Tag::GPSLongitude)
    });
    let decimal = |tenths: i32| Value::SRational(vec![(tenths, 10).into()]);
    shot.fields.push((Tag::GPSLatitude, decimal(south * 396)));
    shot.fields.push((Tag::GPSLongitude, decimal(west * 1219)));
    let position = facts(&shot).position.unwrap();
    assert_eq!((position.latitude(), position.longitude()), (39.6 * f64::from(south), 121.9 * f64::from(west)));
    // With a side beside it, it may say the same twice.
    if south < 0 {
        shot.fields.push((Tag::GPSLatitudeRef, ascii("S")));
        assert_eq!(facts(&shot).position.unwrap().latitude(), -39.6);
    }
}

#[rstest]
#[case::latitude_only(Tag::GPSLongitude)]
#[case::longitude_only(Tag::GPSLatitude)]
fn half_a_position_is_there_and_unread(#[case] missing: Tag) {
    let mut shot = Shot::honest();
    shot.fields.retain(|(tag, _)| *tag != missing);
    let facts = facts(&shot);
    assert_eq!((facts.position, facts.unread), (None, UnreadableFacts { position: true, time: false }));
}

#[test]
fn a_directory_that_leads_nowhere_is_there_and_unread() {
    for (pointer, unread) in [
        (0x8825_u16, UnreadableFacts { position: true, time: false }),
        (0x8769, UnreadableFacts { position: false, time: true }),
    ] {
        let mut block = b"II\x2a\0\x08\0\0\0\x01\0".to_vec();
        block.extend(pointer.to_le_bytes());
        block.extend([4, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0]);
        block.extend(0_u32.to_le_bytes());
        assert_eq!(read(&block).map(|facts| (facts.unread, facts.absurd)), Ok((unread, true)));
    }
}

/// A maker's note of 300 KB behind everything that is looked at.
#[test]
fn of_a_large_block_the_beginning_is_read() {
    let whole = Shot::with(Tag::MakerNote, Value::Undefined(vec![7; 300_000], 0));
    let small = read(&Shot::honest().exif()).unwrap();
    let block = whole.exif();
    assert!(block.len() > 300_000);
    let facts = read(&block).unwrap();
    assert_eq!((facts.position, facts.taken_at, facts.make), (small.position, small.taken_at, small.make));
}

#[rstest]
#[case::dashes("2026-11-22 07:05:09")]
#[case::slashes("2026/11/22 07:05:09")]
#[case::points("2026.11.22 07:05:09")]
#[case::iso("2026-11-22T07:05:09")]
#[case::iso_with_offset("2026-11-22T07:05:09+08:00")]
#[case::parts_of_a_second("2026:11:22 07:05:09.25")]
#[case::parts_and_offset("2026:11:22 07:05:09.25+08:00")]
#[case::blanks_around("  2026:11:22 07:05:09 ")]
#[case::two_blanks("2026:11:22  07:05:09")]
fn a_time_that_is_plainly_meant_is_read(#[case] text: &str) {
    for value in [ascii(text), Value::Byte(text.into()), Value::Undefined(text.into(), 0)] {
        let facts = facts(&Shot::with(Tag::DateTimeOriginal, value));
        let taken = facts.taken_at.unwrap();
        assert_eq!((taken.local.to_string().as_str(), facts.absurd), ("2026-11-22 07:05:09.250", false));
        assert_eq!(taken.offset.unwrap().local_minus_utc(), 8 * 3600);
    }
}

#[rstest]
#[case::without_colon("+0800", Some(8 * 3600))]
#[case::hours("+08", Some(8 * 3600))]
#[case::one_digit("+8:00", Some(8 * 3600))]
#[case::half_an_hour("-03:30", Some(-3 * 3600 - 1800))]
#[case::zulu("Z", Some(0))]
#[case::words("China", None)]
fn offsets_are_read_as_they_are_meant(#[case] text: &str, #[case] seconds: Option<i32>) {
    let taken = facts(&Shot::with(Tag::OffsetTimeOriginal, ascii(text))).taken_at.unwrap();
    assert_eq!(taken.offset.map(|offset| offset.local_minus_utc()), seconds);
}

#[test]
fn the_files_own_offset_stands_in_for_a_missing_one() {
    let mut shot = Shot::with(Tag::OffsetTime, ascii("+09:00"));
    shot.fields.retain(|(tag, _)| *tag != Tag::OffsetTimeOriginal);
    assert_eq!(facts(&shot).taken_at.unwrap().offset.unwrap().local_minus_utc(), 9 * 3600);
}

#[rstest]
#[case::numbers(Value::Long(vec![2026]))]
#[case::nonsense(ascii("about noon"))]
#[case::date_only(ascii("2026:11:22"))]
fn a_time_that_cannot_be_read_is_told(#[case] value: Value) {
    let mut shot = Shot::with(Tag::DateTimeOriginal, value);
    shot.fields.retain(|(tag, _)| !matches!(*tag, Tag::GPSTimeStamp | Tag::GPSDateStamp));
    let facts = facts(&shot);
    assert_eq!((facts.taken_at, facts.unread), (None, UnreadableFacts { position: false, time: true }));
}

#[rstest]
#[case::signed(Value::SRational(vec![(23, 1).into(), (5, 1).into(), (8, 1).into()]))]
#[case::bytes(Value::Long(vec![23, 5, 8]))]
#[case::text(ascii("23:05:08"))]
fn satellites_time_is_read_as_it_is_meant(#[case] value: Value) {
    let mut shot = Shot::with(Tag::GPSTimeStamp, value);
    shot.fields.retain(|(tag, _)| !matches!(*tag, Tag::DateTimeOriginal | Tag::OffsetTimeOriginal));
    let facts = facts(&shot);
    assert_eq!(facts.gps_time_utc.unwrap().to_rfc3339(), "2026-11-21T23:05:08+00:00");
    // Where the camera's own clock says nothing, it is the only time there is.
    let taken = facts.taken_at.unwrap();
    let anywhere = taken.instant(chrono_tz::Asia::Shanghai, facts.gps_time_utc.unwrap());
    assert_eq!(anywhere, facts.gps_time_utc);
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
    assert_eq!(facts.absurd, absurd);
    let by_satellites = facts.taken_at.unwrap();
    assert_eq!(Some(by_satellites.local.and_utc()), facts.gps_time_utc, "the camera's own is left out");
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
