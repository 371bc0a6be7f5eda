//! The credentials that a job pulls with: a username and password that any container tool can keep.

use bowline::{form::ConnectionSpec, secret::Secret};

use crate::{
    login::RegistryLogin,
    operator::Operator,
    problem::{Code, Failure, Problem},
    registry::Registry,
    world::World,
};

/// A username and password for a registry, as `docker login` takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullCredentials {
    /// What Docker's configuration file keeps them under: `registry.example.com:5000`, and
    /// `https://index.docker.io/v1/` for Docker Hub.
    pub server: String,
    /// Who logs in.
    pub username: String,
    /// Short-lived where the provider has such: 12 hours at ECR.
    pub password: Secret,
    /// When a password that was made for this ends, in milliseconds since 1970; `None` for one that is kept.
    pub expires_at: Option<i64>,
}

/// The credentials that a job pulls with; `None` where it needs nothing, because the registry serves everybody.
///
/// Nothing is sent where the connection's own username and password are what the registry takes. They are not tried:
/// that is what [`check`](crate::check) does.
///
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{Operator, Problem, World, pull_credentials};
///
/// async fn username<W: World>(world: &W, spec: &ConnectionSpec) -> Result<String, Problem> {
///     let credentials = pull_credentials(world, &Operator::default(), spec).await?;
///     Ok(credentials.map_or_else(String::new, |credentials| credentials.username))
/// }
/// ```
/// # Errors
/// What a check would name for a login that has to be exchanged first; `challenge.unsupported` for one that no
/// username and password can stand for.
pub async fn pull_credentials<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Option<PullCredentials>, Problem> {
    let made = async {
        let mut registry = Registry::open(world, operator, spec).await?;
        let product = registry.product;
        let server = (product.docker_config_key)(&registry.endpoint);
        let minted = registry.minted().await?;
        let (username, password) = match &minted.login {
            RegistryLogin::Anonymous => return Ok(None),
            RegistryLogin::Password { username, password } => (username.as_str(), password),
            RegistryLogin::OAuth2 { token } | RegistryLogin::Bearer { token } => {
                (product.token_username, token)
            }
            RegistryLogin::Header { .. } => {
                return Err(Failure::new(
                    Code::ChallengeUnsupported,
                    "This sign-in method uses a header that container tools don't send. Use a username and password.",
                )
                .at("auth"));
            }
        };
        Ok(Some(PullCredentials {
            server,
            username: username.to_owned(),
            password: password.clone(),
            expires_at: minted.expires_at,
        }))
    };
    made.await
        .map_err(|failure: Failure| failure.explain(spec, operator))
}
