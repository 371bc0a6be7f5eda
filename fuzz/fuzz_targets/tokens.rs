//! The answer of a token service, met by a check.
#![no_main]

use bowline_fuzz_targets::{
    memory::parsed,
    registry::{json, world},
    spec,
};
use bowline_registry::{Operator, check};
use libfuzzer_sys::fuzz_target;

const CHALLENGE: &[u8] = br#"Bearer realm="https://registry.example.com/token",service="r""#;

fuzz_target!(|data: &[u8]| {
    parsed(data.len(), || {
        let Some(spec) = spec("docker-registry") else {
            return;
        };
        let world = world(|request| {
            if request.url.path() == "/token" {
                json(200, data)
            } else if request.headers.contains_key("authorization") {
                json(200, b"{}").with("docker-distribution-api-version", b"registry/2.0")
            } else {
                json(401, b"{}").with("www-authenticate", CHALLENGE)
            }
        });
        let operator = Operator::default();
        let check = check(&world, &operator, &spec, None, |_| ());
        let _ = futures::executor::block_on(check);
    });
});
