//! Values that a page hands in, read as JSON.

use bowline::document::Document;
use js_sys::{JSON, Reflect, TypeError};
use serde_wasm_bindgen::Error;
use wasm_bindgen::{JsCast, JsValue};

/// An argument that a page builds.
#[derive(Clone, Copy)]
pub(crate) enum Input {
    Form,
    Policy,
    Images,
}

impl Input {
    /// The code of the error for a value that is not one.
    fn code(self) -> &'static str {
        match self {
            Self::Form => "form.shape",
            Self::Policy => "policy.shape",
            Self::Images => "images.shape",
        }
    }
}

/// The JSON document that a value is. In it, `undefined` and functions are missing, `NaN` is `null`, and a `Date` is a
/// text.
///
/// # Errors
/// JSON cannot hold the value: it contains itself or a `BigInt`, or it is nested more than 128 deep.
pub(crate) fn document(input: Input, value: &JsValue) -> Result<Document, Error> {
    let text = JSON::stringify(value).map_err(|thrown| shape_error(input, &message(&thrown)))?;
    let Some(text) = text.as_string() else {
        // `undefined` and functions have no text.
        return Ok(Document::Null);
    };
    Document::parse(&without_lone_surrogates(text))
        .ok_or_else(|| shape_error(input, "it is nested too deeply"))
}

/// The message of what JavaScript threw.
fn message(thrown: &JsValue) -> String {
    let error = thrown.dyn_ref::<js_sys::Error>();
    error.map_or_else(String::new, |error| error.message().into())
}

/// A `TypeError` with a `code`.
pub(crate) fn shape_error(input: Input, message: &str) -> Error {
    let error = JsValue::from(TypeError::new(message));
    // A new object takes any member.
    let _ = Reflect::set(&error, &"code".into(), &input.code().into());
    error.into()
}

/// The JSON text with U+FFFD for every half of a surrogate pair, which JavaScript's texts may hold and Rust's cannot.
/// `JSON.stringify` writes such a half as an escape that begins with `\ud`, and nothing else so.
fn without_lone_surrogates(text: String) -> String {
    if !text.contains('\\') {
        return text;
    }
    let mut whole = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, escape)) = rest.split_once('\\') {
        whole.push_str(before);
        if let Some(digits) = escape.strip_prefix("ud") {
            whole.push(char::REPLACEMENT_CHARACTER);
            rest = digits.get(3..).unwrap_or_default();
        } else {
            // The character after the backslash may be a backslash, which begins no escape.
            let mut after = escape.chars();
            whole.push('\\');
            whole.extend(after.next());
            rest = after.as_str();
        }
    }
    whole.push_str(rest);
    whole
}

#[cfg(test)]
mod tests {
    use super::without_lone_surrogates;

    #[test]
    fn halves_of_surrogate_pairs_are_replaced() {
        for (text, whole) in [
            (r#""a""#, r#""a""#),
            (r#""\ud83d""#, "\"\u{fffd}\""),
            (r#""a\udc00b\ud800""#, "\"a\u{fffd}b\u{fffd}\""),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d\n""#, "\"\\\\\u{fffd}\\n\""),
            (r#""\u0001\ud8""#, "\"\\u0001\u{fffd}"),
        ] {
            assert_eq!(without_lone_surrogates(text.to_owned()), whole, "{text}");
        }
    }
}
