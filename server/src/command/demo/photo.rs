//! The photos the phones take: drawn here, with true EXIF.

use std::io::Cursor;

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use domain::projects::datum::Position;
use exif::{Field, In, Rational, Tag, Value, experimental::Writer};
use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

use super::{CommandError, scene};

/// Where and when a photo is taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shot {
    /// WGS-84.
    pub(super) position: Position,
    /// 68 % radius, metres.
    pub(super) accuracy_m: f64,
    /// To the second.
    pub(super) taken_at: DateTime<Tz>,
}

impl Shot {
    /// The photo as a JPEG of 1600 × 1200 pixels.
    pub(super) fn jpeg(&self) -> Result<Vec<u8>, CommandError> {
        let picture = scene::paint();
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 85);
        encoder.set_exif_metadata(self.exif()?).map_err(image::ImageError::Unsupported)?;
        encoder.write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)?;
        Ok(jpeg)
    }

    /// The EXIF block, big-endian TIFF.
    fn exif(&self) -> Result<Vec<u8>, CommandError> {
        let fields: Vec<_> =
            self.values().into_iter().map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value }).collect();
        let mut writer = Writer::new();
        for field in &fields {
            writer.push_field(field);
        }
        let mut block = Cursor::new(Vec::new());
        writer.write(&mut block, false)?;
        Ok(block.into_inner())
    }

    fn values(&self) -> Vec<(Tag, Value)> {
        let (latitude, longitude) = (self.position.latitude(), self.position.longitude());
        let utc = self.taken_at.to_utc();
        let time = [utc.hour(), utc.minute(), utc.second()].map(|num| Rational { num, denom: 1 });
        vec![
            (Tag::Make, ascii("Onsite demo")),
            (Tag::Model, ascii("Onsite demo")),
            (Tag::Orientation, Value::Short(vec![1])),
            (Tag::ExifVersion, Value::Undefined(b"0232".to_vec(), 0)),
            (Tag::DateTimeOriginal, ascii(&self.taken_at.format("%Y:%m:%d %H:%M:%S").to_string())),
            (Tag::OffsetTimeOriginal, ascii(&self.taken_at.format("%:z").to_string())),
            (Tag::GPSVersionID, Value::Byte(vec![2, 4, 0, 0])),
            (Tag::GPSLatitudeRef, ascii(if latitude < 0.0 { "S" } else { "N" })),
            (Tag::GPSLatitude, Value::Rational(degrees(latitude))),
            (Tag::GPSLongitudeRef, ascii(if longitude < 0.0 { "W" } else { "E" })),
            (Tag::GPSLongitude, Value::Rational(degrees(longitude))),
            (Tag::GPSTimeStamp, Value::Rational(time.to_vec())),
            (Tag::GPSMapDatum, ascii("WGS-84")),
            (Tag::GPSDateStamp, ascii(&format!("{:04}:{:02}:{:02}", utc.year(), utc.month(), utc.day()))),
            (Tag::GPSHPositioningError, Value::Rational(vec![fraction(self.accuracy_m, 100)])),
        ]
    }
}

fn ascii(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

/// Degrees, minutes and seconds; the seconds to a ten-thousandth, which is 3 mm.
fn degrees(angle: f64) -> Vec<Rational> {
    let whole = angle.abs().trunc();
    let minutes = (angle.abs() - whole) * 60.0;
    let seconds = (minutes - minutes.trunc()) * 60.0;
    vec![fraction(whole, 1), fraction(minutes.trunc(), 1), fraction(seconds, 10_000)]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
fn fraction(value: f64, denom: u32) -> Rational {
    Rational { num: (value * f64::from(denom)).round() as u32, denom }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exif::{Exif, Reader};

    fn shot() -> Shot {
        let taken_at: DateTime<chrono::Utc> = "2026-11-21T23:05:09Z".parse().unwrap();
        Shot {
            position: Position::parse(39.661_234_5, 121.944_567_8).unwrap(),
            accuracy_m: 7.5,
            taken_at: taken_at.with_timezone(&chrono_tz::Asia::Shanghai),
        }
    }

    fn text(exif: &Exif, tag: Tag) -> String {
        let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY).unwrap().value else { panic!("{tag} is no text") };
        String::from_utf8(lines.concat()).unwrap()
    }

    fn angle(exif: &Exif, tag: Tag) -> f64 {
        let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY).unwrap().value else {
            panic!("{tag} is no angle")
        };
        parts[0].to_f64() + parts[1].to_f64() / 60.0 + parts[2].to_f64() / 3600.0
    }

    #[test]
    fn a_photo_says_where_and_when_it_was_taken() {
        let jpeg = shot().jpeg().unwrap();
        let exif = Reader::new().read_from_container(&mut Cursor::new(&jpeg)).unwrap();
        assert!((angle(&exif, Tag::GPSLatitude) - 39.661_234_5).abs() < 1e-7);
        assert!((angle(&exif, Tag::GPSLongitude) - 121.944_567_8).abs() < 1e-7);
        assert_eq!((text(&exif, Tag::GPSLatitudeRef), text(&exif, Tag::GPSLongitudeRef)), ("N".into(), "E".into()));
        assert_eq!(text(&exif, Tag::DateTimeOriginal), "2026:11:22 07:05:09");
        assert_eq!(text(&exif, Tag::OffsetTimeOriginal), "+08:00");
        assert_eq!(text(&exif, Tag::GPSDateStamp), "2026:11:21");
        assert_eq!(text(&exif, Tag::Make), "Onsite demo");
        assert_eq!(exif.get_field(Tag::GPSHPositioningError, In::PRIMARY).unwrap().display_value().to_string(), "7.5");
    }

    #[test]
    fn a_photo_is_a_picture() {
        let jpeg = shot().jpeg().unwrap();
        let picture = image::load_from_memory(&jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (1600, 1200));
        assert!(jpeg.len() > 50_000);
    }
}
