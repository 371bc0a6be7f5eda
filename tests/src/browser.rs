//! A real Chromium, and the page in it.
