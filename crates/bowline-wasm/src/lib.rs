//! The shared crate for browsers, workers and Node: what the npm package `bowline` calls.
//!
//! Texts go in and JSON comes out. That is the form in which the same things go over HTTP, so both sides read it with
//! the same code; and it is smaller and faster than to build JavaScript objects from here one member at a time.

use bowline::{
    detect,
    form::{self, CheckOptions, ConnectionForm},
    provider,
    reference::Reference,
};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// Every provider, as JSON.
#[wasm_bindgen]
pub fn providers() -> Result<String, JsError> {
    json(provider::providers())
}

/// What `checkForm` of the package is called with.
#[derive(Deserialize)]
struct FormRequest {
    #[serde(default)]
    form: ConnectionForm,
    #[serde(default)]
    touched: Option<Vec<String>>,
    /// Milliseconds since 1970; JavaScript has them as a float.
    #[serde(default)]
    now: Option<f64>,
}

/// Checks a form: takes `{form, touched?, now?}` and gives a Report, both as JSON.
///
/// # Errors
/// Where the form is none, such as one whose `values` is a list. What a user types is never the cause.
#[wasm_bindgen(js_name = checkForm)]
pub fn check_form(request: &str) -> Result<String, JsError> {
    let request: FormRequest = serde_json::from_str(request)?;
    let now = request.now.map(|now| now as i64);
    let options = CheckOptions {
        touched: request.touched.as_deref(),
        now,
    };
    let (report, _) = form::check_form(&request.form, options);
    json(&report)
}

/// Partly filled forms for a pasted text, as a JSON list. What was pasted by the user goes back to the user, secrets too.
#[wasm_bindgen]
pub fn detect(text: &str) -> Result<String, JsError> {
    let forms = detect::detect(text);
    json(&forms.iter().map(ConnectionForm::expose).collect::<Vec<_>>())
}

/// What `parseReference` of the package gives or throws.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum ReferenceAnswer {
    Reference {
        domain: String,
        path: String,
        tag: Option<String>,
        digest: Option<String>,
        familiar: String,
        canonical: String,
    },
    Error {
        code: &'static str,
        message: String,
        suggestion: Option<String>,
        start: u32,
        end: u32,
    },
}

/// An image reference taken apart, `{"reference": …}`, or what is wrong with it, `{"error": …}`.
#[wasm_bindgen(js_name = parseReference)]
pub fn parse_reference(text: &str) -> Result<String, JsError> {
    json(&match Reference::parse(text) {
        Ok(reference) => ReferenceAnswer::Reference {
            familiar: reference.familiar(),
            canonical: reference.canonical(),
            domain: reference.domain,
            path: reference.path,
            tag: reference.tag,
            digest: reference.digest,
        },
        Err(issue) => {
            let place = issue.place(text);
            ReferenceAnswer::Error {
                code: issue.code().as_str(),
                message: issue.message(),
                suggestion: issue.suggestion().map(str::to_owned),
                start: place.start,
                end: place.end,
            }
        }
    })
}

fn json(value: &(impl Serialize + ?Sized)) -> Result<String, JsError> {
    Ok(serde_json::to_string(value)?)
}
