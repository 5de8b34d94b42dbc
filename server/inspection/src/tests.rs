#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pictures are drawn in bytes")]

mod exif;
mod files;
mod hostile;
mod likeness;
mod mutation;
mod scene;
mod unusual;

use domain::check_ins::likeness::{REUSE_DISTANCE, near};

use super::*;
use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use files::{Shot, encode_jpeg, encode_png};
use image::{DynamicImage, Rgb, RgbImage, metadata::Orientation};
use messages::Language;
use rstest::rstest;

fn look(bytes: &[u8]) -> Result<Inspection, InspectionError> {
    inspect(bytes, &InspectionLimits::default())
}

#[test]
fn a_phones_jpeg_gives_everything() {
    let photo = look(&Shot::honest().jpeg(&scene::paint(1, 800, 600))).unwrap();
    assert_eq!((photo.format, photo.width, photo.height), (ImageFormat::Jpeg, 800, 600));
    assert_eq!(photo.hints, []);
    let exif = photo.exif.as_ref().unwrap();
    assert_eq!((exif.make.as_deref(), exif.model.as_deref()), (Some("Onsite"), Some("Phone")));
    assert!(photo.perceptual_hash.is_some());
    assert!(photo.thumbhash.len() <= 25);
    let renditions = photo.renditions;
    let size = |jpeg: &[u8]| look(jpeg).map(|photo| (photo.width, photo.height)).unwrap();
    assert_eq!((size(&renditions.small), size(&renditions.large)), ((320, 240), (800, 600)));
}

#[test]
fn renditions_carry_no_metadata() {
    let photo = look(&Shot::honest().jpeg(&scene::paint(2, 2000, 1000))).unwrap();
    let renditions = photo.renditions;
    for rendition in [&renditions.small, &renditions.large] {
        let seen = look(rendition).unwrap();
        assert_eq!((seen.exif, seen.hints.first()), (None, Some(&PhotoHint::NoExif)));
        // Nothing but JFIF's header, tables, frame and scan: no APP1 to APP15, no comment.
        let markers = files::markers(rendition);
        assert!(markers.iter().all(|marker| matches!(marker, 0xe0 | 0xdb | 0xc4 | 0xc0 | 0xda)), "{markers:02x?}");
    }
    assert_eq!(look(&renditions.large).map(|photo| (photo.width, photo.height)), Ok((1600, 800)));
}

#[rstest]
fn every_orientation_is_shown_upright(#[values(1, 2, 3, 4, 5, 6, 7, 8)] orientation: u8) {
    // Red above, left half of it white: no two of the eight look the same.
    let upright = RgbImage::from_fn(160, 96, |x, y| match (x < 80, y < 48) {
        (true, true) => Rgb([250, 250, 250]),
        (false, true) => Rgb([220, 20, 20]),
        _ => Rgb([20, 20, 120]),
    });
    let mut stored = DynamicImage::ImageRgb8(upright.clone());
    // What undoes a turn: quarters are each other's inverse, the rest their own.
    let inverse = match orientation {
        6 => 8,
        8 => 6,
        own => own,
    };
    stored.apply_orientation(Orientation::from_exif(inverse).unwrap());
    let photo = look(&Shot { orientation, ..Shot::honest() }.jpeg(&stored.into_rgb8())).unwrap();
    assert_eq!((photo.width, photo.height), (160, 96));
    let shown = image::load_from_memory(&photo.renditions.small).unwrap().into_rgb8();
    for (x, y) in [(10, 10), (150, 10), (10, 90), (150, 90)] {
        let (seen, meant) = (shown.get_pixel(x, y), upright.get_pixel(x, y));
        let apart = seen.0.iter().zip(meant.0).map(|(a, b)| a.abs_diff(b)).max();
        assert!(apart < Some(30), "{orientation}: {seen:?} is not {meant:?} at {x}, {y}");
    }
}

#[rstest]
#[case::photo(1000, 700, 320)]
#[case::just_too_large(321, 641, 640)]
#[case::line(1, 2000, 700)]
fn scaling_in_strips_leaves_no_seams(#[case] width: u32, #[case] height: u32, #[case] side: u32) {
    let picture = scene::paint(12, width, height);
    let from = ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).unwrap();
    let shrunk = rendition::shrink(picture.clone(), side).unwrap();
    let mut at_once = Image::new(shrunk.width(), shrunk.height(), PixelType::U8x3);
    let bilinear = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize(&from, &mut at_once, &bilinear).unwrap();
    assert_eq!(shrunk.width().max(shrunk.height()), side);
    assert!(shrunk.as_raw() == at_once.buffer());
}

