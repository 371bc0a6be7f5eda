//! The shared crate for browsers, workers and Node: what the npm package `bowline` calls.
//!
//! Texts go in and JSON comes out. That is the form in which the same things go over HTTP, so both sides read it with
//! the same code; and it is smaller and faster than to build JavaScript objects from here one member at a time. What
//! comes as JSON comes in UTF-8, which a browser makes of a text at once and the glue letter by letter.

mod pattern_set;

use bowline::{
    detect,
    form::{self, CheckOptions, ConnectionForm},
    json::Value,
    pattern::Pattern,
    reference::Reference,
    selection::{Image, Policy},
};
use wasm_bindgen::prelude::*;

pub use pattern_set::PatternSet;

/// Checks a form: takes `{form, touched?, now?}` and gives a Report, both as JSON.
///
/// # Errors
/// Where the form is none, such as one whose `values` is a list. What a user types is never the cause.
#[wasm_bindgen(js_name = checkForm)]
pub fn check_form(request: &[u8]) -> Result<String, JsError> {
    let request = parsed(request)?;
    let touched = request.get("touched").and_then(Value::as_array);
    let touched: Option<Vec<String>> = touched.map(|names| {
        names
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    });
    let now = request.get("now").and_then(Value::as_i64);
    let form = request.into_member("form").unwrap_or_default();
    let form = ConnectionForm::try_from(form).map_err(|error| JsError::new(&error.message()))?;
    let options = CheckOptions {
        touched: touched.as_deref(),
        now,
    };
    Ok(Value::from(&form::report_on(&form, options)).to_text())
}

/// Partly filled forms for a pasted text, as a JSON list. What was pasted by the user goes back to the user, secrets too.
#[wasm_bindgen]
pub fn detect(text: &str) -> String {
    let forms = detect::detect(text);
    Value::array(forms.iter().map(ConnectionForm::expose)).to_text()
}

/// An image reference taken apart, `{"reference": …}`, or what is wrong with it, `{"error": …}`, as JSON.
#[wasm_bindgen(js_name = parseReference)]
pub fn parse_reference(text: &str) -> String {
    let (name, value) = match Reference::parse(text) {
        Ok(reference) => ("reference", Value::from(&reference)),
        Err(issue) => ("error", issue.to_value(text)),
    };
    Value::object(vec![(name, value)]).to_text()
}

/// A pattern taken apart, `{"pattern": …}`, or what is wrong with it, `{"error": …}`, as JSON.
#[wasm_bindgen(js_name = parsePattern)]
pub fn parse_pattern(text: &str) -> String {
    let (name, value) = match Pattern::parse(text) {
        Ok(pattern) => ("pattern", Value::from(&pattern)),
        Err(issue) => ("error", issue.to_value(text)),
    };
    Value::object(vec![(name, value)]).to_text()
}

/// Judges a policy: takes `{policy, provider?, host?}` and gives `{valid, findings}`, both as JSON. What depends on a
/// provider or a host that is not given is not judged.
///
/// # Errors
/// Where the request is no JSON.
#[wasm_bindgen(js_name = checkPolicy)]
pub fn check_policy(request: &[u8]) -> Result<String, JsError> {
    let request = parsed(request)?;
    let member = |name| request.get(name).unwrap_or(&Value::Null);
    let judgement = Policy::judge(
        member("policy"),
        member("provider").as_str(),
        member("host").as_str(),
    );
    Ok(judgement.to_text())
}

/// Decides about an inventory: takes `{policy, images, now}` and gives `{"decisions": […]}`, one for each image, or
/// `{"findings": […]}` where the policy is not valid, both as JSON.
///
/// # Errors
/// Where an image is none.
#[wasm_bindgen(js_name = selectImages)]
pub fn select_images(request: &[u8]) -> Result<String, JsError> {
    let request = parsed(request)?;
    let policy = request.get("policy").unwrap_or(&Value::Null);
    let images = request.get("images").and_then(Value::as_array);
    let images = images.ok_or_else(|| JsError::new("the images are no list"))?;
    let images = images.iter().map(Image::try_from);
    let images = images.collect::<Result<Vec<_>, _>>();
    let images = images.map_err(|error| JsError::new(&error.message()))?;
    let now = request.get("now").and_then(Value::as_i64);
    let now = now.ok_or_else(|| JsError::new("now is no time"))?;
    let (findings, policy) = Policy::check(policy, None, None);
    let (name, list) = match policy {
        Some(policy) => ("decisions", Value::array(&policy.select(&images, now))),
        None => ("findings", Value::array(&findings)),
    };
    Ok(Value::object(vec![(name, list)]).to_text())
}

/// The document that a request is.
fn parsed(request: &[u8]) -> Result<Value, JsError> {
    let document = str::from_utf8(request).ok().and_then(Value::parse);
    document.ok_or_else(|| JsError::new("no JSON"))
}
