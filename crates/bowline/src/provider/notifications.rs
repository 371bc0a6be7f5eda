//! How a product's customers set up its notifications of pushes, as data for a page.

use serde::Serialize;

use super::field::page_text;

/// What to do at a product so that it notifies of its pushes.
///
/// Texts hold the placeholders `{url}`, where the product sends to, and `{authorization}`, the value of the header
/// `Authorization` that it sends.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notifications {
    /// What to do, in order.
    pub steps: &'static [Line],
    /// The lines to paste as a whole; empty where there is nothing to paste.
    pub snippet: &'static [Line],
    /// The vendor's page about it.
    pub docs_url: Option<&'static str>,
}

/// One step, or one line of a snippet.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The text with its placeholders.
    pub text: &'static str,
    /// Which setups it belongs to.
    pub when: When,
}

/// Which setups a [`Line`] belongs to. A secret goes into a header where the product can send one, else into the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// All.
    Always,
    /// Those with the secret in a header.
    Authorization,
    /// Those with the secret in the URL.
    NoAuthorization,
}

impl Notifications {
    /// Docker's Distribution, and what is built on it.
    pub(crate) const DISTRIBUTION: Self = Self::steps(&[
        Line::new("Add this to the registry's configuration, config.yml."),
        Line::new(
            "Restart the registry. It then sends pushes and deletions. You can list several endpoints.",
        ),
    ])
    .snippet(&[
        Line::new("notifications:"),
        Line::new("  endpoints:"),
        Line::new("    - name: bowline"),
        Line::new("      url: {url}"),
        Line::authorization("      headers:"),
        Line::authorization("        Authorization: [\"{authorization}\"]"),
        Line::new("      timeout: 10s"),
        Line::new("      threshold: 5"),
        Line::new("      backoff: 10s"),
        Line::new("      ignore:"),
        Line::new("        actions: [pull]"),
    ])
    .docs_url("https://distribution.github.io/distribution/about/notifications/");

    /// Steps without anything to paste.
    pub(crate) const fn steps(steps: &'static [Line]) -> Self {
        Self {
            steps: lines(steps),
            snippet: &[],
            docs_url: None,
        }
    }

    /// With lines to paste.
    pub(crate) const fn snippet(mut self, lines: &'static [Line]) -> Self {
        self.snippet = self::lines(lines);
        self
    }

    /// With the vendor's page.
    pub(crate) const fn docs_url(mut self, url: &'static str) -> Self {
        self.docs_url = Some(page_text(url));
        self
    }
}

impl Line {
    /// A line of every setup.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            when: When::Always,
        }
    }

    /// A line of setups with the secret in a header.
    pub(crate) const fn authorization(text: &'static str) -> Self {
        Self {
            text,
            when: When::Authorization,
        }
    }

    /// A line of setups with the secret in the URL.
    pub(crate) const fn no_authorization(text: &'static str) -> Self {
        Self {
            text,
            when: When::NoAuthorization,
        }
    }
}

/// Lines that only a page shows: none in a build without the feature `texts`.
const fn lines(lines: &'static [Line]) -> &'static [Line] {
    if cfg!(feature = "texts") { lines } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::When;
    use crate::provider::providers;

    #[test]
    fn what_notifies_says_how_to_set_it_up() {
        for provider in providers() {
            let id = provider.id;
            let notifications = provider.notifications;
            assert_eq!(
                notifications.is_some(),
                provider.capabilities.events,
                "{id}: capabilities.events and notifications go together"
            );
            for line in notifications
                .iter()
                .flat_map(|n| n.steps.iter().chain(n.snippet))
            {
                let names_header = line.text.contains("{authorization}");
                assert!(
                    !names_header || line.when == When::Authorization,
                    "{id}: {line:?}"
                );
                let open = line.text.matches("{url}").count() + usize::from(names_header);
                // Braces of a JSON snippet stand alone.
                assert_eq!(
                    line.text.matches('}').count().min(open),
                    open,
                    "{id}: {line:?}"
                );
            }
        }
    }
}
