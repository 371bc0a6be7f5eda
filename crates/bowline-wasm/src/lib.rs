//! The shared crate for browsers, workers and Node: what the npm package `bowline` calls.
//!
//! Plain JavaScript objects go in and come out. Forms, policies and inventories enter as JSON text, so that the server's
//! reader reads them here too. Results leave by `serde-wasm-bindgen`.

mod input;
mod pattern_set;

use bowline::{
    detect,
    document::Document,
    finding::{Finding, PlacedIssue},
    form::{self, CheckOptions, ConnectionForm},
    pattern::Pattern,
    reference::Reference,
    selection::{Decision, Image, Policy, PolicyReport},
};
use serde::Serialize;
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::prelude::*;

use input::{Input, document, shape_error};
pub use pattern_set::PatternSet;

/// Checks a form and gives its report. `now` is in milliseconds since 1970.
///
/// # Errors
/// `form.shape`: a member has a type that no form has, such as a list for `values`. What a user types is never the cause.
#[wasm_bindgen(js_name = checkForm)]
pub fn check_form(
    form: &JsValue,
    touched: Option<Vec<String>>,
    now: Option<f64>,
) -> Result<JsValue, Error> {
    let form = ConnectionForm::try_from(document(Input::Form, form)?)
        .map_err(|error| shape_error(Input::Form, &error.message()))?;
    let options = CheckOptions {
        touched: touched.as_deref(),
        now: now.and_then(milliseconds),
    };
    to_js(&form::report_on(&form, options))
}

/// Partly filled forms for a pasted text. What was pasted by the user goes back to the user, secrets too.
///
/// # Errors
/// None: a form is always an object.
#[wasm_bindgen]
pub fn detect(text: &str) -> Result<JsValue, Error> {
    let forms = detect::detect(text);
    let exposed: Vec<_> = forms.iter().map(ConnectionForm::expose).collect();
    to_js(&exposed)
}

/// A reference or a pattern, or why it is none.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Parsed<T> {
    Value(T),
    Error(PlacedIssue),
}

/// An image reference taken apart, `{value}`, or what is wrong with it, `{error}`.
///
/// # Errors
/// None: both are objects.
#[wasm_bindgen(js_name = parseReference)]
pub fn parse_reference(text: &str) -> Result<JsValue, Error> {
    to_js(&match Reference::parse(text) {
        Ok(reference) => Parsed::Value(reference),
        Err(issue) => Parsed::Error(issue.in_text(text)),
    })
}

/// A pattern taken apart, `{value}`, or what is wrong with it, `{error}`.
///
/// # Errors
/// None: both are objects.
#[wasm_bindgen(js_name = parsePattern)]
pub fn parse_pattern(text: &str) -> Result<JsValue, Error> {
    to_js(&match Pattern::parse(text) {
        Ok(pattern) => Parsed::Value(pattern),
        Err(issue) => Parsed::Error(issue.in_text(text)),
    })
}

/// Checks a policy and gives its report. What depends on a provider or a host that is not given is not judged.
///
/// # Errors
/// `policy.shape`: the policy holds what JSON cannot, such as itself or a `BigInt`.
#[wasm_bindgen(js_name = checkPolicy)]
pub fn check_policy(
    policy: &JsValue,
    provider: Option<String>,
    host: Option<String>,
) -> Result<JsValue, Error> {
    let policy = document(Input::Policy, policy)?;
    let report = PolicyReport::new(&policy, provider.as_deref(), host.as_deref());
    to_js(&report)
}

/// What a policy makes of an inventory.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Selection {
    Decisions(Vec<Decision>),
    Findings(Vec<Finding>),
}

/// Decides about an inventory: `{decisions}`, one for each image, or `{findings}` where the policy is not valid. `now` is
/// in milliseconds since 1970.
///
/// # Errors
/// `images.shape`: the images are no list, or one of them is no image. `policy.shape` as for [`check_policy`].
#[wasm_bindgen(js_name = selectImages)]
pub fn select_images(policy: &JsValue, images: &JsValue, now: f64) -> Result<JsValue, Error> {
    let policy = document(Input::Policy, policy)?;
    let images = all_images(images)?;
    let now = milliseconds(now).ok_or_else(|| Error::new("now is not a valid time"))?;
    let (findings, policy) = Policy::check(&policy, None, None);
    to_js(&match policy {
        Some(policy) => Selection::Decisions(policy.select(&images, now)),
        None => Selection::Findings(findings),
    })
}

/// The images of a list.
fn all_images(list: &JsValue) -> Result<Vec<Image>, Error> {
    let Document::List(images) = document(Input::Images, list)? else {
        return Err(shape_error(Input::Images, "images is not a list"));
    };
    let images = images.into_iter().map(Image::try_from);
    images
        .collect::<Result<_, _>>()
        .map_err(|error| shape_error(Input::Images, &error.message()))
}

/// A time of JavaScript's, without its fraction.
fn milliseconds(time: f64) -> Option<i64> {
    time.is_finite().then_some(time as i64)
}

/// A plain object, with `null` for what there is not.
fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Error> {
    value.serialize(&Serializer::json_compatible())
}
