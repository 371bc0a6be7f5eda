//! Talks to registries, as one of two components.
//!
//! With the feature `spin`, which is on by default, it is the private component of the Spin application, without a
//! public route. Without the feature, it is a standalone component for edge runtimes: it imports only WASI's
//! interfaces, verifies its callers' tokens, and reads its settings from the environment.

use std::io::{self, Write};

use bowline_service::{log::LogLine, response::Response};

#[cfg(not(feature = "spin"))]
mod edge;
#[cfg(feature = "spin")]
mod private;

/// Writes a request's log line.
fn log(answer: &Response) {
    if let Some(LogLine(line)) = answer.extensions().get() {
        // A log that takes no more must not end the requests of this instance.
        _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }
}
