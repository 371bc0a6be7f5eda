//! The way to the registries, as one of two components.
//!
//! With the feature `spin`, which is on by default, it is the private component of the Spin application and has no
//! route that the public can reach. Without, it is a component of its own for a runtime at the edge: it imports only
//! WASI's interfaces, verifies its callers' tokens and finds its settings in its environment.

use std::io::{self, Write};

use bowline_service::{log::LogLine, response::Response};

#[cfg(not(feature = "spin"))]
mod edge;
#[cfg(feature = "spin")]
mod private;

/// Writes the line about a request to the log.
fn log(answer: &Response) {
    if let Some(LogLine(line)) = answer.extensions().get() {
        // A log that takes no more must not end the requests of this instance.
        _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }
}
