//! The report of a check.

use serde::Serialize;

use crate::{finding::Finding, provider::ProviderId};

/// The findings of a form's check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Whether the form can be saved: no error, and no required field empty, reported or not.
    pub valid: bool,
    /// What was found, in the order of the form's fields.
    pub findings: Vec<Finding>,
    /// The endpoint as it is shown and kept.
    pub endpoint: Option<String>,
    /// The provider that the URL looks like.
    pub detected: Option<ProviderId>,
}

impl Report {
    /// Takes out the suggestions that hold the text of a secret field. For everyone but the page that it was typed
    /// into: an answer over HTTP, a log.
    pub fn redact(&mut self) {
        for finding in self.findings.iter_mut().filter(|finding| finding.secret) {
            finding.suggestion = None;
        }
    }
}
