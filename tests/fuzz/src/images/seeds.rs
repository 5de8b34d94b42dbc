//! Small pictures of every kind that is read.

use std::io::Cursor;

use exif::{Field, In, Rational, Tag, Value, experimental::Writer};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const WIDTH: u16 = 40;
const HEIGHT: u16 = 24;

/// Every kind once; what can't be made is left out.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let made = [
        ("baseline.jpg", jpeg(ColorType::Rgb, 3, false, 0)),
        ("progressive.jpg", jpeg(ColorType::Rgb, 3, true, 3)),
        ("gray.jpg", jpeg(ColorType::Luma, 1, false, 2)),
        ("cmyk.jpg", jpeg(ColorType::Cmyk, 4, false, 0)),
        ("rgba.png", png(png::ColorType::Rgba, png::BitDepth::Eight)),
        ("gray16.png", png(png::ColorType::Grayscale, png::BitDepth::Sixteen)),
        ("palette.png", png(png::ColorType::Indexed, png::BitDepth::Four)),
        ("photo.heic", exif_block(3).map(|exif| heic(&exif))),
        ("exif.tiff", exif_block(6)),
    ];
    made.into_iter().filter_map(|(name, file)| Some((name, file?))).collect()
}

/// Samples of a picture in which something is to be seen.
fn samples(count: usize) -> Vec<u8> {
    (0_u32..).take(count).map(|place| (place * place / 97 % 251) as u8).collect()
}

fn jpeg(color: ColorType, components: usize, progressive: bool, restart: u16) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 60);
    encoder.set_progressive(progressive);
    encoder.set_restart_interval(restart);
    encoder.set_sampling_factor(if progressive { SamplingFactor::F_2_1 } else { SamplingFactor::F_1_1 });
    encoder.add_exif_metadata(&exif_block(1)?).ok()?;
    let samples = samples(usize::from(WIDTH) * usize::from(HEIGHT) * components);
    encoder.encode(&samples, WIDTH, HEIGHT, color).ok()?;
    Some(file)
}

fn png(color: png::ColorType, depth: png::BitDepth) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH.into(), HEIGHT.into());
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == png::ColorType::Indexed {
        encoder.set_palette(samples(48));
    }
    let bits = usize::from(WIDTH) * color.samples() * usize::from(depth as u8);
    let mut writer = encoder.write_header().ok()?;
    writer.write_chunk(png::chunk::eXIf, &exif_block(8)?).ok()?;
    writer.write_image_data(&samples(bits.div_ceil(8) * usize::from(HEIGHT))).ok()?;
    writer.finish().ok()?;
    Some(file)
}

/// What a phone writes, with this orientation.
fn exif_block(orientation: u16) -> Option<Vec<u8>> {
    let ascii = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
    let rationals = |fractions: &[(u32, u32)]| {
        Value::Rational(fractions.iter().map(|(num, denom)| Rational { num: *num, denom: *denom }).collect())
    };
    let fields = [
        (Tag::Orientation, Value::Short(vec![orientation])),
        (Tag::Software, ascii("Onsite 1.0")),
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
    ]
    .map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value });
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, orientation.is_multiple_of(2)).ok()?;
    Some(block.into_inner())
}

/// An ISO base media box.
fn media_box(kind: &[u8; 4], bodies: &[&[u8]]) -> Vec<u8> {
    let body = bodies.concat();
    [&length_of(&body, 8)[..], kind, &body].concat()
}

fn length_of(body: &[u8], more: usize) -> [u8; 4] {
    u32::try_from(body.len() + more).unwrap_or(u32::MAX).to_be_bytes()
}

/// A HEIC whose EXIF lies after the meta box. Without the picture.
fn heic(exif: &[u8]) -> Vec<u8> {
    let size = media_box(b"ispe", &[&[0; 4], &640_u32.to_be_bytes(), &480_u32.to_be_bytes()]);
    let properties = [size, media_box(b"irot", &[&[1]])].concat();
    let item = |number: u8, kind: &[u8; 4]| media_box(b"infe", &[&[2, 0, 0, 0, 0, number, 0, 0], kind, &[0]]);
    let items = media_box(b"iinf", &[&[0, 0, 0, 0, 0, 2], &item(1, b"hvc1"), &item(2, b"Exif")]);
    let brands = media_box(b"ftyp", &[b"heic\0\0\0\0mif1heic"]);
    let meta = |offset: usize| {
        let locations = [
            &[0, 0, 0, 0, 0x44, 0, 0, 2][..],
            &[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0, 2, 0, 0, 0, 1],
            &length_of(&[], offset),
            &length_of(exif, 4),
        ];
        let boxes = media_box(b"iprp", &[&media_box(b"ipco", &[&properties])]);
        media_box(b"meta", &[&[0; 4], &items, &media_box(b"iloc", &locations), &boxes])
    };
    let offset = brands.len() + meta(0).len() + 8;
    [brands, meta(offset), media_box(b"mdat", &[&[0; 4], exif])].concat()
}
