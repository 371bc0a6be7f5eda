//! Logins that a registry or its token service accepts.
//!
//! Most credentials are a username and password, or a token, that the registry accepts directly. Others are exchanged
//! first at an API of the provider, in the `exchange` function of the product's file.

use bowline::credential::Credentials;

mod authorization;
pub(crate) mod form;
mod minted;
mod signed;

pub(crate) use self::{
    authorization::Authorization,
    minted::{Doubt, Minted, RegistryLogin},
    signed::SignedRequest,
};

/// The username that container tools keep a refresh token under.
const IDENTITY_TOKEN: &str = "<token>";

/// The login that credentials are without an exchange; `None` for those that no registry takes as they are.
pub(crate) fn as_given(credentials: &Credentials) -> Option<RegistryLogin> {
    match credentials.clone() {
        Credentials::Anonymous => Some(RegistryLogin::Anonymous),
        Credentials::Password { username, password } if username.as_str() == IDENTITY_TOKEN => {
            Some(RegistryLogin::OAuth2 { token: password })
        }
        Credentials::Password { username, password } => {
            Some(RegistryLogin::Password { username, password })
        }
        Credentials::OAuth2 { token } => Some(RegistryLogin::OAuth2 { token }),
        Credentials::Bearer { token } => Some(RegistryLogin::Bearer { token }),
        Credentials::ApiKey { .. }
        | Credentials::HmacPassword { .. }
        | Credentials::GoogleServiceAccount { .. }
        | Credentials::Aws { .. }
        | Credentials::AzureServicePrincipal { .. } => None,
    }
}
