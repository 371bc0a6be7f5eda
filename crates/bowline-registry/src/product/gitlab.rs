//! GitLab: what it adds to the distribution protocol.
//!
//! GitLab's own listing: the registries of a group's projects, else those of all projects that the login is a member of.
//! The catalog is closed to all but administrators.

use bowline::{credential::Credentials, form::ConnectionSpec};
use serde::Deserialize;
use url::{Url, form_urlencoded};

pub(super) use super::distribution::{exchange, tags};
use super::row::{Format, Product, Webhook, authority, nothing, own_first, plain};
use crate::{
    challenge::Login,
    guard::hosts::{Api, Hosts, Realms},
    json::List,
    listing::{
        api::Style,
        api::unlistable,
        cursor::Mark,
        entry::{ListedRepository, Page},
        groups::{Groups, Rest},
    },
    login::Authorization,
    problem::{
        Code::{
            self, AnswerNotRegistry, AuthExpired, AuthRejected, PermissionCatalogMissing,
            PermissionPullMissing, PermissionPushMissing,
        },
        Failure,
    },
    registry::{Authentication, Registry},
    scope::Scope,
    world::World,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts,
    token_services: &[("registry.gitlab.com", "gitlab.com")],
    unexchanged: nothing,
    repository_ways: own_first,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(_: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Consented, vec![Api::TokenService])
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username. It is the deploy token's, the account's, or gitlab-ci-token for a job token. Use a token with read_registry: GitLab doesn't accept a password if two-factor authentication is on. A job token expires when the job ends."
        }
        AuthExpired => {
            "Create a new deploy token or access token with read_registry and enter it here."
        }
        PermissionPullMissing => {
            "Use a token with read_registry whose project or group contains this project. The project's container registry must be turned on."
        }
        PermissionPushMissing => {
            "Use a token with read_registry and write_registry. Its account needs at least the role Developer."
        }
        PermissionCatalogMissing => {
            "Enter an image to test with: GitLab lets only administrators list the registry. To list images, use an access token with read_api in addition to read_registry."
        }
        AnswerNotRegistry => {
            "Check the host, the port, and HTTPS. The registry has its own host, like registry.gitlab.com, or its own port on GitLab's host."
        }
        _ => return None,
    })
}

/// How it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Distribution,
    sends_header: true,
    defaults_to_username: false,
};

const WHAT: &str = "GitLab's API";
/// The most entries that a page can have.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct Project {
    id: u64,
    path_with_namespace: String,
    /// Older than `container_registry_access_level`; `null` for those who may not see it.
    container_registry_enabled: Option<bool>,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
}

/// A page of a group's or project's repositories; empty where those that come next have none.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let login = registry.gitlab_login()?;
    let mut groups = match mark {
        None => {
            if let Some(page) = registry.gitlab_namespace(login.as_ref()).await? {
                return Ok(page);
            }
            Groups::default()
        }
        Some(Mark::Groups(groups)) => groups,
        Some(_) => return Err(Mark::foreign()),
    };
    if let Some(after) = groups.wanted() {
        let (projects, rest) = registry
            .gitlab_projects(after.as_deref(), login.as_ref())
            .await?;
        groups.learn(projects.into_iter(), rest);
    }
    let Some((path, query)) = groups.page() else {
        return Ok(Page::new(Vec::new(), groups.next().map(Mark::Groups)));
    };
    let url = registry.gitlab_registry(&path, query.as_deref())?;
    let answer = registry.ask(WHAT, url, login.as_ref()).await?;
    // A project whose registry is off, or hidden from this login, has nothing to list.
    if matches!(answer.status.as_u16(), 403 | 404) {
        return Ok(Page::new(Vec::new(), groups.next().map(Mark::Groups)));
    }
    let entries: List<Entry> = registry.listed(&answer, WHAT)?;
    let mut turn = registry.turn(&answer, Style::Number, entries.0.len(), None)?;
    groups.turn(path, turn.query());
    Ok(turn.page(parsed(entries), groups.next().map(Mark::Groups)))
}

