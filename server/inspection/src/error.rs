//! Why a photo could not be inspected.

/// Why a photo could not be inspected. Its text is fit for users, [`InspectionError::zh`] is the same in Chinese.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InspectionError {
    /// More bytes than are looked at.
    #[error("the file has {bytes} bytes; at most {limit} are looked at")]
    TooManyBytes {
        /// Bytes of the file.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The first bytes are not those of a JPEG, PNG or HEIC.
    #[error("the file is neither a JPEG nor a PNG nor a HEIC")]
    UnknownFormat,
    /// The file ends before the picture does.
    #[error("the file ends before the picture does")]
    Truncated,
    /// Its structure contradicts itself.
    #[error("the file is damaged: {0}")]
    Malformed(&'static str),
    /// A picture without width or height.
    #[error("the picture is {width} × {height} pixels, which is none at all")]
    Empty {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// More pixels than are decoded.
    #[error("the picture is {width} × {height} pixels, more than can be looked at")]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// It goes over the picture so often that decoding would take too long.
    #[error("the picture is drawn in {scans} passes, more than can be followed")]
    TooManyScans {
        /// How often it goes over the picture.
        scans: u32,
    },
    /// Decoding would take more memory than is allowed.
    #[error("decoding the picture takes {bytes} bytes; at most {limit} are allowed")]
    TooMuchMemory {
        /// Bytes needed.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A kind of JPEG or PNG that no camera makes.
    #[error("the picture is of an unusual kind: {0}")]
    Unsupported(&'static str),
    /// Its pixels can't be decoded.
    #[error("the picture can't be decoded")]
    Undecodable,
}

impl InspectionError {
    /// The same sentence in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::TooManyBytes { bytes, limit } => format!("文件有 {bytes} 字节，最多只检查 {limit} 字节"),
            Self::UnknownFormat => "文件不是 JPEG、PNG 或 HEIC 图片".into(),
            Self::Truncated => "文件不完整，图片未结束".into(),
            Self::Malformed(_) => "文件已损坏".into(),
            Self::Empty { width, height } => format!("图片尺寸为 {width} × {height} 像素，没有内容"),
            Self::TooManyPixels { width, height } => format!("图片尺寸为 {width} × {height} 像素，超过可检查的范围"),
            Self::TooManyScans { scans } => format!("图片分 {scans} 遍绘制，超过可处理的范围"),
            Self::TooMuchMemory { bytes, limit } => format!("解码图片需要 {bytes} 字节内存，最多允许 {limit} 字节"),
            Self::Unsupported(_) => "图片类型不受支持".into(),
            Self::Undecodable => "图片无法解码".into(),
        }
    }
}
