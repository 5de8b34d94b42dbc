//! What a photo's bytes say: format, size, EXIF, likeness, and renditions fit to be shown.
//!
//! [`inspect`] is pure and total. Images are hostile: everything is bounded before it is decoded, by what the file's own
//! structure says, which the readers in [`jpeg`], [`png`] and [`heic`] walk in one pass without allocating.
//! Originals are never touched; renditions are drawn anew from pixels, so no metadata survives in them.

use entity::values::Datum;

use crate::domain::{datum::Position, likeness::PerceptualHash};

mod container;
mod error;
mod exif;
mod heic;
mod hint;
mod jpeg;
mod pixels;
mod png;
mod rendition;
#[cfg(test)]
mod tests;
mod tiff;

pub use container::ImageFormat;
pub use error::InspectionError;
pub use exif::ExifFacts;
pub use hint::PhotoHint;
pub use rendition::Renditions;

/// The datum EXIF positions are in unless proven otherwise (CIPA DC-008, `GPSMapDatum`: WGS-84 is assumed).
pub const EXIF_DATUM: Datum = Datum::Wgs84;

/// How much of a photo is looked at, and how much work it may cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InspectionLimits {
    /// Bytes of the file.
    pub max_bytes: usize,
    /// Pixels of its longer side.
    pub max_dimension: u32,
    /// Pixels in all.
    pub max_pixels: u64,
    /// Pixels times scans: a progressive JPEG goes over the whole picture once a scan.
    pub max_scan_pixels: u64,
    /// Bytes that decoding may allocate, as far as they follow from the header.
    pub max_alloc_bytes: u64,
    /// Bytes of EXIF; more are not read.
    pub max_exif_bytes: usize,
}

impl Default for InspectionLimits {
    /// 30 MB, 50 megapixels, 20,000 pixels a side, twelve scans over the largest picture, 512 MiB, 128 KiB of EXIF.
    fn default() -> Self {
        Self {
            max_bytes: 30_000_000,
            max_dimension: 20_000,
            max_pixels: 50_000_000,
            max_scan_pixels: 600_000_000,
            max_alloc_bytes: 512 << 20,
            max_exif_bytes: 128 << 10,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// By its bytes, whatever was announced.
    pub format: ImageFormat,
    /// Pixels across, as shown (after orientation).
    pub width: u32,
    /// Pixels down, as shown.
    pub height: u32,
    /// What its EXIF says; none where there is none or it can't be read.
    pub exif: Option<ExifFacts>,
    /// What a person looking at it may want to know, in the order of [`PhotoHint`]. Hints only, never proof.
    pub hints: Vec<PhotoHint>,
    /// What it looks like as shown. None for HEIC, which is not decoded, and for a picture of nothing (all dark, say),
    /// which would look like any other picture of nothing.
    pub perceptual_hash: Option<PerceptualHash>,
    /// What is shown to people. None for HEIC.
    pub renditions: Option<Renditions>,
    /// A ThumbHash (<https://evanw.github.io/thumbhash/>) of 25 bytes at most, shown until a rendition is there.
    pub thumbhash: Option<Vec<u8>>,
}

impl Inspection {
    /// Where it was taken, by its EXIF, with the error in metres where that is given.
    pub fn position(&self) -> Option<(Position, Option<f64>)> {
        let exif = self.exif.as_ref()?;
        Some((exif.position?, exif.horizontal_error_m))
    }
}

/// Looks at a photo's bytes. Reads no clock, does no I/O, and takes time and memory bounded by `limits`: with the
/// default ones, about a second and 512 MiB at worst. Call it where blocking is allowed.
///
/// # Errors
/// [`InspectionError`] when it is no picture that can be shown: not a JPEG, PNG or HEIC, beyond a limit, or broken.
pub fn inspect(bytes: &[u8], limits: &InspectionLimits) -> Result<Inspection, InspectionError> {
    let container = container::read(bytes, limits)?;
    let facts = container.exif.filter(|block| block.len() <= limits.max_exif_bytes).map(exif::read);
    let orientation = facts.as_ref().and_then(|facts| facts.as_ref().ok()).map_or(1, |facts| facts.orientation);
    let mut hints = hint::all(&container, facts.as_ref());
    let drawn = match container.format {
        ImageFormat::Heic => None,
        _ => Some(rendition::draw(pixels::decode(bytes, &container, limits)?, orientation)?),
    };
    if drawn.as_ref().is_some_and(|drawn| drawn.perceptual_hash.is_none()) {
        hints.push(PhotoHint::Featureless);
    }
    let (width, height) = shown(&container, orientation);
    let (perceptual_hash, thumbhash) =
        drawn.as_ref().map_or((None, None), |drawn| (drawn.perceptual_hash, Some(drawn.thumbhash.clone())));
    Ok(Inspection {
        format: container.format,
        width,
        height,
        exif: facts.and_then(Result::ok),
        hints,
        perceptual_hash,
        renditions: drawn.map(|drawn| drawn.renditions),
        thumbhash,
    })
}

/// Width and height as shown. HEIC says itself how it is turned, and its EXIF orientation is for information only
/// (ISO/IEC 23008-12, annex A).
fn shown(container: &container::Container<'_>, orientation: u8) -> (u32, u32) {
    let sideways = match container.format {
        ImageFormat::Heic => container.sideways,
        _ => orientation >= 5,
    };
    let (width, height) = (container.width, container.height);
    if sideways { (height, width) } else { (width, height) }
}

/// The entry point of the fuzzer: inspects with small limits, so that many inputs a second can be tried, and checks what
/// must hold of every result. Does nothing else.
pub fn fuzz_inspect(bytes: &[u8]) {
    let limits = InspectionLimits {
        max_pixels: 1 << 20,
        max_scan_pixels: 1 << 22,
        max_alloc_bytes: 32 << 20,
        ..InspectionLimits::default()
    };
    if let Ok(inspection) = inspect(bytes, &limits) {
        assert!(inspection.width > 0 && inspection.height > 0);
        assert!(u64::from(inspection.width) * u64::from(inspection.height) <= limits.max_pixels);
        assert_eq!(inspection.renditions.is_some(), inspection.format != ImageFormat::Heic);
        assert!(inspection.thumbhash.is_none_or(|hash| hash.len() <= 25));
    }
}
