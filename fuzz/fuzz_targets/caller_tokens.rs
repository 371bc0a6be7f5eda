//! The token of a caller. The service takes it apart, and reads its claims after its signature: the target signs them.
#![no_main]

use bowline_fuzz_targets::memory::parsed;
use bowline_service::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    parsed(data.len(), || {
        if let Ok(text) = std::str::from_utf8(data) {
            fuzzing::caller_token(text);
        }
        fuzzing::claims(data);
    });
});
