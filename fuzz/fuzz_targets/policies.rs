//! A policy, as it stands in a form.
#![no_main]

use bowline_fuzz_targets::{LARGEST_BODY, memory::bounded, validate, with_policy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    bounded(data.len(), || {
        if data.len() <= LARGEST_BODY
            && let Ok(policy) = serde_json::from_slice(data)
            && let Some(form) = with_policy(&policy)
        {
            validate(&form);
        }
    });
});
