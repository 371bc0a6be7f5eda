//! A notification: the first line names the provider, the rest is the body.
#![no_main]

use bowline_fuzz_targets::{LARGEST_BODY, head, memory::parsed};
use bowline_service::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    parsed(data.len(), || {
        let (provider, body) = head(data);
        if body.len() <= LARGEST_BODY {
            fuzzing::notification(provider, body);
        }
    });
});
