//! The shared crate for browsers, workers and Node.
