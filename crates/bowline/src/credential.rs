//! What a connection logs in with, parsed.

use std::fmt;

use crate::{
    aws::{AwsAccount, AwsRegion},
    azure::TenantId,
    secret::Secret,
};

/// A username as the registry gets it: not empty, without `:` (RFC 7617 §2) and control characters.
/// Its letter case is kept: registries tell `AWS` from `aws`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// The username of this text, or `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let sound = !text.is_empty() && !text.chars().any(|c| c == ':' || c.is_control());
        sound.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a connection logs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing: the registry serves everybody.
    Anonymous,
    /// A username with a password or an access token in its place.
    Password {
        /// Whose password it is.
        username: Username,
        /// The password or token.
        password: Secret,
    },
    /// A username whose password is made of a key: the HMAC-SHA-256 of a text under it, in hexadecimal.
    HmacPassword {
        /// Whose password it is.
        username: Username,
        /// The text.
        message: String,
        /// The key.
        key: Secret,
    },
    /// A token alone: tried as an OAuth2 `refresh_token` grant, then as a Bearer token.
    OAuth2 {
        /// The token.
        token: Secret,
    },
    /// A token alone that is sent as it is, as Bearer.
    Bearer {
        /// The token.
        token: Secret,
    },
    /// An API key of Artifactory, which has a header of its own (`X-JFrog-Art-Api`).
    ApiKey {
        /// The key.
        key: Secret,
    },
    /// An AWS identity that may ask ECR for a registry password.
    Aws {
        /// Which of the two services.
        service: EcrService,
        /// Where its API is asked.
        region: AwsRegion,
        /// Whose registry it is, where that was said.
        account: Option<AwsAccount>,
        /// The identity's keys; `None` is the operator's own identity.
        keys: Option<AwsKeys>,
        /// The role that the identity takes on first.
        role: Option<AwsRole>,
    },
    /// A service account of Google, which makes access tokens with its key.
    GoogleServiceAccount {
        /// The key file: JSON, or that in base64.
        key: Secret,
    },
    /// An application of Microsoft Entra that asks for a token of the registry.
    AzureServicePrincipal {
        /// The directory that the application is in.
        tenant: TenantId,
        /// The application.
        client_id: String,
        /// One of its secrets.
        client_secret: Secret,
    },
}

/// Which registry of AWS it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcrService {
    /// An account's own, one a region.
    Private,
    /// The one that all accounts publish in.
    Public,
}

/// What signs requests to AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsKeys {
    /// 16-128 letters, digits and `_`.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: Secret,
    /// What a temporary key needs beside it.
    pub session_token: Option<Secret>,
}

/// A role that is taken on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsRole {
    /// `arn:aws:iam::123456789012:role/name`.
    pub arn: String,
    /// What the role's trust policy asks for.
    pub external_id: Option<String>,
}
