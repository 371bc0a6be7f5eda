//! A form that is valid, parsed.

use std::collections::BTreeMap;

use super::Purpose;
use crate::{
    credential::Credentials, document::Document, endpoint::Endpoint, jwt, provider::Provider,
    secret::Secret,
};

/// A valid form, parsed.
#[derive(Clone, Debug)]
pub struct ConnectionSpec {
    /// The provider.
    pub provider: &'static Provider,
    /// The auth method's id.
    pub auth: &'static str,
    /// What it is for.
    pub purpose: Purpose,
    /// Trimmed.
    pub name: String,
    /// As typed.
    pub description: String,
    /// Where the registry is; `None` where only the cloud's API can tell (ECR without an account id).
    pub endpoint: Option<Endpoint>,
    /// What it logs in with.
    pub credentials: Credentials,
    /// The values that are not secret, normalized, defaults filled in, empty ones left out.
    pub values: BTreeMap<&'static str, String>,
    /// The secret values, empty ones left out.
    pub secrets: BTreeMap<&'static str, Secret>,
    /// `host` or `host:port`, lower case.
    pub trusted_auth_hosts: Vec<String>,
    /// The date that was typed, in milliseconds since 1970; [`ConnectionSpec::ends_at`] knows more.
    pub expires_at: Option<i64>,
    /// The image to test with, without white space around it.
    pub image: String,
    /// The pull policy.
    pub policy: Option<Document>,
}

impl ConnectionSpec {
    /// When the credentials end if they are kept at `now_ms`, in milliseconds since 1970: the earliest of the date that
    /// was typed, of what tokens among the secrets say, and of what the auth method gives. `None` where nothing tells.
    pub fn ends_at(&self, now_ms: i64) -> Option<i64> {
        let auth = self.provider.auth(self.auth);
        let by_method = auth.and_then(|auth| now_ms.checked_add(auth.lasts_ms?));
        let by_token = self
            .secrets
            .values()
            .filter_map(|secret| jwt::expiry(secret.expose()));
        by_token.chain(by_method).chain(self.expires_at).min()
    }
}
