//! Connections at rest over an injected database.
