//! The credentials for a job.

use bowline::secret::Secret;
use bowline_registry::PullCredentials;
use serde::{Deserialize, Deserializer, Serialize};

use super::{PrivateOperation, PrivateRequest};
use crate::body;

/// Asks what a job pulls with.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialsRequest<F> {
    pub(crate) form: F,
}

impl<F> PrivateRequest for CredentialsRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Credentials;
    type Response = CredentialsResponse;
}

/// The login.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct CredentialsResponse {
    /// `None` if the registry serves everybody.
    pub(crate) login: Option<Login>,
}

/// A username and a password, as every client of registries takes them; serialized with the password in it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Login {
    /// Under which name container tools look for it.
    pub(crate) server: String,
    pub(crate) username: String,
    #[serde(serialize_with = "body::expose", deserialize_with = "conceal")]
    pub(crate) password: Secret,
    /// When the password expires, in milliseconds since 1970, if known.
    pub(crate) expires_at: Option<i64>,
}

impl From<PullCredentials> for Login {
    fn from(
        PullCredentials {
            server,
            username,
            password,
            expires_at,
        }: PullCredentials,
    ) -> Self {
        Self {
            server,
            username,
            password,
            expires_at,
        }
    }
}

fn conceal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}
