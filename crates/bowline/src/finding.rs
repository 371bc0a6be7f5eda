//! What a form's check says about a field.

use std::collections::BTreeMap;

use serde::Serialize;

/// How much a finding weighs. Only an error makes a form invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know; never blocks saving.
    Hint,
    /// Probably a mistake; never blocks saving.
    Warning,
    /// Blocks saving.
    Error,
}

/// One thing that was found in a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The field: `name`, `provider`, `auth`, `values.url`, `trustedAuthHosts`, …
    pub field: String,
    /// Whether it blocks saving.
    pub severity: Severity,
    /// A stable, dotted snake_case code; it never changes its meaning.
    pub code: &'static str,
    /// The named parameters of the message, for products that translate.
    pub params: BTreeMap<&'static str, String>,
    /// The English text.
    pub message: String,
    /// The whole text that the field should hold instead, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// Where in the field's text it starts, in UTF-16 units.
    pub start: u32,
    /// Where in the field's text it ends, in UTF-16 units.
    pub end: u32,
}
