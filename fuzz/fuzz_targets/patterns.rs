//! The patterns of a policy, one a line.
#![no_main]

use bowline_fuzz_targets::{memory::bounded, validate, with_policy};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|text: &str| {
    bounded(text.len(), || {
        let patterns: Vec<&str> = text.lines().collect();
        let policy =
            json!({ "include": patterns, "never": patterns.first(), "always": patterns.last() });
        if let Some(form) = with_policy(&policy) {
            validate(&form);
        }
    });
});
