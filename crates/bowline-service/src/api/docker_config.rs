//! Credential files for jobs, in the formats of container tools.

use std::{collections::BTreeMap, ops::ControlFlow};

use base64::{Engine, engine::general_purpose::STANDARD};
use bowline::{endpoint::Endpoint, reference::Reference};
use bowline_registry::Clock;
use bowline_store::{Connection, ConnectionId, Database, Opened, StoreError, Timestamp};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use zeroize::Zeroizing;

use super::service::{Random, Service};
use crate::{
    body,
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    parameters::Parameters,
    problem::{Problem, ProblemType},
    protocol::credentials::{CredentialsRequest, CredentialsResponse, Login},
    response::{self, Response},
};

/// The header with the expiry of the returned credentials in RFC 3339; missing if it is not known.
const EXPIRES_AT: HeaderName = HeaderName::from_static("bowline-expires-at");

/// The number of attempts to open a connection that others keep changing.
const ATTEMPTS: usize = 3;

/// A format of the file.
#[derive(Clone, Copy)]
enum FileFormat {
    /// The `config.json` of Docker, which every tool reads.
    DockerConfigJson,
    /// A Secret of Kubernetes with that file in it, for `imagePullSecrets`.
    KubernetesSecret,
}

/// A connection, and what a job logs in with that was handed out of it.
pub(super) struct HandedOut {
    connection: Connection,
    /// Another name of the registry, which the job's images are written with.
    other_name: Option<String>,
    login: Option<Login>,
    /// Username and password as in RFC 7617.
    basic: Option<Zeroizing<String>>,
}

/// Docker's `config.json`.
#[derive(Serialize)]
pub(super) struct DockerConfig<'a> {
    auths: BTreeMap<&'a str, DockerAuth<'a>>,
}

#[derive(Clone, Copy, Serialize)]
struct DockerAuth<'a> {
    username: &'a str,
    password: &'a str,
    /// Both, as Basic writes them.
    auth: &'a str,
}

/// A Secret of the type `kubernetes.io/dockerconfigjson`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KubernetesSecret<'a> {
    api_version: &'static str,
    kind: &'static str,
    r#type: &'static str,
    metadata: Metadata,
    data: BTreeMap<&'static str, &'a str>,
}

#[derive(Serialize)]
struct Metadata {
    name: String,
}

