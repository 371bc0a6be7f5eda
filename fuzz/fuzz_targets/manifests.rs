//! A manifest or config: its media type stands in the first line. A check meets it, and one of a version 1 registry.
#![no_main]

use bowline_fuzz_targets::{
    head,
    memory::parsed,
    registry::{Answer, world},
    spec,
};
use bowline_registry::{Operator, check};
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;

/// An image's id in version 1, as JSON.
const ID: &str = "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"";

fuzz_target!(|data: &[u8]| {
    parsed(data.len(), || {
        let (media_type, body) = head(data);
        let body = Bytes::copy_from_slice(body);
        for provider in ["docker-registry", "docker-registry-v1"] {
            let Some(spec) = spec(provider) else { continue };
            let world = world(|request| Answer {
                status: 200,
                headers: vec![
                    ("content-type", media_type.as_bytes().to_vec()),
                    ("docker-distribution-api-version", b"registry/2.0".to_vec()),
                    ("x-docker-registry-version", b"0.9".to_vec()),
                ],
                // Version 1 asks for the id of a tag, and then for what that image is: the input.
                body: match request.url.path() {
                    path if path.starts_with("/v1/") && path.contains("/tags/") => ID.into(),
                    _ => body.clone(),
                },
            });
            let operator = Operator::default();
            let check = check(&world, &operator, &spec, None, |_| ());
            let _ = futures::executor::block_on(check);
        }
    });
});
