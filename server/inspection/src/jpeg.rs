//! The structure of a JPEG (ITU-T T.81, annex B): its segments and scans up to the end of the picture.

use super::{
    InspectionError,
    container::{Bytes, Container, EditTraces, ImageFormat},
};

pub(super) const SIGNATURE: [u8; 3] = [0xff, 0xd8, 0xff];

const EXIF: &[u8] = b"Exif\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// Walks the whole file once. Refuses what has no frame, two frames, or no end.
pub(super) fn read(bytes: &[u8]) -> Result<Container<'_>, InspectionError> {
    let mut rest = Bytes(bytes);
    let mut found = Found::default();
    rest.take(2).ok_or(InspectionError::Truncated)?;
    loop {
        match next_marker(&mut rest).ok_or(InspectionError::Truncated)? {
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            0xd9 => break,
            marker => {
                let length = rest.u16().ok_or(InspectionError::Truncated)?;
                let length = length.checked_sub(2).ok_or(InspectionError::Malformed("a segment without length"))?;
                found.segment(marker, rest.take(length.into()).ok_or(InspectionError::Truncated)?)?;
            }
        }
    }
    found.marks.trailing_bytes = rest.0.len();
    found.container()
}

/// Skips to the next marker: within a scan that is over entropy-coded data, elsewhere over padding.
fn next_marker(rest: &mut Bytes<'_>) -> Option<u8> {
    let prefix = rest.0.iter().position(|byte| *byte == 0xff)?;
    let after = rest.0.get(prefix..)?;
    let marker = after.iter().position(|byte| *byte != 0xff)?;
    rest.take(prefix + marker)?;
    rest.u8()
}

#[derive(Default)]
struct Found<'a> {
    frame: Option<Frame>,
    scans: u32,
    exif: Option<&'a [u8]>,
    xmp: Option<&'a [u8]>,
    marks: EditTraces,
}

impl<'a> Found<'a> {
    fn segment(&mut self, marker: u8, body: &'a [u8]) -> Result<(), InspectionError> {
        match marker {
            0xc0..=0xc2 => {
                let frame = Frame::read(body, marker == 0xc2).ok_or(InspectionError::Truncated)?;
                if self.frame.replace(frame).is_some() {
                    return Err(InspectionError::Malformed("two frames"));
                }
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(InspectionError::Unsupported("lossless, hierarchical or arithmetic JPEG"));
            }
            0xda => self.scans += 1,
            0xe0 => self.marks.jfif |= body.starts_with(b"JFIF\0"),
            0xe1 => {
                // Some write another byte behind the first NUL.
                self.exif = self.exif.or(body.strip_prefix(EXIF).and_then(|rest| rest.get(1..)));
                self.xmp = self.xmp.or(body.strip_prefix(XMP));
            }
            0xe2 => self.marks.multi_picture |= body.starts_with(b"MPF\0"),
            0xed => self.marks.photoshop |= body.starts_with(b"Photoshop 3.0\0"),
            _ => {}
        }
        Ok(())
    }

    fn container(self) -> Result<Container<'a>, InspectionError> {
        let frame = self.frame.ok_or(InspectionError::Malformed("no frame"))?;
        if self.scans == 0 {
            return Err(InspectionError::Malformed("no scan"));
        }
        let in_one_go = !frame.progressive && self.scans == 1;
        let unusual = (!frame.progressive && self.scans > 1) || frame.is_oddly_sampled();
        // The decoder for these holds each component's plane as well.
        let planes = if unusual { frame.pixel_bytes() } else { 0 };
        let coefficients = if in_one_go { 0 } else { frame.coefficient_bytes() };
        Ok(Container {
            format: ImageFormat::Jpeg,
            width: frame.width.into(),
            height: frame.height.into(),
            alloc_bytes: frame.pixel_bytes() + planes + coefficients,
            scans: self.scans,
            unusual,
            exif: self.exif,
            exif_lost: false,
            xmp: self.xmp,
            marks: self.marks,
        })
    }
}

/// SOF0 to SOF2.
struct Frame {
    progressive: bool,
    width: u16,
    height: u16,
    /// Horizontal and vertical sampling factors of up to four components.
    sampling: [(u8, u8); 4],
    components: u8,
}

impl Frame {
    fn read(body: &[u8], progressive: bool) -> Option<Self> {
        let mut rest = Bytes(body);
        let _precision = rest.u8()?;
        let (height, width, components) = (rest.u16()?, rest.u16()?, rest.u8()?);
        let mut sampling = [(0, 0); 4];
        for factors in sampling.iter_mut().take(components.into()) {
            let [_id, both, _table] = rest.array()?;
            *factors = (both >> 4, both & 15);
        }
        Some(Self { progressive, width, height, sampling, components })
    }

    /// Whether a component is sampled by another factor than 1, 2 or 4 of the densest.
    fn is_oddly_sampled(&self) -> bool {
        let factors = self.sampling.iter().take(self.components.into());
        factors.flat_map(|(h, v)| [h, v]).any(|factor| !matches!(factor, 1 | 2 | 4))
    }

    /// As RGB.
    fn pixel_bytes(&self) -> u64 {
        3 * u64::from(self.width) * u64::from(self.height)
    }

    /// Two bytes a coefficient, of blocks of 8 × 8, padded to whole units: held until the last scan.
    fn coefficient_bytes(&self) -> u64 {
        let largest = |factor: fn(&(u8, u8)) -> u8| self.sampling.iter().map(factor).max().unwrap_or(1).max(1);
        let (across, down) = (largest(|(h, _)| *h), largest(|(_, v)| *v));
        let units = u64::from(self.width).div_ceil(8 * u64::from(across))
            * u64::from(self.height).div_ceil(8 * u64::from(down));
        let blocks: u64 = self.sampling.iter().map(|(h, v)| u64::from(*h) * u64::from(*v)).sum();
        2 * 64 * units * blocks.max(self.components.into())
    }
}
