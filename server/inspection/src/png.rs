//! The structure of a PNG (W3C Portable Network Graphics, third edition): its chunks.

use super::{
    InspectionError,
    container::{Bytes, Container, EditTraces, ImageFormat},
};

pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

const XMP: &[u8] = b"XML:com.adobe.xmp\0";

/// Walks the whole file once. Refuses what does not begin with its header, or has no end.
pub(super) fn read(bytes: &[u8]) -> Result<Container<'_>, InspectionError> {
    let mut rest = Bytes(bytes);
    rest.take(SIGNATURE.len()).ok_or(InspectionError::Truncated)?;
    let (kind, header) = chunk(&mut rest).ok_or(InspectionError::Truncated)?;
    if &kind != b"IHDR" {
        return Err(InspectionError::Malformed("no header at its beginning"));
    }
    let mut header = Bytes(header);
    let size = |header: &mut Bytes<'_>| Some((header.u32()?, header.u32()?));
    let (width, height) = size(&mut header).ok_or(InspectionError::Truncated)?;
    let (mut exif, mut xmp, mut marks) = (None, None, EditTraces::default());
    loop {
        let (kind, body) = chunk(&mut rest).ok_or(InspectionError::Truncated)?;
        match &kind {
            b"IEND" => break,
            b"acTL" => marks.animated = true,
            b"eXIf" => exif = exif.or(Some(body)),
            b"iTXt" => xmp = xmp.or(body.strip_prefix(XMP)),
            _ => {}
        }
    }
    marks.trailing_bytes = rest.0.len();
    // As RGB; rows are decoded one by one, their eight bytes a pixel at most are little.
    let alloc_bytes = u64::from(width).saturating_mul(height.into()).saturating_mul(3);
    Ok(Container {
        format: ImageFormat::Png,
        width,
        height,
        alloc_bytes,
        scans: 1,
        unusual: false,
        exif,
        exif_lost: false,
        xmp,
        marks,
    })
}

/// Kind and data of the next chunk. Its checksum is the decoder's business.
fn chunk<'a>(rest: &mut Bytes<'a>) -> Option<([u8; 4], &'a [u8])> {
    let length = rest.length_u32()?;
    let kind = rest.array()?;
    let body = rest.take(length)?;
    rest.take(4)?;
    Some((kind, body))
}
