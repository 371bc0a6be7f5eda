//! Docker Hub's own listing: its registry has no catalog (`/v2/_catalog` answers 401 to everyone).

use bowline::{credential::Credentials, secret::Secret};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    guard::Target,
    http::HttpClient,
    image::Repository,
    login::Authorization,
    problem::{Code, Failure},
    registry::Registry,
    transport::{Answer, Call, Message},
    world::{Clock, Random},
};

const API: &str = "https://hub.docker.com/v2";
/// The most entries that a page can have.
const PER_PAGE: usize = 100;
/// The largest answer, in bytes.
const ANSWER_BYTES: usize = 1024 * 1024;

#[derive(Serialize)]
struct LoginRequest<'a> {
    identifier: &'a str,
    secret: &'a str,
}

#[derive(Deserialize)]
struct LoginAnswer {
    access_token: String,
}

#[derive(Deserialize)]
struct RepositoriesAnswer {
    /// Only whether there is one is of interest: the URL of the next page is made here.
    next: Option<String>,
    results: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
}

impl<H: HttpClient, C: Clock, R: Random> Registry<'_, H, C, R> {
    pub(crate) fn is_docker_hub(&self) -> bool {
        self.spec.provider.id == "docker-hub"
    }

    /// The repositories of the connection's namespace, else of the username, and whether that is all of them.
    pub(crate) async fn hub_repositories(
        &mut self,
        pages: usize,
        enough: impl Fn(&[Repository]) -> bool,
    ) -> Result<(Vec<Repository>, bool), Failure> {
        let Some(namespace) = self.hub_namespace() else {
            return Err(Failure::new(
                Code::PermissionCatalogMissing,
                "Docker Hub lists the repositories of a namespace only, and none is named.",
            ));
        };
        let authorization = self.hub_login().await;
        let mut found = Vec::new();
        for page in 1..=pages {
            let url = format!(
                "{API}/namespaces/{namespace}/repositories?page_size={PER_PAGE}&page={page}"
            );
            let answer = self
                .hub_send(&url, Message::Get(authorization.as_ref()))
                .await?;
            let read: RepositoriesAnswer = match answer.status.as_u16() {
                200 => serde_json::from_slice(&answer.body).map_err(|_| {
                    Failure::new(
                        Code::AnswerMalformed,
                        "Docker Hub's listing is not what it should be.",
                    )
                })?,
                // No such namespace, or the page after the last.
                404 => return Ok((found, true)),
                _ => {
                    let denied = Code::PermissionCatalogMissing;
                    return Err(self.refusal(&answer, "Docker Hub's listing", denied, denied));
                }
            };
            let names = read
                .results
                .iter()
                .map(|entry| format!("{namespace}/{}", entry.name));
            found.extend(
                names
                    .filter_map(|name| Repository::parse(&name))
                    .filter(|repository| repository.is_in(self.endpoint.namespace())),
            );
            if read.next.is_none() {
                return Ok((found, true));
            }
            if enough(&found) {
                break;
            }
        }
        Ok((found, false))
    }

    fn hub_namespace(&self) -> Option<Repository> {
        let named = self
            .endpoint
            .namespace()
            .split('/')
            .next()
            .filter(|name| !name.is_empty());
        let username = match &self.spec.credentials {
            Credentials::Password { username, .. } => Some(username.as_str()),
            _ => None,
        };
        Repository::parse(&named.or(username)?.to_ascii_lowercase())
    }

    /// A token of Docker Hub's API. Without one the public repositories are listed, so no failure ends the listing.
    async fn hub_login(&mut self) -> Option<Authorization> {
        let Credentials::Password { username, password } = &self.spec.credentials else {
            return None;
        };
        let login = LoginRequest {
            identifier: username.as_str(),
            secret: password.expose(),
        };
        let body = Bytes::from_owner(Zeroizing::new(serde_json::to_vec(&login).ok()?));
        let answer = self
            .hub_send(
                &format!("{API}/auth/token"),
                Message::Login("application/json", body),
            )
            .await
            .ok()?;
        let token: LoginAnswer = serde_json::from_slice(&answer.body)
            .ok()
            .filter(|_| answer.status.is_success())?;
        let token = Secret::new(token.access_token);
        self.transport.hide(&token);
        Authorization::bearer(&token).ok()
    }

    async fn hub_send(&self, url: &str, message: Message<'_>) -> Result<Answer, Failure> {
        let url = Url::parse(url).map_err(|_| {
            Failure::new(
                Code::AddressNotAllowed,
                "This service may not contact that address.",
            )
        })?;
        let permit =
            self.transport
                .guard()
                .permit(url, Target::ProviderApi, self.has_credentials())?;
        let call = Call {
            what: "Docker Hub's listing",
            permit,
            accept: "application/json",
            message,
            limit: ANSWER_BYTES,
            follow: true,
        };
        self.transport.send(call).await
    }
}
