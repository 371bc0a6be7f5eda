//! The form for a registry that a text names.

use super::found::Found;
use crate::{
    endpoint::{Endpoint, Split},
    form::ConnectionForm,
    provider::{Provider, ProviderId, providers},
    reference::Reference,
    text::concat,
};

/// The form for a registry's address as it stands in a text, and a login.
pub(super) fn found(
    address: &str,
    username: &str,
    secret: &str,
    identity_token: bool,
) -> Option<ConnectionForm> {
    let endpoint = parse_fixing(address)?;
    Some(form_of(&endpoint, username, secret, identity_token))
}

/// The form for the registry of an image, and a login.
pub(super) fn found_by_image(
    text: &str,
    username: &str,
    secret: &str,
    identity_token: bool,
) -> Option<ConnectionForm> {
    let endpoint = endpoint_of_image(text)?;
    let mut form = form_of(&endpoint, username, secret, identity_token);
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
        true => parse_fixing(&image.domain),
        false => Endpoint::parse(&image.domain).ok(),
    }
}

/// The form for the registry at `endpoint`, of the product whose host it has, and a login.
pub(super) fn form_of(
    endpoint: &Endpoint,
    username: &str,
    secret: &str,
    identity_token: bool,
) -> ConnectionForm {
    let provider = Provider::of_host(endpoint.host()).unwrap_or(ProviderId::GENERIC.provider());
    let found = Found {
        endpoint,
        username,
        secret,
        identity_token,
        takes_token: provider.auth("oauth2").is_some(),
        takes_password: provider.auth("password").is_some(),
        names_user: provider
            .auth("")
            .is_some_and(|auth| auth.field("username").is_some()),
    };
    let mut form = ConnectionForm::default();
    provider.id.as_str().clone_into(&mut form.provider);
    (provider.rules.fill)(&found, &mut form);
    form
}

/// An address without what old clients write behind it: the path of the first API, which there is no more.
pub(super) fn without_api(address: &str) -> &str {
    let address = address.trim_end_matches('/');
    address.strip_suffix("/v1").unwrap_or(address)
}

/// The endpoint of an address, with the suggestions of its findings applied.
fn parse_fixing(address: &str) -> Option<Endpoint> {
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
            Err(fixed) => address = fixed?,
        }
    }
    None
}
