//! The way to the registries, as one of two components.
//!
//! With the feature `spin`, which is on by default, it is the private component of the Spin application and has no
//! route that the public can reach. Without, it is a component of its own for a runtime at the edge: it imports only
//! WASI's interfaces, verifies its callers' tokens and finds its settings in its environment.

use std::io::{self, Write};

use bowline_service::response::{Cause, Response};

#[cfg(not(feature = "spin"))]
mod edge;
#[cfg(feature = "spin")]
mod private;

/// Logs why an answer is `internal`.
fn log(answer: &Response) {
    if let Some(Cause(cause)) = answer.extensions().get() {
        // A log that takes no more must not end the requests of this instance.
        _ = writeln!(io::stderr(), "internal: {cause}");
    }
}
