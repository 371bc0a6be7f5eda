//! The Spin component site.
