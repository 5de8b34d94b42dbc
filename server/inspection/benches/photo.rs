//! What inspecting a photo costs, beside merely decoding it: a JPEG of 12 megapixels with EXIF, as phones take them.
//!
//! `cargo bench -p inspection --bench photo` prints a table of time and peak memory, then criterion's own measurements. The
//! decoders and the inspection take turns, so that a busy machine slows all of them alike.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it found")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can't make its picture has nothing to measure")]
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pictures are drawn in bytes")]

use std::{
    hint::black_box,
    io::Cursor,
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput};
use exif::{Field, In, Rational, Tag, Value, experimental::Writer};
use inspection::{InspectionLimits, inspect};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use peak_alloc::PeakAlloc;

use zune_jpeg::{JpegDecoder, zune_core::bytestream::ZCursor};

#[path = "../src/tests/scene.rs"]
mod scene;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const WIDTH: u16 = 4000;
const HEIGHT: u16 = 3000;
const QUALITY: u8 = 90;
const GRAIN: f32 = 12.0;

const ROUNDS: usize = 15;
/// The inspection is to cost less than this times the bare decode.
const ALLOWED: f64 = 2.0;

/// What is measured: its name and what it does with the photo.
type Subject = (&'static str, fn(&[u8]));

const SUBJECTS: [Subject; 3] = [
    ("decode, zune-jpeg", |photo| {
        black_box(JpegDecoder::new(ZCursor::new(photo)).decode().unwrap());
    }),
    ("decode, image", |photo| {
        black_box(image::load_from_memory(photo).unwrap());
    }),
    ("inspect, both renditions", |photo| {
        let inspection = inspect(photo, &InspectionLimits::default()).unwrap();
        assert!(inspection.exif.is_some() && !inspection.renditions.small.is_empty());
        black_box(inspection);
    }),
];

fn main() {
    let photo = photo();
    println!("JPEG of {WIDTH} × {HEIGHT}, quality {QUALITY}, 4:2:0, with EXIF: {:.1} MB\n", megabytes(photo.len()));
    compare(&photo);
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let mut group = criterion.benchmark_group("photo");
    group.throughput(Throughput::Elements(u64::from(WIDTH) * u64::from(HEIGHT)));
    for (name, run) in SUBJECTS {
        group.bench_function(name, |bencher| bencher.iter(|| run(&photo)));
    }
    group.finish();
    criterion.final_summary();
}

/// Measures all subjects in turn, round after round, and prints each median beside the bare decode's.
fn compare(photo: &[u8]) {
    let mut times = SUBJECTS.map(|_| Vec::with_capacity(ROUNDS));
    let peaks = SUBJECTS.map(|(_, run)| peak(|| run(photo)));
    for _ in 0..ROUNDS {
        for ((_, run), times) in SUBJECTS.iter().zip(&mut times) {
            let start = Instant::now();
            run(photo);
            times.push(start.elapsed());
        }
    }
    let times = times.map(median);
    println!("{:<26}{:>10}{:>8}{:>12}{:>8}", "", "median ms", "ratio", "peak MB", "ratio");
    for (((name, _), time), peak) in SUBJECTS.iter().zip(times).zip(peaks) {
        let (slower, larger) = (ratio(time, times[0]), megabytes(peak) / megabytes(peaks[0]));
        println!("{name:<26}{:>10.1}{slower:>8.2}{:>12.1}{larger:>8.2}", 1e3 * time.as_secs_f64(), megabytes(peak));
    }
    let slower = ratio(times[2], times[0]);
    let held = if slower < ALLOWED { "held" } else { "NOT HELD" };
    println!("\ninspection under {ALLOWED:.1} times the bare decode: {slower:.2}, {held}\n");
}

/// Bytes taken at the worst moment, beyond what was taken before.
fn peak(run: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    run();
    MEMORY.peak_usage() - before
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ratio(of: Duration, to: Duration) -> f64 {
    of.as_secs_f64() / to.as_secs_f64()
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// The same bytes in every run, and as many as a phone's: a painted scene with the grain of foliage and gravel.
fn photo() -> Vec<u8> {
    let mut picture = scene::paint(1, WIDTH.into(), HEIGHT.into());
    let mut random = scene::Random(2);
    for pixel in picture.pixels_mut() {
        let grain = random.between(-GRAIN, GRAIN);
        pixel.0 = pixel.0.map(|value| (f32::from(value) + grain).clamp(0.0, 255.0) as u8);
    }
    let mut photo = Vec::new();
    let mut encoder = Encoder::new(&mut photo, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.add_exif_metadata(&exif()).unwrap();
    encoder.encode(picture.as_raw(), WIDTH, HEIGHT, ColorType::Rgb).unwrap();
    photo
}

/// Held upright, with place and time, as a phone writes it.
fn exif() -> Vec<u8> {
    let text = |text: &str| Value::Ascii(vec![text.into()]);
    let angle = |fractions: [(u32, u32); 3]| Value::Rational(fractions.map(Rational::from).into());
    let fields = [
        (Tag::Make, text("Onsite")),
        (Tag::Model, text("Phone")),
        (Tag::Orientation, Value::Short(vec![6])),
        (Tag::DateTimeOriginal, text("2026:11:22 07:05:09")),
        (Tag::GPSLatitudeRef, text("N")),
        (Tag::GPSLatitude, angle([(39, 1), (39, 1), (404_442, 10_000)])),
        (Tag::GPSLongitudeRef, text("E")),
        (Tag::GPSLongitude, angle([(121, 1), (56, 1), (404_440, 10_000)])),
    ]
    .map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value });
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, false).unwrap();
    block.into_inner()
}
