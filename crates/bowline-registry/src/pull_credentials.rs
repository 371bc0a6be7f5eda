//! The credentials for a job: a username and password that any container tool can use.

use bowline::{form::ConnectionSpec, secret::Secret};

use crate::{
    login::RegistryLogin,
    operator::Operator,
    problem::{Code, Failure, Problem},
    registry::Registry,
    world::World,
};

/// A username and password for a registry, as for `docker login`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullCredentials {
    /// The key in Docker's configuration file: `registry.example.com:5000`, or `https://index.docker.io/v1/` for Docker
    /// Hub.
    pub server: String,
    /// The username.
    pub username: String,
    /// The password; a short-lived one if the provider has them (12 hours for ECR).
    pub password: Secret,
    /// When a short-lived password expires, in milliseconds since 1970; `None` for a stored password.
    pub expires_at: Option<i64>,
}

/// Returns the credentials for a job; `None` if it needs none, because the registry serves everybody.
///
/// If the registry accepts the connection's own username and password, this sends no request. It does not test them:
/// [`check`](crate::check) does.
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
/// The problem that a check would report for a failed exchange; `challenge.unsupported` for a login without an
/// equivalent username and password.
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
