//! What a registry lists: the first line names the provider, the second is the `Link`, the rest is the body.
#![no_main]

use std::sync::atomic::{AtomicUsize, Ordering};

use bowline_fuzz_targets::{
    head,
    memory::parsed,
    registry::{json, world},
    spec,
};
use bowline_registry::{Operator, repositories, tags};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    parsed(data.len(), || {
        let (provider, rest) = head(data);
        let (link, body) = head(rest);
        let Some(spec) = spec(provider) else { return };
        let operator = Operator::default();
        // Not for ever: what many pages together may take is bounded by their number.
        let asked = AtomicUsize::new(0);
        let world = world(|_| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => json(200, body).with("link", link.as_bytes()),
            1..8 => json(200, body),
            _ => json(404, b"{}"),
        });
        let _ = futures::executor::block_on(repositories(&world, &operator, &spec));
        let _ = futures::executor::block_on(tags(&world, &operator, &spec, "team/app"));
    });
});
