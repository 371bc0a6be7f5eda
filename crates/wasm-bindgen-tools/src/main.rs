//! The pinned wasm-bindgen and its test runner.

fn main() {}
