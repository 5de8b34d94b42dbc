//! The structure of a HEIC (ISO/IEC 14496-12 and 23008-12): how large it says it is, and where its EXIF lies. What it
//! shows, and how it is turned, is the decoder's business.

use super::{
    InspectionError,
    container::{Bytes, Container, EditTraces, ImageFormat},
};

/// Brands under which still pictures come (ISO/IEC 23008-12, annex B).
const BRANDS: [&[u8; 4]; 6] = [b"mif1", b"msf1", b"heic", b"heix", b"heim", b"heis"];

/// Items beyond this are not looked at: a picture in tiles has a few hundred.
const MAX_ITEMS: u32 = 4096;

/// Whether it begins with a file type box that names a brand of still pictures.
pub(super) fn is_heic(bytes: &[u8]) -> bool {
    let Some((kind, body)) = next_box(&mut Bytes(bytes)) else { return false };
    let brands = body.as_chunks::<4>().0;
    let brands = brands.get(..64).unwrap_or(brands);
    // AVIF names the same general brands, but is another format.
    &kind == b"ftyp" && brands.iter().any(|brand| BRANDS.contains(&brand)) && !brands.contains(b"avif")
}

/// Reads the meta box. Refuses what has none, or says no size in it.
pub(super) fn read(bytes: &[u8]) -> Result<Container<'_>, InspectionError> {
    let mut rest = Bytes(bytes);
    let meta = loop {
        match next_box(&mut rest).ok_or(InspectionError::Truncated)? {
            (kind, body) if &kind == b"meta" => break body.get(4..).ok_or(InspectionError::Truncated)?,
            _ => {}
        }
    };
    if is_cut(rest) {
        return Err(InspectionError::Truncated);
    }
    let (mut exif_item, mut locations, mut properties, mut data) = (None, None, None, None);
    for (kind, body) in boxes(meta) {
        match &kind {
            b"iinf" => exif_item = find_exif_item(body),
            b"iloc" => locations = Some(body),
            b"iprp" => properties = boxes(body).find_map(|(kind, body)| (&kind == b"ipco").then_some(body)),
            b"idat" => data = Some(body),
            _ => {}
        }
    }
    if locations.is_some_and(|locations| !has_few_places(locations)) {
        return Err(InspectionError::Malformed("more places than a photo has"));
    }
    let (width, height) = size(properties.unwrap_or_default());
    let has_exif = exif_item.is_some();
    let exif = exif_item
        .zip(locations)
        .and_then(|(item, locations)| locate(locations, item))
        .and_then(|place| place.cut(bytes, data))
        .and_then(tiff_block);
    Ok(Container {
        format: ImageFormat::Heic,
        width,
        height,
        // The planes of a tile or of the whole, and the picture put together.
        alloc_bytes: u64::from(width).saturating_mul(height.into()).saturating_mul(8),
        scans: 1,
        unusual: false,
        exif,
        exif_lost: has_exif && exif.is_none(),
        xmp: None,
        marks: EditTraces::default(),
    })
}

/// Kind and body of the next box. None at the end, or where it reaches beyond it.
fn next_box<'a>(rest: &mut Bytes<'a>) -> Option<([u8; 4], &'a [u8])> {
    let size = rest.u32()?;
    let kind = rest.array()?;
    let length = match size {
        0 => rest.0.len(),
        1 => usize::try_from(u64::from_be_bytes(rest.array()?)).ok()?.checked_sub(16)?,
        size => usize::try_from(size).ok()?.checked_sub(8)?,
    };
    Some((kind, rest.take(length)?))
}

/// Whether a box of data goes on beyond the end. What some phones write behind the boxes is no reason to think so.
fn is_cut(mut rest: Bytes<'_>) -> bool {
    loop {
        let header = rest;
        if next_box(&mut rest).is_none() {
            let mut header = header;
            return header.u32().is_some() && header.array() == Some(*b"mdat");
        }
    }
}

fn boxes(body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = Bytes(body);
    std::iter::from_fn(move || next_box(&mut rest))
}

/// The largest picture's width and height; the others are its tiles and its thumbnail.
fn size(properties: &[u8]) -> (u32, u32) {
    let mut largest = (0, 0);
    for (_, body) in boxes(properties).filter(|(kind, _)| kind == b"ispe") {
        let mut rest = Bytes(body);
        let size = rest.u32().and_then(|_version| Some((rest.u32()?, rest.u32()?))).unwrap_or_default();
        largest = std::cmp::max_by_key(largest, size, |(width, height)| u64::from(*width) * u64::from(*height));
    }
    largest
}