impl FileFormat {
    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let format = parameters.parsed("format", |text| match text {
            "dockerconfigjson" => Some(Self::DockerConfigJson),
            "kubernetes-secret" => Some(Self::KubernetesSecret),
            _ => None,
        })?;
        Ok(format.unwrap_or(Self::DockerConfigJson))
    }
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// The file for a connection.
    pub(super) async fn docker_config(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let format = FileFormat::read(&context.parameters)?;
        self.file(context, caller, project, id, format, None).await
    }

    /// Returns the file for the connection of the image in the parameter `image`. If the image has another name of the
    /// registry, the file contains that host, too, because tools look up a login by the host that they pull from.
    pub(super) async fn docker_config_of_image(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let format = FileFormat::read(parameters)?;
        let connection = self.serving(context, project, parameters).await?;
        let image = parameters.parsed("image", |text| Reference::parse(text).ok())?;
        let host = image.map(|image| image.domain);
        let own = Endpoint::parse(&connection.endpoint).map(|endpoint| endpoint.authority());
        let other = host.filter(|host| Ok(host) != own.as_ref());
        self.file(context, caller, project, connection.id, format, other)
            .await
    }

    async fn file(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
        format: FileFormat,
        other_name: Option<String>,
    ) -> Result<Response, Problem> {
        match self.hand_out(context, caller, project, id, None).await? {
            ControlFlow::Continue(handed_out) => HandedOut {
                other_name,
                ..handed_out
            }
            .file(format),
            ControlFlow::Break(answer) => Ok(answer),
        }
    }

    /// Returns the credentials for a job or a `scanner`. Breaks with the private service's response if it has none.
    ///
    /// No credentials leave before the audit row is stored, and none that were replaced in the meantime.
    pub(super) async fn hand_out(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
        scanner: Option<&str>,
    ) -> Result<ControlFlow<Response, HandedOut>, Problem> {
        let store = self.store(context).await?;
        for _ in 0..ATTEMPTS {
            let opened = store.open(project, id, context.now).await?;
            let login = match self.pull_credentials(context, &opened).await? {
                ControlFlow::Continue(login) => login,
                ControlFlow::Break(answer) => return Ok(ControlFlow::Break(answer)),
            };
            let connection = opened.connection;
            let change = context.change(caller);
            match store.hand_out(&change, &connection, scanner).await {
                Ok(()) => return Ok(ControlFlow::Continue(HandedOut::of(connection, login))),
                Err(StoreError::VersionMismatch { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ProblemType::StoreBusy.into())
    }

    /// Returns the private service's credentials for a connection. Breaks with its response if it has none.
    async fn pull_credentials(
        &self,
        context: &RequestContext,
        opened: &Opened,
    ) -> Result<ControlFlow<Response, Option<Login>>, Problem> {
        let form = opened.form();
        let project = &opened.connection.project;
        let request = CredentialsRequest {
            form: form.expose(),
        };
        let said = self.call(context, project, &form, &request).await?;
        Ok(match said {
            ControlFlow::Continue(CredentialsResponse { login }) => ControlFlow::Continue(login),
            ControlFlow::Break(answer) => ControlFlow::Break(answer),
        })
    }
}

impl HandedOut {
    fn of(connection: Connection, login: Option<Login>) -> Self {
        Self {
            basic: login.as_ref().map(basic),
            connection,
            other_name: None,
            login,
        }
    }

    /// The file that container tools read.
    pub(super) fn config(&self) -> DockerConfig<'_> {
        let auth = self.login.as_ref().zip(self.basic.as_ref());
        let mut auths = BTreeMap::new();
        if let Some((login, auth)) = auth {
            let auth = DockerAuth {
                username: &login.username,
                password: login.password.expose(),
                auth,
            };
            let servers = [Some(&login.server), self.other_name.as_ref()];
            auths.extend(
                servers
                    .into_iter()
                    .flatten()
                    .map(|server| (server.as_str(), auth)),
            );
        }
        DockerConfig { auths }
    }

    /// The answer with it.
    fn file(&self, format: FileFormat) -> Result<Response, Problem> {
        let config = self.config();
        let mut answer = match format {
            FileFormat::DockerConfigJson => response::secret_json(StatusCode::OK, &config)?,
            FileFormat::KubernetesSecret => {
                let encoded = Zeroizing::new(STANDARD.encode(&*body::secret_json(&config)?));
                let secret = KubernetesSecret {
                    api_version: "v1",
                    kind: "Secret",
                    r#type: "kubernetes.io/dockerconfigjson",
                    metadata: Metadata {
                        // The connection's name need not be one of Kubernetes, and may change.
                        name: format!("registry-{}", self.connection.id),
                    },
                    data: BTreeMap::from([(".dockerconfigjson", encoded.as_str())]),
                };
                response::secret_json(StatusCode::OK, &secret)?
            }
        };
        let end = self.login.as_ref().and_then(|login| login.expires_at);
        if let Some(end) = end.map(Timestamp).or(self.connection.expires_at)
            && let Ok(end) = HeaderValue::try_from(end.to_string())
        {
            answer.headers_mut().insert(EXPIRES_AT, end);
        }
        Ok(answer)
    }
}

/// Username and password as in RFC 7617.
fn basic(login: &Login) -> Zeroizing<String> {
    let (username, password) = (login.username.as_str(), login.password.expose());
    let pair = Zeroizing::new([username, ":", password].concat());
    Zeroizing::new(STANDARD.encode(&*pair))
}
