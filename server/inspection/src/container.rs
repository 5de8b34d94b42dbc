//! What a file's structure says before anything is decoded.

use super::{InspectionError, InspectionLimits, heic, jpeg, png};

/// Kinds of picture that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageFormat {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// PNG, animated or not (W3C Portable Network Graphics).
    Png,
    /// HEIC and its kin (ISO/IEC 23008-12), whose picture is HEVC (ITU-T H.265).
    Heic,
}

impl ImageFormat {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
        }
    }

    /// Whether a photo announced as this media type (lower case, without parameters) may have these bytes.
    pub fn is_announced_as(self, content_type: &str) -> bool {
        content_type == self.media_type() || (self == Self::Heic && content_type == "image/heif")
    }
}

/// What the structure of a file says.
#[derive(Debug)]
pub(super) struct Container<'a> {
    pub(super) format: ImageFormat,
    /// Pixels across, as stored.
    pub(super) width: u32,
    /// Pixels down, as stored.
    pub(super) height: u32,
    /// Bytes that decoding allocates.
    pub(super) alloc_bytes: u64,
    /// How often it goes over the picture.
    pub(super) scans: u32,
    /// Whether a JPEG is of a kind that only the slower decoder reads rightly.
    pub(super) unusual: bool,
    /// The TIFF block.
    pub(super) exif: Option<&'a [u8]>,
    /// Whether the file says that it has EXIF where none can be found.
    pub(super) exif_lost: bool,
    pub(super) xmp: Option<&'a [u8]>,
    pub(super) marks: EditTraces,
}

/// Traces of how a file was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct EditTraces {
    /// Begins as JFIF does, which cameras rarely and programmes nearly always write.
    pub(super) jfif: bool,
    /// Has Photoshop's own segment.
    pub(super) photoshop: bool,
    /// Holds further pictures (MPO, gain maps).
    pub(super) multi_picture: bool,
    /// Animated PNG.
    pub(super) animated: bool,
    /// Bytes after the end of the picture.
    pub(super) trailing_bytes: usize,
}

/// Reads the structure, and refuses what goes beyond a limit.
pub(super) fn read<'a>(bytes: &'a [u8], limits: &InspectionLimits) -> Result<Container<'a>, InspectionError> {
    if bytes.len() > limits.max_bytes {
        return Err(InspectionError::TooManyBytes { bytes: bytes.len(), limit: limits.max_bytes });
    }
    let container = if bytes.starts_with(&jpeg::SIGNATURE) {
        jpeg::read(bytes)?
    } else if bytes.starts_with(&png::SIGNATURE) {
        png::read(bytes)?
    } else if heic::is_heic(bytes) {
        heic::read(bytes)?
    } else {
        return Err(InspectionError::UnknownFormat);
    };
    check(&container, limits)?;
    Ok(container)
}

fn check(container: &Container<'_>, limits: &InspectionLimits) -> Result<(), InspectionError> {
    let &Container { width, height, scans, alloc_bytes, unusual, .. } = container;
    // The decoder for unusual ones takes three times as long.
    let passes = if unusual { scans.saturating_mul(3) } else { scans };
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(InspectionError::Empty { width, height });
    }
    if width.max(height) > limits.max_dimension || pixels > limits.max_pixels {
        return Err(InspectionError::TooManyPixels { width, height });
    }
    if pixels.saturating_mul(passes.into()) > limits.max_scan_pixels {
        return Err(InspectionError::TooManyScans { scans });
    }
    if alloc_bytes > limits.max_alloc_bytes {
        return Err(InspectionError::TooMuchMemory { bytes: alloc_bytes, limit: limits.max_alloc_bytes });
    }
    Ok(())
}

/// A slice read from its front; every read is checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    /// Big-endian.
    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Big-endian.
    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// Big-endian, where that many bytes can be counted.
    pub(super) fn length_u32(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }
}
