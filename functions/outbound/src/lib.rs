//! The Spin component outbound.
