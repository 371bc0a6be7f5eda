//! A Docker configuration that was pasted: the input stands in its `auths`.
#![no_main]

use bowline::detect::detect;
use bowline_fuzz_targets::{memory::bounded, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    bounded(text.len(), || {
        let config = format!("{{\"auths\":{{{text}}}}}");
        for form in detect(&config) {
            validate(&form);
        }
    });
});