/// The number of the item of type `Exif`.
fn find_exif_item(body: &[u8]) -> Option<u32> {
    let mut rest = Bytes(body);
    let [version, ..] = rest.array::<4>()?;
    let count = if version == 0 { rest.u16()?.into() } else { rest.u32()? };
    boxes(rest.0).take(usize::try_from(count.min(MAX_ITEMS)).ok()?).find_map(|(kind, body)| {
        let mut rest = Bytes(body);
        let [version, ..] = rest.array::<4>()?;
        let item = if version == 2 { rest.u16()?.into() } else { rest.u32()? };
        let _protection = rest.u16()?;
        (&kind == b"infe" && &rest.array::<4>()? == b"Exif").then_some(item)
    })
}

/// Where an item lies: in the file, or in the meta box's own data.
struct Place {
    in_meta: bool,
    offset: u64,
    length: u64,
}

impl Place {
    fn cut<'a>(&self, file: &'a [u8], meta: Option<&'a [u8]>) -> Option<&'a [u8]> {
        let all = if self.in_meta { meta? } else { file };
        let from = all.get(usize::try_from(self.offset).ok()?..)?;
        if self.length == 0 { Some(from) } else { from.get(..usize::try_from(self.length).ok()?) }
    }
}

/// Finds an item's place in the item location box. Items in pieces, or in other files, are not followed.
fn locate(body: &[u8], wanted: u32) -> Option<Place> {
    let mut rest = Bytes(body);
    let [version, ..] = rest.array::<4>()?;
    let sizes = rest.u16()?;
    let nibble = |shift: u16| usize::from(sizes >> shift & 15);
    let (offset_size, length_size, base_size) = (nibble(12), nibble(8), nibble(4));
    let index_size = if version == 0 { 0 } else { nibble(0) };
    let count = if version < 2 { rest.u16()?.into() } else { rest.u32()? };
    for _ in 0..count.min(MAX_ITEMS) {
        let item = if version < 2 { rest.u16()?.into() } else { rest.u32()? };
        let method = if version == 0 { 0 } else { rest.u16()? & 15 };
        let elsewhere = rest.u16()? != 0;
        let base = number(&mut rest, base_size)?;
        let extents = rest.u16()?;
        if item != wanted {
            rest.take(usize::from(extents) * (index_size + offset_size + length_size))?;
            continue;
        }
        if extents != 1 || method > 1 || elsewhere {
            return None;
        }
        rest.take(index_size)?;
        let offset = base.checked_add(number(&mut rest, offset_size)?)?;
        return Some(Place { in_meta: method == 1, offset, length: number(&mut rest, length_size)? });
    }
    None
}

/// Whether the items lie in no more pieces than can be followed: pieces without length cost nothing but time.
fn has_few_places(body: &[u8]) -> bool {
    const MOST: usize = 16_384;
    let mut rest = Bytes(body);
    let mut places = 0;
    let walked = (|| {
        let [version, ..] = rest.array::<4>()?;
        let sizes = rest.u16()?;
        let nibble = |shift: u16| usize::from(sizes >> shift & 15);
        let index_size = if version == 0 { 0 } else { nibble(0) };
        let place_size = index_size + nibble(12) + nibble(8);
        let count = if version < 2 { rest.u16()?.into() } else { rest.u32()? };
        for _ in 0..count {
            rest.take(if version < 2 { 2 } else { 4 } + if version == 0 { 0 } else { 2 } + 2 + nibble(4))?;
            let extents = usize::from(rest.u16()?);
            places += 1 + extents;
            if places > MOST {
                return Some(());
            }
            rest.take(extents * place_size)?;
        }
        Some(())
    })();
    walked.is_some() && places <= MOST
}

/// A number of 0, 4 or 8 bytes.
fn number(rest: &mut Bytes<'_>, size: usize) -> Option<u64> {
    match size {
        0 => Some(0),
        4 => rest.u32().map(u64::from),
        8 => rest.array().map(u64::from_be_bytes),
        _ => None,
    }
}

/// An Exif item begins with the distance to its TIFF header.
fn tiff_block(item: &[u8]) -> Option<&[u8]> {
    let mut rest = Bytes(item);
    let skip = rest.length_u32()?;
    rest.0.get(skip..)
}
