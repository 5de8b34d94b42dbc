//! Evidence bundles: see [`fuzz::bundle`].
#![no_main]

use fuzz::bundle;

libfuzzer_sys::fuzz_target!(init: fuzz::plant(bundle::seeds), |bytes: &[u8]| bundle::check(bytes));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    bundle::mutate(data, size, max_size, seed)
});
