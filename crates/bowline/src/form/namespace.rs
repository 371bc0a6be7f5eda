//! A namespace that holds more than a namespace: the registry itself, an image, a mark.

use crate::{
    endpoint::{Endpoint, Split},
    finding::Issue,
    message::Code,
    provider::{Provider, is_same_registry, providers},
    reference::is_component,
    text::{contains, span, split_once},
};

/// What stands in the namespace `text` beside one, of the registry at `endpoint`; the provider says whose hosts are its own
/// where the endpoint is not known.
pub(super) fn find_more(
    text: &str,
    provider: &Provider,
    endpoint: Option<&Endpoint>,
) -> Option<Issue> {
    registry_in(text, provider, endpoint)
        .or_else(|| image_in(text))
        .or_else(|| {
            let name = text.strip_prefix('@')?;
            let is_name = name.split('/').all(is_component);
            is_name.then(|| Issue::new(Code::UrlPath).with("path", text).suggest(name))
        })
}

/// `docker.io/acme`, `https://registry.example.com/team`, a web page of the registry.
fn registry_in(text: &str, provider: &Provider, endpoint: Option<&Endpoint>) -> Option<Issue> {
    let first = text.split('/').next().unwrap_or("");
    let has_scheme = contains(text, "://");
    if !has_scheme && !first.contains(['.', ':']) {
        return None;
    }
    let url = Split::of(text).ok()?;
    let page = providers()
        .iter()
        .find_map(|provider| (provider.rules.console)(&url))
        .and_then(|page| page.registry);
    let named = match &page {
        Some(registry) => Endpoint::parse(registry),
        None => Endpoint::from_split(&url),
    };
    // An address that was not read is still one.
    let (host, namespace) = match &named {
        Ok(named) => (named.host(), named.namespace()),
        Err(_) => (url.host, ""),
    };
    let is_same = match endpoint {
        Some(endpoint) => is_same_registry(host, endpoint.host()),
        None => (provider.rules.owns)(host),
    };
    // Without a scheme it may be the name of a project that mirrors another registry.
    if !is_same && !has_scheme {
        return None;
    }
    let registry = split_once(text, namespace).map_or(text, |(before, _)| before);
    let registry = if namespace.is_empty() { text } else { registry };
    Some(
        Issue::new(Code::NamespaceRegistry)
            .at(span(text, registry))
            .with("host", host)
            .suggest(if is_same { namespace } else { "" }),
    )
}

/// `acme/app:latest`: what comes before the image is the namespace.
fn image_in(text: &str) -> Option<Issue> {
    let (before, last) = text.rsplit_once('/').unwrap_or(("", text));
    let (name, tag) = last.split_once([':', '@'])?;
    let is_image = is_component(name) && !tag.is_empty() && !contains(name, ".");
    let is_path = before.is_empty() || before.split('/').all(is_component);
    (is_image && is_path).then(|| {
        Issue::new(Code::UrlPath)
            .at(span(text, last))
            .with("path", last)
            .suggest(before)
    })
}
