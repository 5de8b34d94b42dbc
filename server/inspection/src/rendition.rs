//! What is shown of a photo, and what it looks like: two renditions, a placeholder, a perceptual hash.

use domain::check_ins::likeness::PerceptualHash;
use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::{DynamicImage, RgbImage, metadata::Orientation};
use image_hasher::{HashAlg, HasherConfig};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Decoded, InspectionError};

/// A photo as it is shown: JPEG, turned upright, without any metadata. Colours are taken to be sRGB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renditions {
    /// At most 320 pixels on its longer side.
    pub small: Vec<u8>,
    /// At most 1600 pixels on its longer side.
    pub large: Vec<u8>,
}

/// What is drawn from the pixels.
pub(super) struct Drawn {
    pub(super) renditions: Renditions,
    pub(super) perceptual_hash: Option<PerceptualHash>,
    pub(super) thumbhash: Vec<u8>,
}

/// Longer sides, in pixels; ThumbHash takes 100 at most.
const LARGE: u32 = 1600;
const SMALL: u32 = 320;
const PLACEHOLDER: u32 = 100;

/// Rows that are scaled at once.
const STRIP: u32 = 128;

const LARGE_QUALITY: u8 = 82;
const SMALL_QUALITY: u8 = 78;

/// A picture whose shorter side has fewer pixels shows nothing that a person could know a place by: that is less than an
/// icon on a screen.
const LEAST_SIDE: u32 = 32;

/// Nothing larger is shown or looked at.
pub(super) fn as_shown(picture: RgbImage) -> Result<RgbImage, InspectionError> {
    shrink(picture, LARGE)
}

/// Each size is made from the one before it, so that the full picture is gone over once.
pub(super) fn draw(decoded: Decoded, orientation: u8) -> Result<Drawn, InspectionError> {
    let (width, height) = decoded.size;
    let large = upright(shrink(decoded.picture, LARGE)?, orientation);
    let large_jpeg = encode(&large, LARGE_QUALITY)?;
    let small = shrink(large, SMALL)?;
    let small_jpeg = encode(&small, SMALL_QUALITY)?;
    let perceptual_hash = hash(&small).filter(|_| width.min(height) >= LEAST_SIDE);
    let thumbhash = placeholder(&shrink(small, PLACEHOLDER)?);
    Ok(Drawn { renditions: Renditions { small: small_jpeg, large: large_jpeg }, perceptual_hash, thumbhash })
}

/// Scales down to a longer side of at most `side` pixels, and never up.
pub(super) fn shrink(picture: RgbImage, side: u32) -> Result<RgbImage, InspectionError> {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= side {
        return Ok(picture);
    }
    let scaled = |pixels: u32| {
        let rounded = (u64::from(pixels) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(rounded).unwrap_or(side).max(1)
    };
    let from =
        ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).map_err(|_| InspectionError::Undecodable)?;
    let mut to = RgbImage::new(scaled(width), scaled(height));
    shrink_in_strips(&from, &mut to).map_err(|()| InspectionError::Undecodable)?;
    Ok(to)
}

/// Strip by strip, because the resizer holds what it has scaled in one direction until it scales it in the other: for
/// the whole of a photo of 12 megapixels, that would be 14 MB. The pixels come out the same.
fn shrink_in_strips(from: &ImageRef<'_>, to: &mut RgbImage) -> Result<(), ()> {
    let (width, height) = (f64::from(from.width()), f64::from(from.height()));
    let (columns, rows) = to.dimensions();
    let above = |row: u32| (f64::from(row) * height / f64::from(rows)).min(height);
    let strip_bytes = usize::try_from(3 * STRIP * columns).map_err(drop)?;
    let mut resizer = Resizer::new();
    for (top, pixels) in (0..).step_by(STRIP as usize).zip(to.chunks_mut(strip_bytes)) {
        let bottom = rows.min(top + STRIP);
        let mut strip = Image::from_slice_u8(columns, bottom - top, pixels, PixelType::U8x3).map_err(drop)?;
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).crop(
            0.0,
            above(top),
            width,
            above(bottom) - above(top),
        );
        resizer.resize(from, &mut strip, &options).map_err(drop)?;
    }
    Ok(())
}

fn upright(picture: RgbImage, orientation: u8) -> RgbImage {
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms));
    picture.into_rgb8()
}

/// Four times as fast as `image`'s own encoder, which was the slowest part of the whole.
fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, InspectionError> {
    let side = |pixels: u32| u16::try_from(pixels).map_err(|_| InspectionError::Undecodable);
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).map_err(|_| InspectionError::Undecodable)?;
    Ok(jpeg)
}

/// The sign of each of the 64 lowest frequencies against their median (pHash, Zauner 2010), 8 × 8.
fn hash(picture: &RgbImage) -> Option<PerceptualHash> {
    let hasher =
        HasherConfig::with_bytes_type::<[u8; 8]>().hash_size(8, 8).hash_alg(HashAlg::Median).preproc_dct().to_hasher();
    is_featured(picture).then(|| {
        let hash = hasher.hash_image(picture);
        PerceptualHash::from_bits(hash.as_bytes().iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    })
}

/// Whether brightness varies at all: its standard deviation is at least 3 of 255, which is what noise alone reaches.
fn is_featured(picture: &RgbImage) -> bool {
    const DEVIATION: f64 = 3.0;
    let (mut sum, mut squares) = (0_u64, 0_u64);
    for [r, g, b] in picture.as_raw().as_chunks().0 {
        let brightness = u64::from(*r) + 2 * u64::from(*g) + u64::from(*b);
        sum += brightness;
        squares += brightness * brightness;
    }
    let pixels = f64::from(picture.width()) * f64::from(picture.height());
    #[expect(clippy::cast_precision_loss, reason = "small: the picture has 320 pixels a side at most")]
    let (mean, mean_square) = (sum as f64 / pixels, squares as f64 / pixels);
    // Brightness is counted in quarters.
    (mean_square - mean * mean).max(0.0).sqrt() >= 4.0 * DEVIATION
}

fn placeholder(picture: &RgbImage) -> Vec<u8> {
    let rgba: Vec<u8> = picture.as_raw().as_chunks().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect();
    let side = |pixels: u32| usize::try_from(pixels).unwrap_or_default();
    thumbhash::rgba_to_thumb_hash(side(picture.width()), side(picture.height()), &rgba)
}
