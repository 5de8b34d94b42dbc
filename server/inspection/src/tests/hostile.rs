//! Files that mean harm, and files that are merely odd: an error each, or a hint.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use flate2::{Compression, write::ZlibEncoder};
use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rstest::rstest;

use super::{
    InspectionError, InspectionLimits, PhotoHint, Renditions, UnreadableFacts,
    files::{Shot, encode_jpeg, encode_png, heic, heic_headers, media_box, png_header, png_of, with_segment},
    inspect, look, scene,
};

fn honest() -> Vec<u8> {
    Shot::honest().jpeg(&scene::paint(5, 320, 240))
}

fn zlib(bytes: usize) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..bytes.div_ceil(zeros.len()) {
        packed.write_all(&zeros).unwrap();
    }
    packed.finish().unwrap()
}

/// SOI, a frame of this size and kind, a scan, EOI.
fn jpeg_header(width: u16, height: u16, frame: u8, scans: usize) -> Vec<u8> {
    let sof =
        [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]].concat();
    let scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
    with_segment(&[&[0xff, 0xd8][..], &scan.repeat(scans), &[0xff, 0xd9]].concat(), frame, &sof)
}

#[rstest]
#[case::empty(&[])]
#[case::html(b"<!DOCTYPE html><script>alert(1)</script>")]
#[case::zip(b"PK\x03\x04 and so on")]
#[case::gif(b"GIF89a\x01\0\x01\0\0\0\0;")]
#[case::animated_gif(b"GIF89a\x01\0\x01\0\0\0\0\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0;")]
#[case::webp(b"RIFF\x1a\0\0\0WEBPVP8L")]
#[case::animated_webp(b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\0\0\0\0\0\0ANIM")]
#[case::pdf(b"%PDF-1.7\n%\xff\xd8\xff\xe0")]
#[case::svg(b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>")]
#[case::bitmap(b"BM\x3a\0\0\0")]
#[case::tiff(b"II\x2a\0\x08\0\0\0")]
#[case::soi_only(&[0xff, 0xd8])]
#[case::film(b"\0\0\0\x18ftypmp42\0\0\0\0isommp42")]
#[case::avif(b"\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf")]
fn what_is_no_photo_is_refused(#[case] bytes: &[u8]) {
    assert_eq!(look(bytes), Err(InspectionError::UnknownFormat));
}

#[rstest]
#[case::jpeg(honest())]
#[case::png(encode_png(40, 30, png::ColorType::Rgb, png::BitDepth::Eight))]
fn every_truncation_is_refused(#[case] file: Vec<u8>) {
    for length in (0..file.len()).step_by(7) {
        let seen = look(&file[..length]);
        assert!(matches!(seen, Err(InspectionError::Truncated | InspectionError::UnknownFormat)), "{length}: {seen:?}");
    }
}

#[test]
fn a_heic_cut_short_is_no_panic() {
    let file = heic_headers(&Shot::honest().exif(), 4032, 3024, 0);
    for length in 0..file.len() {
        assert!(look(&file[..length]).is_err(), "{length}");
    }
    let whole = heic(&scene::paint(5, 96, 64), Some(&Shot::honest().exif()));
    for length in (0..whole.len()).step_by(23) {
        assert!(look(&whole[..length]).is_err(), "{length} of {}", whole.len());
    }
    assert!(look(&whole).is_ok());
}

#[rstest]
#[case::jpeg(jpeg_header(50_000, 50_000, 0xc0, 1))]
#[case::png(png_of(&[(b"IHDR", &png_header(50_000, 50_000)), (b"IDAT", &[]), (b"IEND", &[])]))]
#[case::heic(heic_headers(&[], 50_000, 50_000, 0))]
#[case::png_of_two_to_the_64(png_of(&[(b"IHDR", &png_header(u32::MAX, u32::MAX)), (b"IEND", &[])]))]
fn too_many_pixels_are_refused_by_their_header(#[case] file: Vec<u8>) {
    let start = Instant::now();
    assert!(matches!(look(&file), Err(InspectionError::TooManyPixels { .. })));
    assert!(start.elapsed() < Duration::from_millis(50));
}

