//! A field's text under the rule of its field.

use crate::{finding::Issue, message::Code, region::Standing, text::contains};

/// A field's text, and what its rule finds.
pub(crate) struct Judge<'a> {
    /// The text, without white space around it; never empty.
    pub(crate) text: &'a str,
    /// Milliseconds since 1970.
    pub(crate) now: Option<i64>,
    /// The name of the product whose form it is.
    pub(crate) title: &'static str,
    /// Whether the text of a select field is one of its choices, or another spelling of one.
    pub(crate) is_choice: bool,
    /// What was found.
    pub(crate) issues: Vec<Issue>,
}

impl<'a> Judge<'a> {
    /// A text of which nothing was found yet.
    pub(crate) fn new(text: &'a str, now: Option<i64>, title: &'static str) -> Self {
        Self {
            text,
            now,
            title,
            is_choice: false,
            issues: Vec::new(),
        }
    }
}

impl Judge<'_> {
    /// Reports an issue with the whole text.
    pub(crate) fn report(&mut self, issue: Issue) {
        self.issues.push(issue);
    }

    /// Reports an issue that names the product.
    pub(crate) fn report_titled(&mut self, code: Code) {
        let issue = Issue::new(code).with("title", self.title);
        self.report(issue);
    }

    /// Hints that a secret does not look like what it should be.
    pub(crate) fn unusual_secret(&mut self, token: &'static str) {
        self.report(Issue::new(Code::SecretUnusual).with("token", token));
    }

    /// Reports what a list of regions says of the text. `title` is whose list it is.
    pub(crate) fn report_region(&mut self, standing: Standing, title: &str) {
        self.is_choice = standing == Standing::Listed;
        if let Some(issue) = standing.issue(self.text, title) {
            self.report(issue.suggest_some(standing.near().map(str::to_owned)));
        }
    }

    /// Warns that usernames of this product look otherwise.
    pub(crate) fn unusual_username(&mut self, example: &'static str) {
        // A colon is reported as such.
        if contains(self.text, ":") {
            return;
        }
        let issue = Issue::new(Code::UsernameUnusual)
            .with("title", self.title)
            .with("example", example);
        self.report(issue);
    }
}
