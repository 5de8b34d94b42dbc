//! From bytes to pixels: RGB, eight bits a channel, as stored.

use std::panic;

use image::RgbImage;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};

use super::{ImageFormat, InspectionError, InspectionLimits, container::Container};

/// Decodes a file's picture: a JPEG's, a PNG's still one on white, or a HEIC's primary one, which comes turned as it is
/// meant to be shown.
pub(super) fn decode(
    bytes: &[u8],
    container: &Container<'_>,
    limits: &InspectionLimits,
) -> Result<RgbImage, InspectionError> {
    let rgb = match container.format {
        ImageFormat::Jpeg if container.unusual => unusual_jpeg(bytes, container, limits)?,
        ImageFormat::Jpeg => jpeg(bytes, container)?,
        ImageFormat::Png => png(bytes, limits)?,
        ImageFormat::Heic => return heic(bytes, limits),
    };
    RgbImage::from_raw(container.width, container.height, rgb).ok_or(InspectionError::Undecodable)
}

/// Colours are turned into sRGB; some phones take photos in Display P3.
fn heic(bytes: &[u8], limits: &InspectionLimits) -> Result<RgbImage, InspectionError> {
    let options = heifer::Options { max_threads: 1, max_pixels: limits.max_pixels };
    // It is safe Rust, but for a file made by a stranger a panic is as likely as an error.
    let decoded = panic::catch_unwind(|| heifer::decode_srgb_rgba8(bytes, &options));
    let picture = decoded.map_err(|_| InspectionError::Undecodable)?.map_err(|_| InspectionError::Undecodable)?;
    let (width, height) = (picture.width, picture.height);
    if width == 0 || height == 0 || width.max(height) > limits.max_dimension {
        return Err(InspectionError::TooManyPixels { width, height });
    }
    RgbImage::from_raw(width, height, picture.into_rgb8()).ok_or(InspectionError::Undecodable)
}

/// Sequential JPEGs in several scans, and those with a component sampled by a third, which `zune-jpeg` draws wrongly or
/// not at all: the same pixels as libjpeg's to a few levels, at a third of the speed.
fn unusual_jpeg(
    bytes: &[u8],
    container: &Container<'_>,
    limits: &InspectionLimits,
) -> Result<Vec<u8>, InspectionError> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(limits.max_alloc_bytes).unwrap_or(usize::MAX));
    let decoded = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let pixels = decoder.decode().map_err(|_| InspectionError::Undecodable)?;
        decoder.info().map(|info| (info, pixels)).ok_or(InspectionError::Undecodable)
    }));
    let (info, pixels) = decoded.map_err(|_| InspectionError::Undecodable)??;
    if (u32::from(info.width), u32::from(info.height)) != (container.width, container.height) {
        return Err(InspectionError::Undecodable);
    }
    match info.pixel_format {
        jpeg_decoder::PixelFormat::RGB24 => Ok(pixels),
        jpeg_decoder::PixelFormat::L8 => Ok(pixels.iter().flat_map(|value| [*value; 3]).collect()),
        _ => Err(InspectionError::Unsupported("CMYK or deep JPEG in several scans")),
    }
}

/// The decoder is held to what the file's structure said, should it read that structure otherwise.
fn jpeg(bytes: &[u8], container: &Container<'_>) -> Result<Vec<u8>, InspectionError> {
    let size = |pixels: u32| usize::try_from(pixels).map_err(|_| InspectionError::Undecodable);
    let (width, height) = (size(container.width)?, size(container.height)?);
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(width)
        .set_max_height(height)
        .jpeg_set_max_scans(size(container.scans)?)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| InspectionError::Undecodable)?;
    if decoder.dimensions() != Some((width, height)) {
        return Err(InspectionError::Undecodable);
    }
    decoder.decode().map_err(|_| InspectionError::Undecodable)
}

/// Rows are read one by one up to the last: what is packed behind it, gigabytes perhaps, is never unpacked.
fn png(bytes: &[u8], limits: &InspectionLimits) -> Result<Vec<u8>, InspectionError> {
    let undecodable = |_| InspectionError::Undecodable;
    let memory = usize::try_from(limits.max_alloc_bytes).unwrap_or(usize::MAX);
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(bytes), png::Limits { bytes: memory });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(undecodable)?;
    let (color, _) = reader.output_color_type();
    let (width, height) = reader.info().size();
    if reader.info().interlaced {
        return Err(InspectionError::Unsupported("interlaced PNG"));
    }
    let pixels = usize::try_from(u64::from(width) * u64::from(height)).map_err(|_| InspectionError::Undecodable)?;
    let mut rgb = Vec::with_capacity(3 * pixels);
    for _ in 0..height {
        let row = reader.next_row().map_err(undecodable)?.ok_or(InspectionError::Undecodable)?;
        append_rgb(&mut rgb, row.data(), color);
    }
    Ok(rgb)
}

/// Appends samples of eight bits as RGB, what is transparent on white.
fn append_rgb(rgb: &mut Vec<u8>, samples: &[u8], color: png::ColorType) {
    let on_white = |value: u8, alpha: u8| {
        let (value, alpha) = (u16::from(value), u16::from(alpha));
        u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
    };
    match color {
        png::ColorType::Rgb | png::ColorType::Indexed => rgb.extend_from_slice(samples),
        png::ColorType::Grayscale => rgb.extend(samples.iter().flat_map(|value| [*value; 3])),
        png::ColorType::GrayscaleAlpha => {
            rgb.extend(samples.as_chunks().0.iter().flat_map(|[value, alpha]| [on_white(*value, *alpha); 3]));
        }
        png::ColorType::Rgba => rgb.extend(
            samples.as_chunks().0.iter().flat_map(|[r, g, b, alpha]| [r, g, b].map(|value| on_white(*value, *alpha))),
        ),
    }
}