#[rstest]
#[case::jpeg_without_width(jpeg_header(0, 10, 0xc0, 1))]
#[case::jpeg_without_height(jpeg_header(10, 0, 0xc0, 1))]
#[case::png_without_either(png_of(&[(b"IHDR", &png_header(0, 0)), (b"IEND", &[])]))]
#[case::heic_without_size([media_box(b"ftyp", &[b"heic\0\0\0\0mif1"]), media_box(b"meta", &[&[0; 4]])].concat())]
fn nothing_is_refused(#[case] file: Vec<u8>) {
    assert!(matches!(look(&file), Err(InspectionError::Empty { .. })));
}

#[rstest]
#[case::jpeg(encode_jpeg(&RgbImage::new(1, 1), None))]
#[case::png(encode_png(1, 1, png::ColorType::Rgba, png::BitDepth::Eight))]
#[case::heic(heic(&RgbImage::new(1, 1), None))]
fn one_pixel_is_a_picture_of_nothing(#[case] file: Vec<u8>) {
    let seen = look(&file).unwrap();
    assert_eq!((seen.width, seen.height, seen.perceptual_hash), (1, 1, None));
    assert!(seen.hints.contains(&PhotoHint::Featureless));
}

#[rstest]
#[case::icon(scene::paint(7, 31, 31), true)]
#[case::strip(scene::paint(7, 2_000, 31), true)]
#[case::just_a_picture(scene::paint(7, 32, 32), false)]
#[case::panorama(scene::paint(7, 1_000, 100), false)]
#[case::grey(RgbImage::from_pixel(640, 480, image::Rgb([128; 3])), true)]
#[case::red(RgbImage::from_pixel(640, 480, image::Rgb([200, 0, 0])), true)]
#[case::nearly_grey(RgbImage::from_fn(640, 480, |x, y| image::Rgb([128 + (x ^ y) as u8 % 4; 3])), true)]
fn what_shows_nothing_is_said(
    #[case] picture: RgbImage,
    #[case] nothing: bool,
    #[values("jpeg", "png", "heic")] format: &str,
) {
    let file = match format {
        "jpeg" => encode_jpeg(&picture, None),
        "heic" => heic(&picture, None),
        _ => {
            let mut file = std::io::Cursor::new(Vec::new());
            let mut encoder = png::Encoder::new(&mut file, picture.width(), picture.height());
            encoder.set_color(png::ColorType::Rgb);
            encoder.write_header().unwrap().write_image_data(picture.as_raw()).unwrap();
            file.into_inner()
        }
    };
    let seen = look(&file).unwrap();
    assert_eq!((seen.width, seen.height), picture.dimensions());
    assert_eq!((seen.hints.contains(&PhotoHint::Featureless), seen.perceptual_hash.is_none()), (nothing, nothing));
}

/// Named a HEIC by its first bytes, and no picture in it: 72 bytes, headers without a picture, a picture that is not what
/// the headers say, AVIF under HEIC's name.
#[rstest]
#[case::few_bytes([media_box(b"ftyp", &[b"heic\0\0\0\0mif1heic"]), media_box(b"meta", &[&[0; 4], &media_box(b"iprp", &[&media_box(b"ipco", &[&media_box(b"ispe", &[&[0; 4], &[0, 0, 1, 0, 0, 0, 1, 0]])])])])].concat())]
#[case::headers_only(heic_headers(&Shot::honest().exif(), 4032, 3024, 1))]
#[case::zeros_for_a_picture({
    let mut file = heic(&scene::paint(5, 96, 64), None);
    let data = file.windows(4).position(|kind| kind == b"mdat").unwrap() + 4;
    file[data..].fill(0);
    file
})]
fn a_heic_without_a_picture_is_none(#[case] file: Vec<u8>) {
    let seen = look(&file);
    assert!(matches!(seen, Err(InspectionError::Undecodable | InspectionError::Malformed(_))), "{seen:?}");
}

