//! A form, as `POST /v1/validate` reads it.
#![no_main]

use bowline_fuzz_targets::{LARGEST_BODY, memory::bounded, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    bounded(data.len(), || {
        if data.len() <= LARGEST_BODY
            && let Ok(form) = serde_json::from_slice(data)
        {
            validate(&form);
        }
    });
});
