//! Pictures, and the EXIF in them.

mod seeds;

pub use seeds::seeds;

use inspection::{ImageFormat, InspectionLimits, fuzz_inspect, inspect};
use libfuzzer_sys::fuzzer_mutate;

/// Inspects the bytes, and now and then inspects what it draws: a rendition is a JPEG in which nothing but a picture is.
///
/// # Panics
/// When something doesn't hold that should.
pub fn check(bytes: &[u8]) {
    fuzz_inspect(bytes);
    if !bytes.len().is_multiple_of(8) {
        return;
    }
    let limits = InspectionLimits { max_pixels: 1 << 16, max_alloc_bytes: 32 << 20, ..InspectionLimits::default() };
    let Ok(drawn) = inspect(bytes, &limits).map(|found| found.renditions) else { return };
    for (rendition, side) in [(drawn.small, 320), (drawn.large, 1600)] {
        let seen = inspect(&rendition, &limits).unwrap_or_else(|error| panic!("a rendition is no picture: {error}"));
        assert_eq!(seen.format, ImageFormat::Jpeg);
        assert!(seen.width <= side && seen.height <= side, "a rendition has {} x {} pixels", seen.width, seen.height);
        assert!(seen.exif.is_none(), "EXIF survived: {:?}", seen.exif);
    }
}

/// libFuzzer's mutation, after which a PNG mostly has right checksums again: readers look no further than a wrong one.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let size = fuzzer_mutate(data, size, max_size);
    if !seed.is_multiple_of(4) {
        mend_png(&mut data[..size]);
    }
    size
}

fn mend_png(file: &mut [u8]) {
    if !file.starts_with(b"\x89PNG\r\n\x1a\n") {
        return;
    }
    let mut rest = &mut file[8..];
    while let Some((&mut length, chunk)) = rest.split_first_chunk_mut::<4>() {
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        let Some((body, after)) = chunk.split_at_mut_checked(length.saturating_add(4)) else { return };
        let Some((checksum, after)) = after.split_first_chunk_mut() else { return };
        *checksum = crc32fast::hash(body).to_be_bytes();
        rest = after;
    }
}
