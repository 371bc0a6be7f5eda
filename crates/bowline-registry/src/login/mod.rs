//! What a connection's credentials become before the registry takes them.
//!
//! Most credentials are a username and password, or a token, that the registry takes as they are. Others have to be
//! exchanged first, at an API of the provider: one file each, and one line in [`exchange`].

use bowline::{credential::Credentials, form::ConnectionSpec};
use http::HeaderName;

use self::aws::Aws;
use crate::{operator::Operator, problem::Failure, transport::Transport, world::World};

mod assertion;
mod authorization;
mod aws;
mod azure;
pub(crate) mod form;
mod google;
mod minted;

pub(crate) use self::{
    authorization::Authorization,
    minted::{Minted, RegistryLogin},
};

/// The username that container tools keep a refresh token under.
const IDENTITY_TOKEN: &str = "<token>";

/// Makes what the registry takes of a connection's credentials. Only credentials that need an exchange send anything.
///
/// Every secret that is learned on the way is given to [`Transport::hide`].
pub(crate) async fn exchange<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Minted, Failure> {
    match spec.credentials.clone() {
        Credentials::Anonymous => Ok(Minted::kept(RegistryLogin::Anonymous)),
        Credentials::Password { username, password } if username.as_str() == IDENTITY_TOKEN => {
            Ok(Minted::kept(RegistryLogin::OAuth2 { token: password }))
        }
        Credentials::Password { username, password } => {
            Ok(Minted::kept(RegistryLogin::Password { username, password }))
        }
        Credentials::OAuth2 { token } => Ok(Minted::kept(RegistryLogin::OAuth2 { token })),
        Credentials::Bearer { token } => Ok(Minted::kept(RegistryLogin::Bearer { token })),
        Credentials::ApiKey { key } => Ok(Minted::kept(RegistryLogin::Header {
            name: HeaderName::from_static("x-jfrog-art-api"),
            value: key,
        })),
        Credentials::GoogleServiceAccount { key } => google::exchange(transport, key).await,
        Credentials::Aws {
            service,
            region,
            account: _,
            keys,
            role,
        } => {
            let aws = Aws {
                service,
                region,
                keys: keys.as_ref(),
                role: role.as_ref(),
            };
            aws::login(transport, operator, spec, &aws).await
        }
        Credentials::AzureServicePrincipal {
            tenant,
            client_id,
            client_secret,
        } => {
            let application = azure::Application {
                client_id: &client_id,
                client_secret: &client_secret,
            };
            application.exchange(transport, &tenant, spec).await
        }
    }
}

/// What credentials that can be exchanged are worth as they are; trying that first takes fewer requests.
pub(crate) fn direct(credentials: &Credentials) -> Option<RegistryLogin> {
    match credentials {
        Credentials::AzureServicePrincipal {
            client_id,
            client_secret,
            ..
        } => azure::Application {
            client_id,
            client_secret,
        }
        .as_password(),
        _ => None,
    }
}
