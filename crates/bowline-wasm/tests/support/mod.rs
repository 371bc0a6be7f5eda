//! The answers as `npm/index.d.ts` declares them.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use serde_wasm_bindgen::Error;
use wasm_bindgen::JsValue;

/// What a page gets of an answer: the object itself, and of that what is declared.
///
/// # Panics
/// Where the answer is not as declared: a member is missing, has another type, or is not among the declared ones.
pub(crate) fn declared<T: DeserializeOwned + Serialize>(answer: Result<JsValue, Error>) -> Value {
    let answer = answer.unwrap();
    let text = String::from(js_sys::JSON::stringify(&answer).unwrap());
    let read: T = serde_wasm_bindgen::from_value(answer).unwrap();
    let read = serde_json::to_value(read).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read, whole, "what is declared is what there is");
    read
}

macro_rules! shapes {
    ($($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$about])*
            #[derive(Deserialize, Serialize)]
            #[serde(rename_all = "camelCase")]
            pub(crate) struct $name {
                $($(#[$field_about])* $field: $type,)*
            }
        )*
    };
}

macro_rules! choices {
    ($($name:ident { $($choice:ident)* })*) => {
        $(
            #[derive(Deserialize, Serialize)]
            #[serde(rename_all = "kebab-case")]
            pub(crate) enum $name { $($choice,)* }
        )*
    };
}

// A missing member is `skip`ped; one that is declared as `… | null` is there.
shapes! {
    Report {
        valid: bool,
        findings: Vec<Finding>,
        endpoint: Option<String>,
        detected: Option<String>,
    }
    PolicyReport {
        valid: bool,
        findings: Vec<Finding>,
    }
    Finding {
        field: String,
        severity: Severity,
        code: String,
        params: BTreeMap<String, String>,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        suggestion: Option<String>,
        start: u32,
        end: u32,
    }
    ConnectionForm {
        provider: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        auth: Option<String>,
        values: BTreeMap<String, String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<String>,
    }
    ImageReference {
        domain: String,
        path: String,
        tag: Option<String>,
        digest: Option<String>,
        familiar: String,
        canonical: String,
    }
    /// What `InvalidReferenceError` and `InvalidPatternError` are made of.
    Issue {
        code: String,
        message: String,
        suggestion: Option<String>,
        start: u32,
        end: u32,
    }
    Pattern {
        name: Option<PatternPart>,
        tag: Option<PatternPart>,
        findings: Vec<Finding>,
    }
    PatternPart {
        kind: PartKind,
        text: String,
    }
    Explanation {
        taken: bool,
        pattern: Option<u32>,
        matched: Vec<Half>,
        missed: Option<Half>,
    }
    Decision {
        selected: bool,
        by: DecidedBy,
        pattern: Option<u32>,
    }
    Provider {
        id: String,
        title: String,
        docs_url: String,
        group: Group,
        rank: u32,
        auth: Vec<AuthMethod>,
        capabilities: Capabilities,
        notifications: Option<Notifications>,
    }
    Notifications {
        steps: Vec<NotificationLine>,
        snippet: Vec<NotificationLine>,
        docs_url: Option<String>,
    }
    NotificationLine {
        text: String,
        when: NotificationWhen,
    }
    AuthMethod {
        id: String,
        title: String,
        fields: Vec<Field>,
        #[serde(skip_serializing_if = "Option::is_none")]
        setup: Option<LoginSetup>,
    }
    LoginSetup {
        unless: Option<String>,
        steps: Vec<String>,
        snippets: Vec<Snippet>,
        docs_url: String,
    }
    Snippet {
        title: String,
        text: String,
    }
    Field {
        name: String,
        label: String,
        kind: FieldKind,
        required: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        unless: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        default: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<Vec<FieldOption>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        placeholder: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        help: Option<Help>,
        autocomplete: String,
    }
    FieldOption {
        value: String,
        label: String,
    }
    Help {
        pull: String,
        push: String,
    }
    Capabilities {
        catalog: bool,
        tags: bool,
        test_needs_image: bool,
        events: bool,
        quarantine: bool,
        image_streams: bool,
        cleanup: bool,
        automatic: bool,
    }
}

choices! {
    Group { Cloud Hosted SelfHosted Generic }
    NotificationWhen { Always Authorization NoAuthorization }
    Severity { Error Warning Hint }
    FieldKind { Text Secret Url Select Checkbox Json }
    PartKind { Literal Glob Regex }
    Half { Name Tag }
    DecidedBy { Artifact Never Include Condition Always }
}

/// What `parseReference` is made of.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum JudgedReference {
    Value(ImageReference),
    Error(Issue),
}

/// What `parsePattern` is made of.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum JudgedPattern {
    Value(Pattern),
    Error(Issue),
}

/// What `selectImages` is made of.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Selection {
    Decisions(Vec<Decision>),
    Findings(Vec<Finding>),
}
