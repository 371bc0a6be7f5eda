//! Fingerprints of secrets: equal for two connections with the same secrets, without telling them.

use bowline::form::ConnectionSpec;

use crate::keys::{Purpose, SealingKey};

/// The fingerprint of what a connection keeps secret, under a key; `None` where it keeps nothing.
///
/// The provider is part of it: that two products got the same short password says nothing about either.
pub(crate) fn fingerprint<'a>(
    key: &SealingKey,
    provider: &'a str,
    secrets: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let mut secrets = secrets.into_iter().peekable();
    secrets.peek()?;
    let parts = std::iter::once(provider).chain(secrets);
    key.hash(Purpose::Fingerprint, parts.map(str::as_bytes))
}

/// The fingerprint of a form's secrets.
pub(crate) fn of_spec(key: &SealingKey, spec: &ConnectionSpec) -> Option<String> {
    fingerprint(
        key,
        spec.provider.id.as_str(),
        spec.secrets.values().map(|secret| secret.expose()),
    )
}
