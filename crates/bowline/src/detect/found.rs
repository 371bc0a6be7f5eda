//! A registry that was found in a text, and the form for it.

use crate::{
    endpoint::{Endpoint, Split},
    form::ConnectionForm,
    provider::{self, Provider, ProviderId, providers},
    reference::Reference,
    text::concat,
};

/// A registry that was found, with the login that was found beside it.
pub(crate) struct Found<'a> {
    /// Where it is.
    pub(crate) endpoint: &'a Endpoint,
    /// Empty where there was none.
    pub(crate) username: &'a str,
    /// The password or token; empty where there was none.
    pub(crate) secret: &'a str,
    /// Whether the secret is an identity token, which stands for a login.
    pub(crate) identity_token: bool,
}

/// Fills in the URL and the login: what most products need.
pub(crate) fn fill_usual(found: &Found<'_>, form: &mut ConnectionForm) {
    form.set("url", &found.endpoint.to_text());
    fill_login(found, form);
}

/// Fills in the login, if the provider has one of its kind.
pub(crate) fn fill_login(found: &Found<'_>, form: &mut ConnectionForm) {
    let has = |auth: &str| {
        provider::provider(&form.provider).is_some_and(|provider| provider.auth(auth).is_some())
    };
    if found.secret.is_empty() {
        form.set("username", found.username);
    } else if found.identity_token && has("oauth2") {
        "oauth2".clone_into(&mut form.auth);
        form.set("token", found.secret);
    } else if has("password") {
        "password".clone_into(&mut form.auth);
        form.set("username", found.username);
        form.set("password", found.secret);
    }
}

/// The form for a registry's address as it stands in a text, and a login.
pub(super) fn found(
    address: &str,
    username: &str,
    secret: &str,
    identity_token: bool,
) -> Option<ConnectionForm> {
    let found = Found {
        endpoint: &parse_mending(address)?,
        username,
        secret,
        identity_token,
    };
    Some(form_of(&found))
}

/// The form for the registry of an image, and a login.
pub(super) fn found_by_image(
    text: &str,
    username: &str,
    secret: &str,
    identity_token: bool,
) -> Option<ConnectionForm> {
    let found = Found {
        endpoint: &endpoint_of_image(text)?,
        username,
        secret,
        identity_token,
    };
    let mut form = form_of(&found);
    text.clone_into(&mut form.image);
    Some(form)
}

/// The registry of an image. The host of a product's pages may be a registry's too: then the path tells which is meant.
fn endpoint_of_image(text: &str) -> Option<Endpoint> {
    let image = Reference::parse(text).ok()?;
    let address = concat(&[&image.domain, "/", &image.path]);
    let is_page = Split::of(&address).is_ok_and(|url| {
        let mut all = providers().iter();
        all.any(|provider| (provider.rules.console)(&url).is_some())
    });
    match is_page {
        true => parse_mending(&image.domain),
        false => Endpoint::parse(&image.domain).ok(),
    }
}

/// The form for a registry that was found, of the product whose host it has.
pub(super) fn form_of(found: &Found<'_>) -> ConnectionForm {
    let provider =
        Provider::of_host(found.endpoint.host()).or_else(|| Some(ProviderId::GENERIC.provider()));
    let mut form = ConnectionForm::default();
    if let Some(provider) = provider {
        provider.id.as_str().clone_into(&mut form.provider);
        (provider.rules.fill)(found, &mut form);
    }
    form
}

/// An address without what old clients write behind it: the path of the first API, which there is no more.
pub(super) fn without_api(address: &str) -> &str {
    let address = address.trim_end_matches('/');
    address.strip_suffix("/v1").unwrap_or(address)
}

/// The endpoint of an address, with the suggestions of its findings applied.
fn parse_mending(address: &str) -> Option<Endpoint> {
    let mut address = address.to_owned();
    // Each suggestion removes a finding; more than this many are no address.
    for _ in 0..4 {
        let split = Split::of(&address).map_err(|issue| issue.suggestion().map(str::to_owned));
        let parsed = split.and_then(|url| {
            let console = providers()
                .iter()
                .find_map(|provider| (provider.rules.console)(&url));
            match console {
                Some(console) => Err(console.registry),
                None => Endpoint::from_split(&url)
                    .map_err(|issue| issue.suggestion().map(str::to_owned)),
            }
        });
        match parsed {
            Ok(endpoint) => return Some(endpoint),
            Err(mended) => address = mended?,
        }
    }
    None
}