#[rstest]
#[case::grey(::png::ColorType::Grayscale, ::png::BitDepth::Eight)]
#[case::grey_of_sixteen_bits(::png::ColorType::Grayscale, ::png::BitDepth::Sixteen)]
#[case::colour(::png::ColorType::Rgb, ::png::BitDepth::Eight)]
#[case::transparent(::png::ColorType::Rgba, ::png::BitDepth::Eight)]
#[case::transparent_grey(::png::ColorType::GrayscaleAlpha, ::png::BitDepth::Sixteen)]
fn every_kind_of_png_is_read(#[case] color: ::png::ColorType, #[case] depth: ::png::BitDepth) {
    let photo = look(&encode_png(64, 48, color, depth)).unwrap();
    assert_eq!((photo.format, photo.width, photo.height), (ImageFormat::Png, 64, 48));
    assert!(!photo.renditions.small.is_empty());
}

#[test]
fn a_phones_heic_gives_everything() {
    let picture = scene::paint(1, 800, 600);
    let photo = look(&files::heic(&picture, Some(&Shot::honest().exif()))).unwrap();
    assert_eq!((photo.format, photo.width, photo.height), (ImageFormat::Heic, 800, 600));
    assert_eq!(photo.exif.as_ref().unwrap().make.as_deref(), Some("Onsite"));
    let jpeg = look(&Shot::honest().jpeg(&picture)).unwrap();
    assert_eq!(photo.position(), jpeg.position());
    let [heic, jpeg] = [photo.perceptual_hash, jpeg.perceptual_hash].map(Option::unwrap);
    assert!(near(heic, jpeg) <= REUSE_DISTANCE, "{}", near(heic, jpeg));
    let size = |jpeg: &[u8]| look(jpeg).map(|photo| (photo.width, photo.height)).unwrap();
    assert_eq!((size(&photo.renditions.small), size(&photo.renditions.large)), ((320, 240), (800, 600)));
}

/// The orientation in a HEIC's EXIF is for information only.
#[test]
fn a_heic_says_itself_how_it_is_turned() {
    let exif = Shot { orientation: 6, ..Shot::honest() }.exif();
    let photo = look(&files::heic(&scene::paint(1, 96, 64), Some(&exif))).unwrap();
    assert_eq!((photo.width, photo.height), (96, 64));
}

#[test]
fn nothing_to_be_seen_is_said_and_not_hashed() {
    let dark = look(&encode_jpeg(&RgbImage::from_pixel(640, 480, Rgb([4, 4, 5])), None)).unwrap();
    assert_eq!(dark.perceptual_hash, None);
    assert!(dark.hints.contains(&PhotoHint::Featureless));
}

#[test]
fn what_was_announced_is_compared_with_the_bytes() {
    assert!(ImageFormat::Heic.is_announced_as("image/heif") && ImageFormat::Jpeg.is_announced_as("image/jpeg"));
    assert!(!ImageFormat::Png.is_announced_as("image/jpeg"));
}

#[rstest]
#[case::of_a_phone_saved_by_an_editor("Adobe Photoshop 26.0", PhotoHint::Edited)]
#[case::of_a_beautifier("美图秀秀 11.2", PhotoHint::Edited)]
#[case::named_so("Screenshot", PhotoHint::Screenshot)]
fn software_gives_hints(#[case] software: &str, #[case] hint: PhotoHint) {
    let shot = Shot { software: Some(software.into()), ..Shot::honest() };
    assert_eq!(look(&shot.jpeg(&scene::paint(3, 400, 300))).unwrap().hints, [hint]);
}

#[test]
fn a_slender_picture_of_no_camera_may_be_a_screenshot() {
    let slender = look(&encode_jpeg(&scene::paint(4, 390, 844), None)).unwrap();
    assert_eq!(slender.hints, [PhotoHint::NoExif, PhotoHint::Screenshot, PhotoHint::SavedAgain]);
    let panorama = look(&Shot::honest().jpeg(&scene::paint(4, 1200, 400))).unwrap();
    assert_eq!(panorama.hints, []);
}

#[test]
fn why_a_photo_is_not_looked_at_is_said_in_both_languages() {
    let error = look(b"%PDF-1.7").unwrap_err();
    assert_eq!(error.to_string(), "the file is neither a JPEG nor a PNG nor a HEIC");
    assert_eq!(error.message().said(Language::Zh), "文件不是 JPEG、PNG 或 HEIC 图片");
    assert_eq!(PhotoHint::Screenshot.message().said(Language::En), "The photo may be a screenshot.");
    assert_eq!(PhotoHint::Screenshot.message().said(Language::Zh), "照片可能是截屏。");
}
