//! A form under check.

use std::borrow::Cow;

use super::{CheckOptions, ConnectionForm, elsewhere::withhold};
use crate::{
    endpoint::Endpoint,
    finding::{Finding, Issue},
    findings::BoundedFindings,
    message::Code,
    provider::{Field, rules::Shape},
    secret::Secret,
    text::concat,
};

/// What is known of a form while it is checked: its values field by field, and what was found.
pub(crate) struct Draft<'a> {
    pub(crate) form: &'a ConnectionForm,
    /// The fields of the auth method.
    pub(crate) fields: &'static [Field],
    /// The looks of the product's secrets.
    pub(crate) shapes: &'static [Shape],
    pub(super) findings: Findings<'a>,
    pub(super) url: Option<Endpoint>,
    pub(super) values: Vec<(&'static Field, Cow<'a, str>)>,
}

impl Draft<'_> {
    /// The field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The value of a field, without white space around it, or its default; empty where there is neither.
    pub(crate) fn get(&self, field: &str) -> &str {
        self.values
            .iter()
            .find(|(known, _)| known.name == field)
            .map_or("", |(_, value)| value)
    }

    /// Whether a field has a value, its default included.
    pub(crate) fn is_filled(&self, field: &str) -> bool {
        !self.get(field).is_empty()
    }

    /// A secret value, as typed.
    pub(crate) fn secret(&self, field: &str) -> Option<Secret> {
        self.form
            .values
            .get(field)
            .filter(|_| self.is_filled(field))
            .cloned()
    }

    /// The endpoint that the field `url` names.
    pub(crate) fn take_url(&mut self) -> Option<Endpoint> {
        self.url.take()
    }

    /// Reports an issue with the text of a field. What a text looks like is not said of one that is not the value itself.
    pub(crate) fn report(&mut self, field: &str, issue: Issue) {
        const WRAPPED: [Code; 3] = [
            Code::TextPlaceholder,
            Code::TextAssignment,
            Code::TextCommand,
        ];
        let is_wrapped = self.has_any(field, &WRAPPED);
        let is_encoded = field == "username" && self.has_any(field, &[Code::SecretEncoded]);
        let is_other = is_wrapped || is_encoded || self.has_any(field, &[Code::TextQuoted]);
        if issue.code().is_about_looks() && is_other {
            return;
        }
        // What is offered is the value, once.
        let issue = if is_wrapped {
            issue.suggest_some(None)
        } else {
            issue
        };
        let issue = match field {
            "url" => withhold(issue, self.form.value(field), self.form, self.fields),
            _ => issue,
        };
        let secret = self
            .field(field)
            .is_some_and(|field| field.kind.is_secret());
        self.findings.push(
            &concat(&["values.", field]),
            self.form.value(field),
            issue,
            secret,
        );
    }

    /// Whether one of some issues was found in a field.
    fn has_any(&self, field: &str, codes: &[Code]) -> bool {
        let field = concat(&["values.", field]);
        let mut found = self.findings.shown().iter();
        found.any(|finding| {
            finding.field == field && codes.iter().any(|code| code.as_str() == finding.code)
        })
    }

    /// Reports an issue whose suggestion holds the text of a secret field.
    pub(crate) fn report_secret(&mut self, field: &str, issue: Issue) {
        self.findings.push(
            &concat(&["values.", field]),
            self.form.value(field),
            issue,
            true,
        );
    }

    /// Reports that a field should have been filled in.
    pub(crate) fn report_missing(&mut self, field: &str, issue: Issue) {
        self.findings
            .push_missing(&concat(&["values.", field]), issue);
    }
}

/// What was found so far.
pub(super) struct Findings<'a> {
    options: CheckOptions<'a>,
    found: BoundedFindings,
    /// Whether a field is empty that should not be, which is not always shown.
    lacks: bool,
}

impl<'a> Findings<'a> {
    pub(super) fn new(options: CheckOptions<'a>) -> Self {
        Self {
            options,
            found: BoundedFindings::default(),
            lacks: false,
        }
    }

    /// When the form is checked.
    pub(super) fn now(&self) -> Option<i64> {
        self.options.now
    }

    /// Whether there was an error, shown or not.
    pub(super) fn has_error(&self) -> bool {
        self.lacks || self.found.has_error()
    }

    /// What is shown so far.
    pub(super) fn shown(&self) -> &[Finding] {
        self.found.shown()
    }

    /// Adds an issue with the text of a field.
    pub(super) fn push(&mut self, field: &str, text: &str, issue: Issue, secret: bool) {
        self.found.push(field, text, issue, secret);
    }

    /// For those who add to what was found.
    pub(super) fn found(&mut self) -> &mut BoundedFindings {
        &mut self.found
    }

    /// Adds an issue with a field that is empty; shown only once the field was touched.
    pub(super) fn push_missing(&mut self, field: &str, issue: Issue) {
        self.lacks = true;
        let touched = |name: &String| name == field || field.strip_prefix("values.") == Some(name);
        if self
            .options
            .touched
            .is_none_or(|names| names.iter().any(touched))
        {
            self.found.push(field, "", issue, false);
        }
    }

    /// What was found, by the rank of its field. (There are a few; the standard sort would be larger than this crate's
    /// rules for a provider.) What counts the others stays the last.
    pub(super) fn in_order(self, rank: impl Fn(&str) -> usize) -> Vec<Finding> {
        let list = self.found.into_vec();
        let mut sorted: Vec<Finding> = Vec::with_capacity(list.len());
        let rank = |finding: &Finding| match finding.code {
            code if code == Code::FindingsMore.as_str() => usize::MAX,
            _ => rank(&finding.field),
        };
        for finding in list {
            let of = rank(&finding);
            let at = sorted
                .iter()
                .rposition(|other| rank(other) <= of)
                .map_or(0, |at| at.saturating_add(1));
            sorted.insert(at, finding);
        }
        sorted
    }
}
