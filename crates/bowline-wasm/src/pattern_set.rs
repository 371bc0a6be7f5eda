//! A list of patterns that JavaScript keeps.

use bowline::{json::Value, pattern};
use wasm_bindgen::prelude::*;

/// A list of patterns, compiled once.
#[wasm_bindgen]
pub struct PatternSet(pattern::PatternSet);

#[wasm_bindgen]
impl PatternSet {
    /// Compiles the patterns, a JSON list of texts.
    ///
    /// # Errors
    /// What is wrong with the first text that is no pattern, and its `index`, as JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(patterns: &str) -> Result<Self, String> {
        let patterns = Value::parse(patterns).unwrap_or_default();
        let texts = patterns.as_array().unwrap_or_default();
        let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
        match pattern::PatternSet::new(&texts) {
            Ok(set) => Ok(Self(set)),
            Err((index, issue)) => {
                let text = texts.get(index).copied().unwrap_or_default();
                let members = vec![("index", index.into()), ("error", issue.to_value(text))];
                Err(Value::object(members).to_text())
            }
        }
    }

    /// Whether one of them matches the image.
    pub fn matches(&self, image: &str) -> bool {
        self.0.matches(image)
    }

    /// Which one decides about the image, and by which parts, as JSON.
    pub fn explain(&self, image: &str) -> String {
        Value::from(&self.0.explain(image)).to_text()
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
