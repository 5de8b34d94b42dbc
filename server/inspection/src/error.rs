//! Why a photo could not be inspected.

use std::{error::Error, fmt};

use messages::{Language, Message, message};

/// Why a photo could not be inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InspectionError {
    /// More bytes than are looked at.
    TooManyBytes {
        /// Bytes of the file.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The first bytes are not those of a JPEG, PNG or HEIC.
    UnknownFormat,
    /// The file ends before the picture does.
    Truncated,
    /// Its structure contradicts itself.
    Malformed(&'static str),
    /// A picture without width or height.
    Empty {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// More pixels than are decoded.
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// It goes over the picture so often that decoding would take too long.
    TooManyScans {
        /// How often it goes over the picture.
        scans: u32,
    },
    /// Decoding would take more memory than is allowed.
    TooMuchMemory {
        /// Bytes needed.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A kind of JPEG or PNG that no camera makes.
    Unsupported(&'static str),
    /// Its pixels can't be decoded.
    Undecodable,
}

impl InspectionError {
    /// The reason, fit for users.
    pub fn message(&self) -> Message {
        match *self {
            Self::TooManyBytes { bytes, limit } => message!(PhotoTooManyBytes { bytes, limit }),
            Self::UnknownFormat => message!(PhotoUnknownFormat),
            Self::Truncated => message!(PhotoTruncated),
            Self::Malformed(detail) => message!(PhotoMalformed { detail }),
            Self::Empty { width, height } => message!(PhotoEmpty { width, height }),
            Self::TooManyPixels { width, height } => message!(PhotoTooManyPixels { width, height }),
            Self::TooManyScans { scans } => message!(PhotoTooManyScans { scans }),
            Self::TooMuchMemory { bytes, limit } => message!(PhotoTooMuchMemory { bytes, limit }),
            Self::Unsupported(detail) => message!(PhotoUnsupported { detail }),
            Self::Undecodable => message!(PhotoUndecodable),
        }
    }
}

impl fmt::Display for InspectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

impl Error for InspectionError {}
