//! Files made for the tests, honest and not.

use std::io::Cursor;

use ::exif::{Field, In, Rational, Tag, Value, experimental::Writer};
use image::{ExtendedColorType, ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder};

/// What a phone writes.
pub(crate) struct Shot {
    pub(crate) orientation: u8,
    pub(crate) software: Option<String>,
    pub(crate) fields: Vec<(Tag, Value)>,
}

impl Shot {
    /// On the outskirts of a city in Liaoning, on a Sunday morning.
    pub(crate) fn honest() -> Self {
        Self {
            orientation: 1,
            software: None,
            fields: vec![
                (Tag::DateTimeOriginal, ascii("2026:11:22 07:05:09")),
                (Tag::SubSecTimeOriginal, ascii("25")),
                (Tag::OffsetTimeOriginal, ascii("+08:00")),
                (Tag::GPSLatitudeRef, ascii("N")),
                (Tag::GPSLatitude, rationals(&[(39, 1), (39, 1), (404_442, 10_000)])),
                (Tag::GPSLongitudeRef, ascii("E")),
                (Tag::GPSLongitude, rationals(&[(121, 1), (56, 1), (404_440, 10_000)])),
                (Tag::GPSTimeStamp, rationals(&[(23, 1), (5, 1), (8, 1)])),
                (Tag::GPSDateStamp, ascii("2026:11:21")),
                (Tag::GPSHPositioningError, rationals(&[(750, 100)])),
            ],
        }
    }

    /// The honest one, but for this field.
    pub(crate) fn with(tag: Tag, value: Value) -> Self {
        let mut shot = Self::honest();
        shot.fields.retain(|(other, _)| *other != tag);
        shot.fields.push((tag, value));
        shot
    }

    /// The TIFF block.
    pub(crate) fn exif(&self) -> Vec<u8> {
        let fixed = [
            (Tag::Make, ascii("Onsite")),
            (Tag::Model, ascii("Phone")),
            (Tag::Orientation, Value::Short(vec![self.orientation.into()])),
        ];
        let software = self.software.iter().map(|name| (Tag::Software, ascii(name)));
        let changed = |tag: &Tag| self.fields.iter().any(|(other, _)| other == tag);
        let fields: Vec<_> = fixed
            .into_iter()
            .filter(|(tag, _)| !changed(tag))
            .chain(software)
            .chain(self.fields.iter().cloned())
            .map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value })
            .collect();
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut block = Cursor::new(Vec::new());
        writer.write(&mut block, false).unwrap();
        block.into_inner()
    }

    pub(crate) fn jpeg(&self, picture: &RgbImage) -> Vec<u8> {
        encode_jpeg(picture, Some(&self.exif()))
    }
}

pub(crate) fn ascii(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

pub(crate) fn rationals(fractions: &[(u32, u32)]) -> Value {
    Value::Rational(fractions.iter().map(|(num, denom)| Rational { num: *num, denom: *denom }).collect())
}

pub(crate) fn encode_jpeg(picture: &RgbImage, exif: Option<&[u8]>) -> Vec<u8> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85)
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .unwrap();
    match exif {
        Some(exif) => with_segment(&jpeg, 0xe1, &[b"Exif\0\0", exif].concat()),
        None => jpeg,
    }
}

/// Puts a segment before all others.
pub(crate) fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, body, &jpeg[2..]].concat()
}

/// The markers of the segments, up to and with the first scan.
pub(crate) fn markers(jpeg: &[u8]) -> Vec<u8> {
    let mut markers = Vec::new();
    let mut at = 2;
    while markers.last() != Some(&0xda) {
        markers.push(jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    markers
}

/// A PNG of any kind, of arbitrary samples.
pub(crate) fn encode_png(width: u32, height: u32, color: png::ColorType, depth: png::BitDepth) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    let bytes = width as usize * height as usize * color.samples() * (depth as usize / 8);
    let samples: Vec<u8> = (0..bytes).map(|place| (place * 7 % 251) as u8).collect();
    encoder.write_header().unwrap().write_image_data(&samples).unwrap();
    file
}

/// A PNG made of these chunks, with right checksums.
pub(crate) fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in chunks {
        let mut checked = flate2::Crc::new();
        checked.update(*kind);
        checked.update(body);
        file.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        file.extend(*kind);
        file.extend(*body);
        file.extend(checked.sum().to_be_bytes());
    }
    file
}

/// The body of a PNG's header: RGB of eight bits.
pub(crate) fn png_header(width: u32, height: u32) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()
}

/// An ISO base media box.
pub(crate) fn media_box(kind: &[u8; 4], bodies: &[&[u8]]) -> Vec<u8> {
    let body = bodies.concat();
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], kind, &body].concat()
}

/// A HEIC of this picture.
pub(crate) fn heic(picture: &RgbImage, exif: Option<&[u8]>) -> Vec<u8> {
    let rgba: Vec<u16> =
        picture.as_raw().as_chunks::<3>().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255].map(u16::from)).collect();
    let image =
        heifer::Image { width: picture.width(), height: picture.height(), bit_depth: 8, has_alpha: false, data: rgba };
    let metadata = heifer::Metadata { exif: exif.map(<[u8]>::to_vec), ..heifer::Metadata::default() };
    let options = heifer::EncodeOptions { max_threads: 1, ..heifer::EncodeOptions::default() };
    heifer::encode_with_metadata(&image, &metadata, &options).unwrap()
}

/// The headers of a HEIC with tiles and thumbnail, whose EXIF lies after the meta box. Without the picture.
pub(crate) fn heic_headers(exif: &[u8], width: u32, height: u32, quarters: u8) -> Vec<u8> {
    let size = |width: u32, height: u32| media_box(b"ispe", &[&[0; 4], &width.to_be_bytes(), &height.to_be_bytes()]);
    let properties = [size(512, 512), size(width, height), size(320, 240), media_box(b"irot", &[&[quarters]])].concat();
    let item = |number: u8, kind: &[u8; 4]| media_box(b"infe", &[&[2, 0, 0, 0, 0, number, 0, 0], kind, &[0]]);
    let items = media_box(b"iinf", &[&[0, 0, 0, 0, 0, 2], &item(1, b"hvc1"), &item(2, b"Exif")]);
    let brands = media_box(b"ftyp", &[b"heic\0\0\0\0mif1heic"]);
    let meta = |offset: u32| {
        let length = u32::try_from(exif.len() + 4).unwrap().to_be_bytes();
        let locations = media_box(
            b"iloc",
            &[
                &[0, 0, 0, 0, 0x44, 0, 0, 2],
                &[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
                &[0, 2, 0, 0, 0, 1],
                &offset.to_be_bytes(),
                &length,
            ],
        );
        let boxes = media_box(b"iprp", &[&media_box(b"ipco", &[&properties])]);
        media_box(b"meta", &[&[0; 4], &items, &locations, &boxes])
    };
    let offset = u32::try_from(brands.len() + meta(0).len() + 8).unwrap();
    [brands, meta(offset), media_box(b"mdat", &[&[0; 4], exif])].concat()
}