#[rstest]
#[case::wide(20_000, 1)]
#[case::tall(1, 20_000)]
fn a_line_is_a_picture(#[case] width: u32, #[case] height: u32) {
    let seen = look(&encode_jpeg(&scene::paint(6, width, height), None)).unwrap();
    assert_eq!((seen.width, seen.height), (width, height));
}

#[rstest]
#[case::zip(b"PK\x03\x04payload")]
#[case::html(b"<script>alert(1)</script>")]
#[case::pdf(b"%PDF-1.7 payload")]
#[case::php(b"<?php system($_GET[0]); ?>")]
fn a_polyglot_is_shown_as_the_picture_it_is(
    #[case] payload: &[u8],
    #[values("after the picture", "as a comment", "after a PNG")] place: &str,
) {
    let (file, hints) = match place {
        "as a comment" => (with_segment(&honest(), 0xfe, payload), vec![]),
        "after the picture" => ([&honest()[..], payload].concat(), vec![PhotoHint::TrailingData]),
        _ => {
            let png = encode_png(64, 48, png::ColorType::Rgb, png::BitDepth::Eight);
            ([&png[..], payload].concat(), vec![PhotoHint::NoExif, PhotoHint::TrailingData])
        }
    };
    let seen = look(&file).unwrap();
    assert_eq!(seen.hints, hints);
    let Renditions { small, large } = seen.renditions;
    for shown in [small, large] {
        assert!(!shown.windows(payload.len()).any(|window| window == payload));
    }
}

#[test]
fn a_multi_picture_file_is_the_first_of_its_pictures() {
    let second = encode_jpeg(&scene::paint(8, 160, 120), None);
    let seen = look(&[with_segment(&honest(), 0xe2, b"MPF\0II\x2a\0\x08\0\0\0"), second].concat()).unwrap();
    assert_eq!((seen.width, seen.hints), (320, vec![PhotoHint::MultiPicture]));
}

#[test]
fn an_animation_is_its_still_picture() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 32, 32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(3, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for shade in [10, 120, 240] {
        writer.write_image_data(&[shade; 32 * 32 * 3]).unwrap();
    }
    writer.finish().unwrap();
    let seen = look(&file).unwrap();
    assert!(seen.hints.contains(&PhotoHint::Animated));
    let shown = image::load_from_memory(&seen.renditions.small).unwrap().into_rgb8();
    assert!(shown.get_pixel(16, 16).0[0].abs_diff(10) < 5);
}

fn encoded(progressive: bool, color: ColorType, sampling: SamplingFactor) -> Vec<u8> {
    let (width, height, channels) = (320_u16, 240_u16, if matches!(color, ColorType::Cmyk) { 4 } else { 3 });
    let samples: Vec<u8> = (0..320 * 240 * channels).map(|place| (place / 100 % 256) as u8).collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 85);
    encoder.set_progressive(progressive);
    encoder.set_sampling_factor(sampling);
    encoder.encode(&samples, width, height, color).unwrap();
    file
}

#[rstest]
#[case::cmyk(false, ColorType::Cmyk, SamplingFactor::F_1_1)]
#[case::progressive(true, ColorType::Rgb, SamplingFactor::F_2_2)]
#[case::halved(false, ColorType::Rgb, SamplingFactor::F_2_1)]
#[case::quartered(false, ColorType::Rgb, SamplingFactor::F_4_1)]
fn unusual_jpegs_are_pictures(#[case] progressive: bool, #[case] color: ColorType, #[case] sampling: SamplingFactor) {
    let seen = look(&encoded(progressive, color, sampling)).unwrap();
    assert_eq!((seen.width, seen.height), (320, 240));
}

#[rstest]
#[case::arithmetic(0xc9)]
#[case::lossless(0xc3)]
#[case::hierarchical(0xc5)]
fn jpegs_of_no_camera_are_refused(#[case] frame: u8) {
    assert!(matches!(look(&jpeg_header(16, 16, frame, 1)), Err(InspectionError::Unsupported(_))));
}

#[test]
fn two_frames_are_refused() {
    let sof = [8, 0x27, 0x10, 0x27, 0x10, 1, 1, 0x11, 0];
    assert_eq!(look(&with_segment(&honest(), 0xc0, &sof)), Err(InspectionError::Malformed("two frames")));
}

