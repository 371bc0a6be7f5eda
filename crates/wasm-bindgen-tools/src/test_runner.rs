//! `wasm-bindgen-test-runner` of the version that Cargo.lock pins: runs wasm tests in Node or in a browser.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
