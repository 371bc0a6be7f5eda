//! The fields of a form.

use serde::Serialize;

use super::judge::Judge;

/// One value of an auth method.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// The key in the form's `values`.
    pub name: &'static str,
    /// What a page calls it.
    pub label: &'static str,
    /// How it is shown and typed.
    pub kind: Kind,
    /// Whether it must be filled in.
    pub required: bool,
    /// The field that may be filled in instead: one of the two is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unless: Option<&'static str>,
    /// What it is when it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<&'static str>,
    /// What a `select` field offers. Its rule says whether a text is one of them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub options: &'static [Choice],
    /// An example, shown while it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<&'static str>,
    /// Which token, which scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Help>,
    /// The value of the input's `autocomplete` attribute.
    pub autocomplete: &'static str,
    /// What this field alone can be told about its text; it is called for a text only.
    #[serde(skip)]
    pub(crate) rule: fn(&mut Judge<'_>),
}

/// How a field is shown and typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One line.
    Text,
    /// One line that is not shown.
    Secret,
    /// A URL or a hostname.
    Url,
    /// One of [`Field::options`].
    Select,
    /// `true` or `false`.
    Checkbox,
    /// A JSON document that is secret.
    Json,
}

/// One choice of a `select` field.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What the value is.
    pub value: &'static str,
    /// What a page calls it.
    pub label: &'static str,
}

/// What to fill in, for each purpose: which token, with the least scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Help {
    /// For a connection that only reads.
    pub pull: &'static str,
    /// For one that writes too.
    pub push: &'static str,
}

impl Choice {
    pub(crate) const fn new(value: &'static str, label: &'static str) -> Self {
        Self {
            value,
            label: page_text(label),
        }
    }
}

/// A text that only a page shows: empty in a build without the feature `texts`.
pub(crate) const fn page_text(text: &'static str) -> &'static str {
    if cfg!(feature = "texts") { text } else { "" }
}

impl Kind {
    /// `text`, `secret`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Secret => "secret",
            Self::Url => "url",
            Self::Select => "select",
            Self::Checkbox => "checkbox",
            Self::Json => "json",
        }
    }

    /// Whether its values are secret.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::Json)
    }
}

impl Field {
    const fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            label,
            kind,
            required: false,
            unless: None,
            default: None,
            options: &[],
            placeholder: None,
            help: None,
            autocomplete: page_text("off"),
            rule: |_| {},
        }
    }

    /// A line of text.
    pub(crate) const fn text(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Text)
    }

    /// One of some choices.
    pub(crate) const fn select(
        name: &'static str,
        label: &'static str,
        options: &'static [Choice],
    ) -> Self {
        let mut field = Self::new(name, label, Kind::Select);
        if cfg!(feature = "texts") {
            field.options = options;
        }
        field
    }

    /// Yes or no.
    pub(crate) const fn checkbox(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Checkbox)
    }

    /// A secret JSON document.
    pub(crate) const fn json(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Json)
    }

    /// A secret line.
    pub(crate) const fn secret(name: &'static str, label: &'static str) -> Self {
        // Not a password of this site: a browser must neither fill in nor keep it.
        Self::new(name, label, Kind::Secret).autocomplete("new-password")
    }

    /// The registry's address.
    pub(crate) const fn url() -> Self {
        Self::address("url", "Registry URL")
            .required()
            .placeholder("registry.example.com")
    }

    /// The address of something else.
    pub(crate) const fn address(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Url).autocomplete("url")
    }

    /// A username.
    pub(crate) const fn username() -> Self {
        Self::text("username", "Username")
            .autocomplete("username")
            .required()
    }

    /// The optional value that bounds listing.
    pub(crate) const fn namespace(label: &'static str) -> Self {
        Self::text("namespace", label)
    }

    /// It must be filled in.
    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// It may be left out.
    pub(crate) const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// It may be left out where this other field is filled in.
    pub(crate) const fn unless(mut self, other: &'static str) -> Self {
        self.required = false;
        self.unless = Some(other);
        self
    }

    /// It may be left out, and is this then.
    pub(crate) const fn default(mut self, value: &'static str) -> Self {
        self.required = false;
        self.default = Some(value);
        self.placeholder(value)
    }

    pub(crate) const fn placeholder(mut self, text: &'static str) -> Self {
        if cfg!(feature = "texts") {
            self.placeholder = Some(text);
        }
        self
    }

    /// The same help for both purposes.
    pub(crate) const fn help(self, text: &'static str) -> Self {
        self.help_for(text, text)
    }

    /// Help for pulling and for pushing.
    pub(crate) const fn help_for(mut self, pull: &'static str, push: &'static str) -> Self {
        if cfg!(feature = "texts") {
            self.help = Some(Help { pull, push });
        }
        self
    }

    pub(crate) const fn autocomplete(mut self, value: &'static str) -> Self {
        self.autocomplete = page_text(value);
        self
    }

    pub(crate) const fn rule(mut self, rule: fn(&mut Judge<'_>)) -> Self {
        self.rule = rule;
        self
    }
}
