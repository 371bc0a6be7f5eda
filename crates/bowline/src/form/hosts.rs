//! Hosts that are nearly those of a registry: mistyped, or made for those who mistype.

use std::ops::Range;

use super::Draft;
use crate::{
    endpoint::{Endpoint, Split},
    finding::Issue,
    message::Code,
    provider::{Provider, providers, rules::Fit},
    text::{concat, is_one_slip_away, replaced, span},
};

/// A host that is nearly a registry's own.
#[derive(Debug)]
pub(super) struct NearMiss {
    /// Where it stands in the field's text.
    place: Range<usize>,
    /// As it was typed, in small letters.
    host: String,
    /// What it should be.
    expected: String,
    /// The registry's product.
    owner: &'static Provider,
    /// True if there is more behind the registry's own host.
    is_longer: bool,
    /// The text of the field with the registry's own host.
    fixed: Option<String>,
}

impl NearMiss {
    /// The registry whose host `url` nearly has: one slip away from it, under another top-level domain, or with more behind
    /// it (`quay.io.evil.example`).
    pub(super) fn find(url: &Split<'_>, endpoint: &Endpoint) -> Option<Self> {
        let host = endpoint.host();
        let place = span(url.text, url.host);
        let dots = host.match_indices('.').skip(1);
        let fronts = dots.filter_map(|(at, _)| host.get(..at));
        for front in fronts {
            if let Some(owner) = Provider::of_host(front) {
                return Some(Self {
                    place,
                    host: host.to_owned(),
                    expected: front.to_owned(),
                    owner,
                    is_longer: true,
                    fixed: None,
                });
            }
        }
        let (owner, expected) = providers().iter().find_map(|provider| {
            let mut hosts = provider.rules.hosts.iter();
            let near = hosts.find_map(|known| near_host(host, known, provider))?;
            Some((*provider, near))
        })?;
        let fixed = replaced(url.text.trim(), url.host, &expected);
        Some(Self {
            place,
            host: host.to_owned(),
            expected,
            owner,
            is_longer: false,
            fixed: Some(fixed),
        })
    }

    /// Offers what `settled` makes of the fix.
    pub(super) fn settle(&mut self, settled: impl FnOnce(&str) -> Option<String>) {
        self.fixed = self.fixed.take().and_then(|fix| settled(&fix));
    }

    fn issue(self, code: Code) -> Issue {
        Issue::new(code)
            .at(self.place)
            .with("host", self.host)
            .with("expected", self.expected)
            .with("title", self.owner.title)
            .suggest_some(self.fixed)
    }
}

/// The host that `host` is nearly. `known` is that host; `.example.com` for all that end so; or `*.example.com` for those
/// below `example.com` that there are not.
fn near_host(host: &str, known: &str, owner: &Provider) -> Option<String> {
    if let Some(above) = known.strip_prefix('*') {
        let expected = above.strip_prefix('.')?;
        return host.ends_with(above).then(|| expected.to_owned());
    }
    let Some(suffix) = known.strip_prefix('.') else {
        return is_near(host, known).then(|| known.to_owned());
    };
    let labels = suffix.split('.').count();
    let mut dots = host.rmatch_indices('.').skip(labels.saturating_sub(1));
    let (at, _) = dots.next()?;
    let (front, end) = (host.get(..at)?, host.get(at.saturating_add(1)..)?);
    let candidate = concat(&[front, ".", suffix]);
    let is_near = !front.is_empty() && is_near(end, suffix) && (owner.rules.owns)(&candidate);
    is_near.then_some(candidate)
}

/// Whether two hosts are one slip of the fingers apart, or differ in a usual top-level domain only.
fn is_near(host: &str, known: &str) -> bool {
    const TOPS: [&str; 8] = ["com", "io", "net", "org", "co", "dev", "app", "cloud"];
    let by_top = || {
        let (front, top) = host.rsplit_once('.')?;
        let (known_front, known_top) = known.rsplit_once('.')?;
        Some(front == known_front && top != known_top && TOPS.contains(&top))
    };
    is_one_slip_away(host, known) || by_top().unwrap_or(false)
}

/// Warns of a host that is nearly a registry's. It is an error where the secret is certainly that registry's: it would go
/// to somebody else.
pub(super) fn check_near_miss(draft: &mut Draft<'_>, near: Option<NearMiss>) {
    let Some(near) = near else {
        return;
    };
    let secrets = draft.fields.iter().filter(|field| field.kind.is_secret());
    let mut texts = secrets.map(|field| draft.get(field.name).to_owned());
    let token = texts.find_map(|text| {
        let shapes = near.owner.rules.shapes.iter();
        let mut certain = shapes.filter(|shape| !shape.prefix.is_empty());
        certain
            .find(|shape| shape.fit(&text) != Fit::No)
            .map(|shape| shape.title)
    });
    let issue = match token {
        // With more behind it, it may be a mirror of that registry.
        _ if near.is_longer => near.issue(Code::UrlLookAlike),
        Some(token) => near.issue(Code::UrlWrongHost).with("token", token),
        None => near.issue(Code::UrlNearMiss),
    };
    draft.report("url", issue);
}
