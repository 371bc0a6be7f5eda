//! What other code asks about a product: two rows of members, so that none can be forgotten.

use bowline::{credential::Credentials, endpoint::Endpoint, form::ConnectionSpec};

pub(crate) use crate::listing::way::Way;
use crate::{guard::hosts::Hosts, login::RegistryLogin, notification::Notification, scope::Scope};

/// What a conversation asks about a product.
pub(crate) struct Product {
    /// Where a connection's credentials may go beside the registry itself.
    pub(crate) hosts: fn(&ConnectionSpec) -> Hosts,
    /// Token services on another domain: the registry's host and the token service's host. A `*` matches one label, the
    /// same in both.
    pub(crate) token_services: &'static [(&'static str, &'static str)],
    /// The login that exchangeable credentials give without an exchange. It is tried first, because it needs fewer
    /// requests. `None` if there is none, or if the credentials are not exchanged.
    pub(crate) unexchanged: fn(&Credentials) -> Option<RegistryLogin>,
    /// The ways to list repositories, in order; empty if the product has no listing.
    pub(crate) repository_ways: fn(&ConnectionSpec) -> &'static [Way],
    /// The ways to list tags, what knows more than their names first.
    pub(crate) tag_ways: fn(&ConnectionSpec) -> &'static [Way],
    /// What a token for the catalog is asked for.
    pub(crate) catalog_scope: Scope,
    /// The username with which container tools send a token as a password.
    pub(crate) token_username: &'static str,
    /// The key under which Docker's configuration file keeps a login.
    pub(crate) docker_config_key: fn(&Endpoint) -> String,
    /// True if its registries are asked for version 1 of Docker's API first.
    pub(crate) speaks_v1: bool,
}

/// How a product announces pushes and removals.
pub(crate) struct Webhook {
    /// The format of its notifications.
    pub(crate) format: Format,
    /// True if it sends a header of one's choice. The others send none, one of their own, or a signature, which cannot
    /// be verified with a hash of the secret.
    pub(crate) sends_header: bool,
    /// True if a connection without a namespace reaches the repositories of its username.
    pub(crate) defaults_to_username: bool,
}

/// The format of a product's notifications.
pub(crate) enum Format {
    /// Its own format. Returns `None` for a body in another format.
    Own(fn(&[u8]) -> Option<Notification>),
    /// The format of Docker Distribution, which most products are based on.
    Distribution,
}

/// The distribution API alone.
pub(super) const PLAIN: &[Way] = &[Way::Registry];
/// The product's own API, and the distribution API if that refuses.
pub(super) const OWN_FIRST: &[Way] = &[Way::Own, Way::Registry];

/// No way: the product has no listing that a login for pulling may use.
pub(super) fn unlisted(_: &ConnectionSpec) -> &'static [Way] {
    &[]
}

/// [`OWN_FIRST`], whatever the connection.
pub(super) fn own_first(_: &ConnectionSpec) -> &'static [Way] {
    OWN_FIRST
}

/// [`PLAIN`], whatever the connection.
pub(super) fn plain(_: &ConnectionSpec) -> &'static [Way] {
    PLAIN
}

/// What is exchanged is worth nothing as it is.
pub(super) fn nothing(_: &Credentials) -> Option<RegistryLogin> {
    None
}

/// The registry's host and port.
pub(super) fn authority(endpoint: &Endpoint) -> String {
    endpoint.authority()
}

/// Tells whether the connection reaches a part of the registry only.
pub(super) fn has_namespace(spec: &ConnectionSpec) -> bool {
    spec.endpoint
        .as_ref()
        .is_some_and(|endpoint| !endpoint.namespace().is_empty())
}
