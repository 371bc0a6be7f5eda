//! A list of patterns that JavaScript keeps.

use bowline::{finding::PlacedIssue, pattern};
use serde::Serialize;
use serde_wasm_bindgen::Error;
use wasm_bindgen::prelude::*;

use super::to_js;

/// A list of patterns, compiled once.
#[wasm_bindgen]
pub struct PatternSet(pattern::PatternSet);

/// The first text of a list that is no pattern.
#[derive(Serialize)]
struct Invalid {
    index: usize,
    error: PlacedIssue,
}

#[wasm_bindgen]
impl PatternSet {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// What is wrong with the first text that is no pattern: `{index, error}`.
    #[wasm_bindgen(constructor)]
    pub fn new(patterns: Vec<String>) -> Result<Self, JsValue> {
        match pattern::PatternSet::new(&patterns) {
            Ok(set) => Ok(Self(set)),
            Err((index, issue)) => {
                let text = patterns.get(index).map_or("", String::as_str);
                let error = issue.in_text(text);
                Err(to_js(&Invalid { index, error })?)
            }
        }
    }

    /// Whether one of them matches the image.
    pub fn matches(&self, image: &str) -> bool {
        self.0.matches(image)
    }

    /// Which one decides about the image, and by which parts.
    ///
    /// # Errors
    /// None: an explanation is always an object.
    pub fn explain(&self, image: &str) -> Result<JsValue, Error> {
        to_js(&self.0.explain(image))
    }

    /// The places of the images that one of them matches. They come as the lines of one text in UTF-8: to cross into the
    /// module costs more than to match. `None` where the lines are not as many as the images.
    pub fn filter(&self, images: &[u8], count: usize) -> Option<Vec<u32>> {
        // Whoever calls has encoded a string, which is always UTF-8.
        let lines = std::str::from_utf8(images).unwrap_or_default().split('\n');
        let mut counted = 0_usize;
        let lines = lines.inspect(|_| counted = counted.wrapping_add(1));
        let taken = self.0.filter(lines);
        (counted == count).then_some(taken)
    }
}
