//! What a photo's bytes say: format, size, EXIF, likeness, and renditions fit to be shown.
//!
//! [`inspect`] is pure and total. Images are hostile: everything is bounded before it is decoded, by what the file's own
//! structure says, which the readers in [`jpeg`], [`png`] and [`heic`] walk in one pass without allocating. HEIC is decoded
//! in a process of its own where there is one to be had ([`super::apart`]).
//! Originals are never touched; renditions are drawn anew from pixels, so no metadata survives in them.

use domain::{check_ins::likeness::PerceptualHash, projects::datum::Position};
use entity::values::Datum;
use image::RgbImage;
use objects::PHOTO_BYTES;

pub mod apart;
mod container;
mod error;
mod exif;
mod exif_place;
mod exif_time;
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
pub use exif::{ExifFacts, UnreadableFacts};
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
    /// Bytes of EXIF; of more, the beginning is read.
    pub max_exif_bytes: usize,
}

impl Default for InspectionLimits {
    /// 20 MiB, as uploads have; 50 megapixels, 20,000 pixels a side, twelve scans over the largest picture, 512 MiB, 128 KiB of EXIF.
    fn default() -> Self {
        Self {
            max_bytes: usize::try_from(PHOTO_BYTES).unwrap_or(usize::MAX),
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
    /// What EXIF says that can't be read; all of it where its block can't be.
    pub unread: UnreadableFacts,
    /// What it looks like as shown. None for a picture of nothing (all dark, say, or smaller than an icon), which would
    /// look like any other picture of nothing.
    pub perceptual_hash: Option<PerceptualHash>,
    /// What is shown to people.
    pub renditions: Renditions,
    /// A ThumbHash (<https://evanw.github.io/thumbhash/>) of 25 bytes at most, shown until a rendition is there.
    pub thumbhash: Vec<u8>,
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
    let picture = pixels::decode(bytes, &container, limits)?;
    inspected(&container, Decoded::of(picture)?, limits)
}

/// Whether a photo's picture is to be decoded in a process of its own: its decoder is large and young.
///
/// # Errors
/// What is wrong already with the structure of such a file.
pub fn wants_process(bytes: &[u8], limits: &InspectionLimits) -> Result<bool, InspectionError> {
    let wants = heic::is_heic(bytes);
    if wants {
        container::read(bytes, limits)?;
    }
    Ok(wants)
}

/// A picture, no larger than it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Pixels across and down of the whole, as stored.
    pub size: (u32, u32),
    /// The same scaled down.
    pub picture: RgbImage,
}

impl Decoded {
    fn of(picture: RgbImage) -> Result<Self, InspectionError> {
        Ok(Self { size: picture.dimensions(), picture: rendition::as_shown(picture)? })
    }
}

/// The part of [`inspect`] that may be done in a process of its own.
///
/// # Errors
/// As there.
pub fn decode(bytes: &[u8], limits: &InspectionLimits) -> Result<Decoded, InspectionError> {
    let container = container::read(bytes, limits)?;
    Decoded::of(pixels::decode(bytes, &container, limits)?)
}

/// The rest of [`inspect`].
///
/// # Errors
/// As there.
pub fn inspect_decoded(
    bytes: &[u8],
    decoded: Decoded,
    limits: &InspectionLimits,
) -> Result<Inspection, InspectionError> {
    inspected(&container::read(bytes, limits)?, decoded, limits)
}

fn inspected(
    container: &container::Container<'_>,
    decoded: Decoded,
    limits: &InspectionLimits,
) -> Result<Inspection, InspectionError> {
    let facts = container.exif.map(|block| exif::read(block.get(..limits.max_exif_bytes).unwrap_or(block)));
    // HEIC says itself how it is turned, and its EXIF orientation is for information only (ISO/IEC 23008-12, annex A).
    let orientation = match &facts {
        Some(Ok(facts)) if container.format != ImageFormat::Heic => facts.orientation,
        _ => 1,
    };
    let mut hints = hint::all(container, facts.as_ref());
    let (width, height) = if orientation >= 5 { (decoded.size.1, decoded.size.0) } else { decoded.size };
    let drawn = rendition::draw(decoded, orientation)?;
    if drawn.perceptual_hash.is_none() {
        hints.push(PhotoHint::Featureless);
    }
    let unread = match &facts {
        Some(Ok(facts)) => facts.unread,
        Some(Err(_)) => UnreadableFacts::ALL,
        None if container.exif_lost => UnreadableFacts::ALL,
        None => UnreadableFacts::default(),
    };
    Ok(Inspection {
        format: container.format,
        width,
        height,
        exif: facts.and_then(Result::ok),
        hints,
        unread,
        perceptual_hash: drawn.perceptual_hash,
        renditions: drawn.renditions,
        thumbhash: drawn.thumbhash,
    })
}

/// The entry point of the fuzzer: inspects with small limits, so that many inputs a second can be tried, and checks what
/// must hold of every result. Does nothing else.
#[cfg(any(test, feature = "fuzzing"))]
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
        assert!(!inspection.renditions.small.is_empty() && inspection.thumbhash.len() <= 25);
    }
}
