//! The login that a registry or its token service accepts.

use bowline::{
    credential::{AwsKeys, Username},
    endpoint::Endpoint,
    secret::Secret,
};
use http::HeaderName;

use super::{authorization::Authorization, signed::SignedRequest};
use crate::{check::WarningCode, problem::Failure};

/// What the registry, or its token service, takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegistryLogin {
    /// Nothing: it serves everybody.
    Anonymous,
    /// A username and a password: by Basic, or at the token service.
    Password {
        username: Username,
        password: Secret,
    },
    /// A token that the token service accepts as a refresh token, or that the registry accepts as Bearer.
    OAuth2 { token: Secret },
    /// A token that the registry takes as it is, as Bearer.
    Bearer { token: Secret },
    /// A secret in a header of the product's own.
    Header { name: HeaderName, value: Secret },
}

impl RegistryLogin {
    /// Returns the authorization for requests to the registry; `None` if there is none.
    pub(crate) fn authorization(&self) -> Result<Option<Authorization>, Failure> {
        match self {
            Self::Anonymous => Ok(None),
            Self::Password { username, password } => {
                Authorization::basic(username.as_str(), password).map(Some)
            }
            Self::OAuth2 { token } | Self::Bearer { token } => {
                Authorization::bearer(token).map(Some)
            }
            Self::Header { name, value } => Authorization::header(name.clone(), value).map(Some),
        }
    }
}

/// What an exchange gave.
#[derive(Clone, Debug)]
pub(crate) struct Minted {
    /// What the registry takes.
    pub(crate) login: RegistryLogin,
    /// When it expires, in milliseconds since 1970; `None` if it does not, or if this is unknown.
    pub(crate) expires_at: Option<i64>,
    /// The registry's endpoint, if only the exchange returns it.
    pub(crate) endpoint: Option<Endpoint>,
    /// The signer of requests to the provider's own API, if that needs another login.
    pub(crate) signing_keys: Option<AwsKeys>,
    /// What the provider should refuse.
    pub(crate) doubt: Option<Doubt>,
}

/// A request that the provider should refuse. Only a check sends it, and warns if it succeeds.
#[derive(Clone, Debug)]
pub(crate) struct Doubt {
    pub(crate) request: SignedRequest,
    pub(crate) code: WarningCode,
    pub(crate) detail: &'static str,
}

impl Minted {
    /// Credentials that are taken as they are.
    pub(crate) fn kept(login: RegistryLogin) -> Self {
        Self {
            login,
            expires_at: None,
            endpoint: None,
            signing_keys: None,
            doubt: None,
        }
    }
}
