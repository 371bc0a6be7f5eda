//! What a connection's credentials become before the registry takes them.
//!
//! Most credentials are a username and password, or a token, that the registry takes as they are. Others have to be
//! exchanged first, at an API of the provider: one file each, and one line in [`exchange`].

use bowline::{
    credential::{Credentials, Username},
    endpoint::Endpoint,
    form::ConnectionSpec,
    secret::Secret,
};
use http::HeaderName;

use self::aws::Aws;
use crate::{operator::Operator, problem::Failure, transport::Transport, world::World};

mod assertion;
mod authorization;
mod aws;
mod azure;
pub(crate) mod form;
mod google;

pub(crate) use self::{authorization::Authorization, aws::EcrApi};

/// The username that container tools keep a refresh token under.
const IDENTITY_TOKEN: &str = "<token>";

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
    /// A token that the token service takes as a refresh token; where it does not, the registry takes it as Bearer.
    OAuth2 { token: Secret },
    /// A token that the registry takes as it is, as Bearer.
    Bearer { token: Secret },
    /// A secret in a header of the product's own.
    Header { name: HeaderName, value: Secret },
}

impl RegistryLogin {
    /// The login as it goes with a request to the registry itself; `None` where there is none.
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
    /// When that ends, in milliseconds since 1970; `None` where it does not, or nobody says so.
    pub(crate) expires_at: Option<i64>,
    /// Where the registry is, where only the exchange could tell.
    pub(crate) endpoint: Option<Endpoint>,
    /// What the provider's own API takes, where that is something else.
    pub(crate) api: Option<Authorization>,
    /// The API of ECR, whose every request is signed.
    pub(crate) ecr: Option<EcrApi>,
}

impl Minted {
    /// Credentials that are taken as they are.
    fn kept(login: RegistryLogin) -> Self {
        Self {
            login,
            expires_at: None,
            endpoint: None,
            api: None,
            ecr: None,
        }
    }
}

/// Makes what the registry takes of a connection's credentials. Only credentials that need an exchange send anything.
///
/// Every secret that is learnt on the way is given to [`Transport::hide`].
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
