//! The HTTP surface of Bowline.
