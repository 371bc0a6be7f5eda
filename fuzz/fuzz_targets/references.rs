//! An image reference, and one under the rules of a connection.
#![no_main]

use bowline::{endpoint::Endpoint, reference::Reference};
use bowline_fuzz_targets::memory::parsed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    parsed(text.len(), || {
        if let Ok(reference) = Reference::parse(text) {
            assert_eq!(Reference::parse(&reference.familiar()), Ok(reference));
        }
        if let Ok(endpoint) = Endpoint::parse(text) {
            assert_eq!(Endpoint::parse(&endpoint.to_string()), Ok(endpoint));
        }
    });
});
