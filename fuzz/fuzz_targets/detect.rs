//! A pasted text: a URL, a command, a pull secret.
#![no_main]

use bowline::detect::detect;
use bowline_fuzz_targets::{memory::bounded, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    bounded(text.len(), || {
        for form in detect(text) {
            validate(&form);
        }
    });
});
