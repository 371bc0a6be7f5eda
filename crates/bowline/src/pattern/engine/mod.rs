//! The engines behind a `PatternSet`. They give the same verdicts; the tests hold them against each other.
//!
//! [`fast`] reads an image about once, however many patterns there are; native and WASI builds have it.
//! [`small`] looks at all patterns, asks few of them and needs little code; the browser's build has it.

mod compiled;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
mod expression_set;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
mod fast;
#[cfg(any(test, all(target_arch = "wasm32", target_os = "unknown")))]
mod small;

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub(super) use fast::Fast as Engine;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub(super) use small::Small as Engine;
#[cfg(test)]
pub(super) use small::Small;
