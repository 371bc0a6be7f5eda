//! The project's own commands: set-up, build, up, test, bench, check.

fn main() {}
