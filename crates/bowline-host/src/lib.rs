//! The embedded runtime: runs spin.toml on Wasmtime when no Spin is installed.
