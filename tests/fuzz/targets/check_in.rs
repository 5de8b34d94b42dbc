//! Check-ins: see [`fuzz::check_in`].
#![no_main]

use fuzz::check_in;

libfuzzer_sys::fuzz_target!(init: fuzz::plant(check_in::seeds), |bytes: &[u8]| check_in::check(bytes));
