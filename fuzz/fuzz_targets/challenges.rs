//! The `WWW-Authenticate` of a registry, met by a check.
#![no_main]

use bowline_fuzz_targets::{
    memory::parsed,
    registry::{json, world},
    spec,
};
use bowline_registry::{Operator, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    parsed(data.len(), || {
        let Some(spec) = spec("docker-registry") else {
            return;
        };
        let world = world(|_| json(401, b"{}").with("www-authenticate", data));
        let operator = Operator::default();
        let check = check(&world, &operator, &spec, None, |_| ());
        let _ = futures::executor::block_on(check);
    });
});