impl<W: World> Registry<'_, W> {
    /// The first page of the namespace's repositories, if it is a group or a project; `None` for a user's own
    /// namespace, and for one inside a project.
    async fn gitlab_namespace(
        &mut self,
        login: Option<&Authorization>,
    ) -> Result<Option<Page<ListedRepository, Mark>>, Failure> {
        let namespace = self.endpoint.namespace();
        if namespace.is_empty() {
            return Ok(None);
        }
        let encoded: String = form_urlencoded::byte_serialize(namespace.as_bytes()).collect();
        let kinds = if namespace.contains('/') {
            ["groups", "projects"].as_slice()
        } else {
            &["groups"]
        };
        for kind in kinds {
            let path = format!("{kind}/{encoded}");
            let answer = self
                .ask(WHAT, self.gitlab_registry(&path, None)?, login)
                .await?;
            if answer.status.as_u16() == 404 {
                continue;
            }
            let entries: List<Entry> = self.listed(&answer, WHAT)?;
            let mut turn = self.turn(&answer, Style::Number, entries.0.len(), None)?;
            let next = Groups::within(&path, turn.query());
            return Ok(Some(turn.page(parsed(entries), next.map(Mark::Groups))));
        }
        Ok(None)
    }

    /// The projects of which the login is a member and that come after this one, as paths of the API.
    async fn gitlab_projects(
        &mut self,
        after: Option<&str>,
        login: Option<&Authorization>,
    ) -> Result<(Vec<String>, Rest), Failure> {
        let id = match after {
            None => 0,
            Some(path) => path
                .strip_prefix("projects/")
                .and_then(|id| id.parse::<u64>().ok())
                .ok_or_else(Mark::foreign)?,
        };
        let query =
            format!("membership=true&order_by=id&sort=asc&id_after={id}&per_page={PER_PAGE}");
        let url = self.gitlab_url("projects", &query)?;
        let answer = self.ask(WHAT, url, login).await?;
        let projects = self.listed::<List<Project>>(&answer, WHAT)?.0;
        let path = |project: &Project| format!("projects/{}", project.id);
        let rest = match projects.last() {
            Some(last) if projects.len() >= PER_PAGE && last.id > id => Rest::After(path(last)),
            _ => Rest::None,
        };
        let namespace = self.endpoint.namespace();
        let asked = projects
            .iter()
            .filter(|project| project.container_registry_enabled != Some(false))
            .filter(|project| overlap(&project.path_with_namespace.to_lowercase(), namespace));
        Ok((asked.map(path).collect(), rest))
    }

    /// The URL of a page of a group's or project's repositories.
    fn gitlab_registry(&self, path: &str, query: Option<&str>) -> Result<Url, Failure> {
        let sound = path.split_once('/').is_some_and(|(kind, id)| {
            matches!(kind, "groups" | "projects")
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"%-_.+".contains(&b))
                && !id.starts_with('.')
        });
        if !sound {
            return Err(Mark::foreign());
        }
        let first = format!("per_page={PER_PAGE}");
        self.gitlab_url(
            &format!("{path}/registry/repositories"),
            query.unwrap_or(&first),
        )
    }

    /// Returns a URL of the API, which has the host of the token service (`https://gitlab.example.com/jwt/auth`), not
    /// of the registry.
    fn gitlab_url(&self, path: &str, query: &str) -> Result<Url, Failure> {
        let Authentication::Login(Login::Bearer { realm, .. }) = &self.authentication else {
            return Err(unlistable(
                "The registry names no token service, so GitLab's own URL isn't known.",
            ));
        };
        let root = realm.path().strip_suffix("/jwt/auth").unwrap_or_default();
        let mut url = realm.clone();
        url.set_fragment(None);
        url.set_path(&format!("{root}/api/v4/{path}"));
        url.set_query(Some(query));
        Ok(url)
    }

    /// The token as the API takes it. It takes none of a deploy and none of a job.
    fn gitlab_login(&self) -> Result<Option<Authorization>, Failure> {
        if let Credentials::Password { username, password } = &self.spec.credentials {
            let (username, secret) = (username.as_str(), password.expose());
            let is_of_deploy =
                username.starts_with("gitlab+deploy-token-") || secret.starts_with("gldt-");
            let is_of_job = username == "gitlab-ci-token" || secret.starts_with("glcbt-");
            if is_of_deploy || is_of_job {
                return Err(unlistable(
                    "Only personal, project, and group access tokens with read_api can list images at GitLab. Deploy tokens and job tokens can't.",
                ));
            }
        }
        self.token_login()
    }
}

fn parsed(entries: List<Entry>) -> Vec<ListedRepository> {
    entries
        .0
        .iter()
        .filter_map(|entry| ListedRepository::parse(&entry.path))
        .collect()
}

/// Returns true if one is inside the other: a project in the namespace, or the namespace in a project.
fn overlap(project: &str, namespace: &str) -> bool {
    let is_in = |inner: &str, outer: &str| {
        outer.is_empty()
            || inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    is_in(project, namespace) || is_in(namespace, project)
}
