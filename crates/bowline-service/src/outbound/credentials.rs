//! What a job pulls with, made of a connection's credentials.

use bowline::{
    credential::Credentials,
    form::{ConnectionForm, ConnectionSpec},
    secret::Secret,
};
use bowline_registry::{Clock, Code, HttpClient, Operator, Problem, Random, World};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The body of `/credentials`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialsRequest {
    pub(super) form: ConnectionForm,
}

/// The answer of `/credentials`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CredentialsAnswer {
    /// `None` where the registry serves everybody.
    pub(crate) login: Option<PullCredentials>,
}

/// A username and a password, as every client of registries takes them. They serialise for the hop between the two
/// services.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PullCredentials {
    pub(crate) username: String,
    #[serde(serialize_with = "expose", deserialize_with = "conceal")]
    pub(crate) password: Secret,
    /// When they end, in milliseconds since 1970, where they were made for this.
    pub(crate) expires_at: Option<i64>,
}

/// What a job pulls with; `None` where it needs nothing.
pub(super) async fn pull_credentials<H: HttpClient, C: Clock, R: Random>(
    _world: &World<H, C, R>,
    _operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Option<PullCredentials>, Problem> {
    match &spec.credentials {
        Credentials::Anonymous => Ok(None),
        Credentials::Password { username, password } => Ok(Some(PullCredentials {
            username: username.to_string(),
            password: password.clone(),
            expires_at: None,
        })),
        _ => {
            let code = Code::ChallengeUnsupported;
            Err(Problem {
                code,
                title: code.title().to_owned(),
                detail: "This login has no username and password to hand out.".to_owned(),
                hint: "Log in with a username and a password or token.".to_owned(),
                field: Some("auth".to_owned()),
            })
        }
    }
}

fn expose<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

fn conceal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}
