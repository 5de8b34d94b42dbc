//! Pictures and EXIF: see [`fuzz::images`].
#![no_main]

use fuzz::images;

libfuzzer_sys::fuzz_target!(init: fuzz::plant(images::seeds), |bytes: &[u8]| images::check(bytes));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    images::mutate(data, size, max_size, seed)
});
