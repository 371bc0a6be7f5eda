//! The findings of one check: up to a limit, and a last one that counts the others.

use crate::{
    finding::{Finding, Issue, Severity},
    message::Code,
};

/// The most findings that a check gives one by one. A form that was filled in by hand has a few; a document of the size
/// that a request may have could make tens of thousands.
const MOST: usize = 100;

/// The findings of a check so far.
#[derive(Default)]
pub(crate) struct BoundedFindings {
    list: Vec<Finding>,
    left_out: Option<LeftOut>,
    has_error: bool,
}

/// A count of the findings that did not fit into the list.
struct LeftOut {
    /// The field of the first.
    field: String,
    /// The severity of the worst.
    severity: Severity,
    count: usize,
}

impl BoundedFindings {
    /// Adds an issue with a field whose text is `text`.
    pub(crate) fn push(&mut self, field: &str, text: &str, issue: Issue, secret: bool) {
        let severity = issue.severity();
        self.has_error |= severity == Severity::Error;
        if self.list.len() < MOST {
            self.list.push(issue.in_field(field, text, secret));
            return;
        }
        let left_out = self.left_out.get_or_insert_with(|| LeftOut {
            field: field.to_owned(),
            severity,
            count: 0,
        });
        left_out.severity = left_out.severity.max(severity);
        left_out.count = left_out.count.saturating_add(1);
    }

    /// The findings that are shown one by one.
    pub(crate) fn shown(&self) -> &[Finding] {
        &self.list
    }

    /// Returns true if there is an error, shown or not.
    pub(crate) fn has_error(&self) -> bool {
        self.has_error
    }

    /// All of it. Where findings were left out, the last one counts them (`findings.more`): it stands in the field of the
    /// first of them and is as severe as the worst.
    pub(crate) fn into_vec(self) -> Vec<Finding> {
        let mut list = self.list;
        if let Some(LeftOut {
            field,
            severity,
            count,
        }) = self.left_out
        {
            let issue = Issue::new(Code::FindingsMore).with("count", count.to_string());
            list.push(Finding {
                severity,
                ..issue.in_field(&field, "", false)
            });
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(codes: &[Code]) -> Vec<Finding> {
        let mut findings = BoundedFindings::default();
        for (index, code) in codes.iter().enumerate() {
            findings.push(
                &format!("policy.include.{index}"),
                "",
                Issue::new(*code),
                false,
            );
        }
        let is_error = |code: &Code| code.severity() == Severity::Error;
        assert_eq!(findings.has_error(), codes.iter().any(is_error));
        findings.into_vec()
    }

    #[test]
    fn a_hundred_are_shown_and_the_others_counted() {
        let hints = [Code::PatternAnchored; 100];
        assert_eq!(found(&hints).len(), 100);
        for (others, severity, message) in [
            (
                vec![Code::PatternAnchored],
                Severity::Hint,
                "More findings not shown: 1.",
            ),
            (
                vec![Code::PatternNeverMatches, Code::PatternAnchored],
                Severity::Warning,
                "More findings not shown: 2.",
            ),
            (
                vec![
                    Code::PatternAnchored,
                    Code::PatternEmpty,
                    Code::PatternAnchored,
                ],
                Severity::Error,
                "More findings not shown: 3.",
            ),
        ] {
            let all = found(&[hints.as_slice(), &others].concat());
            assert_eq!(all.len(), 101);
            let last = all.last().unwrap();
            assert_eq!((last.code, last.severity), ("findings.more", severity));
            assert_eq!(last.field, "policy.include.100");
            assert_eq!(last.message, message);
        }
    }
}