#[test]
fn many_scans_over_much_picture_are_refused() {
    let seen = look(&jpeg_header(7000, 7000, 0xc2, 1000));
    assert_eq!(seen, Err(InspectionError::TooManyScans { scans: 1000 }));
}

#[test]
fn memory_is_refused_before_it_is_taken() {
    let limits = InspectionLimits { max_alloc_bytes: 1 << 20, ..InspectionLimits::default() };
    let progressive = encoded(true, ColorType::Rgb, SamplingFactor::F_1_1);
    assert!(inspect(&progressive, &limits).is_ok());
    let limits = InspectionLimits { max_alloc_bytes: 600_000, ..limits };
    assert!(matches!(inspect(&progressive, &limits), Err(InspectionError::TooMuchMemory { bytes: 691_200, .. })));
}

#[test]
fn too_many_bytes_are_not_looked_at() {
    let limits = InspectionLimits { max_bytes: 1000, ..InspectionLimits::default() };
    assert!(matches!(inspect(&honest(), &limits), Err(InspectionError::TooManyBytes { limit: 1000, .. })));
}

/// 200 MB of zeros behind a picture of one row, and as its colour profile and text.
#[test]
fn what_is_packed_in_a_png_stays_packed() {
    let bomb = zlib(200 << 20);
    let named = [b"name\0\0", &bomb[..]].concat();
    let header = png_header(8, 1);
    let file = png_of(&[(b"IHDR", &header), (b"iCCP", &named), (b"zTXt", &named), (b"IDAT", &bomb), (b"IEND", &[])]);
    let start = Instant::now();
    let seen = look(&file).unwrap();
    assert_eq!((seen.width, seen.height), (8, 1));
    assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
}

#[test]
fn a_huge_colour_profile_is_skipped() {
    let mut file = honest();
    for part in 0..255 {
        let body = [b"ICC_PROFILE\0", &[part + 1, 255][..], &[0; 65_000]].concat();
        file = with_segment(&file, 0xe2, &body);
    }
    assert!(look(&file).is_ok());
}

#[test]
fn exif_that_cannot_be_read_is_said() {
    let jpeg = encode_jpeg(&scene::paint(9, 320, 240), Some(b"no TIFF at all"));
    let seen = look(&jpeg).unwrap();
    assert!(seen.exif.is_none() && seen.hints.contains(&PhotoHint::ExifUnusable));
    assert_eq!(seen.unread, UnreadableFacts::ALL);
    let limits = InspectionLimits { max_exif_bytes: 10, ..InspectionLimits::default() };
    let seen = inspect(&honest(), &limits).unwrap();
    assert_eq!((seen.unread, seen.hints.contains(&PhotoHint::ExifUnusable)), (UnreadableFacts::ALL, true));
}

/// A hundred thousand items of 65,535 empty extents each, which made `kamadak-exif` 0.6.2 work for 90 s.
#[test]
fn a_heic_of_empty_extents_is_no_bomb() {
    let infe = media_box(b"infe", &[&[2, 0, 0, 0, 0, 1, 0, 0], b"Exif", &[0]]);
    let items = [0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff].repeat(100_000);
    let iloc = media_box(b"iloc", &[&[2, 0, 0, 0, 0, 0], &100_000_u32.to_be_bytes(), &items]);
    let size = media_box(b"ispe", &[&[0; 4], &[0, 0, 0, 9, 0, 0, 0, 9]]);
    let iprp = media_box(b"iprp", &[&media_box(b"ipco", &[&size])]);
    let meta = media_box(b"meta", &[&[0; 4], &media_box(b"iinf", &[&[0, 0, 0, 0, 0, 1], &infe]), &iloc, &iprp]);
    let start = Instant::now();
    let seen = look(&[media_box(b"ftyp", &[b"heic\0\0\0\0mif1"]), meta].concat());
    assert_eq!(seen, Err(InspectionError::Malformed("more places than a photo has")));
    assert!(start.elapsed() < Duration::from_millis(50));
}
