//! The cursor of a list.
#![no_main]

use bowline_fuzz_targets::memory::parsed;
use bowline_store::Cursor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    parsed(text.len(), || {
        if let Some(cursor) = Cursor::parse(text) {
            let again = serde_json::to_value(&cursor).expect("a cursor is a text");
            assert_eq!(Cursor::parse(again.as_str().expect("a text")), Some(cursor));
        }
    });
});
