//! The Spin component connections.
