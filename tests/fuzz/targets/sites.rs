//! Site files: see [`fuzz::sites`].
#![no_main]

use fuzz::sites;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sites::check(bytes));
