//! End-to-end tests: the real components on the embedded host, real registries, a real browser.

mod fixtures;
