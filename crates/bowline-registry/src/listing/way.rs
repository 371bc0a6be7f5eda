//! The ways to list: which a connection has, and in which order they are tried.

use std::{collections::HashSet, future::Future};

use bowline::{credential::Credentials, endpoint::Endpoint, form::ConnectionSpec};
use serde::{Deserialize, Serialize};

use crate::{
    image::Repository,
    listing::{
        ListedRepository, ListedTag, Page, Place,
        cursor::Mark,
        entry::Entry,
        quay,
        trail::{Trail, Verdict},
    },
    problem::{Code, Failure},
    registry::Registry,
    scope::Scope,
    world::World,
};

/// A way to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Way {
    /// The distribution API: `/v2/_catalog` and `/v2/<name>/tags/list`.
    Registry,
    Artifactory,
    Azure,
    DockerHub,
    DockerTrusted,
    Ecr,
    GitHub,
    GitLab,
    Google,
    Harbor,
    Ibm,
    OpenShift,
    Quay,
}

/// When another way is tried in place of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherWay {
    /// Whatever is wrong: something is better than nothing.
    IfItFails,
    /// Only where the first is not for this login. It may list less than the first, and what is left out while that is
    /// down for a moment would seem to be gone.
    IfRefused,
}

impl Way {
    /// The ways to list repositories, in the order in which they are tried. None where the product has no listing.
    pub(super) fn of_repositories(spec: &ConnectionSpec) -> &'static [Self] {
        match spec.provider.id.as_str() {
            "amazon-ecr" | "amazon-ecr-public" if has_aws_keys(spec) => {
                &[Self::Ecr, Self::Registry]
            }
            "docker-hub" => &[Self::DockerHub],
            "docker-registry-v1" | "red-hat-atomic" => &[],
            "docker-trusted-registry" if prefers_own_api(spec) => {
                &[Self::DockerTrusted, Self::Registry]
            }
            "github" => &[Self::GitHub],
            "gitlab" => &[Self::GitLab, Self::Registry],
            "google" if has_namespace(spec) => &[Self::Google, Self::Registry],
            "harbor" => &[Self::Harbor, Self::Registry],
            "ibm" => &[Self::Ibm, Self::Registry],
            "jfrog-artifactory" if is_whole_artifactory(spec) => {
                &[Self::Artifactory, Self::Registry]
            }
            "openshift" if spec.values.contains_key("apiUrl") => &[Self::OpenShift, Self::Registry],
            "quay" if has_namespace(spec) && may_use_quay_api(spec) => {
                &[Self::Quay, Self::Registry]
            }
            _ => &[Self::Registry],
        }
    }

    /// The ways to list tags, what knows more than their names first.
    pub(super) fn of_tags(spec: &ConnectionSpec) -> &'static [Self] {
        match spec.provider.id.as_str() {
            "amazon-ecr" | "amazon-ecr-public" if has_aws_keys(spec) => {
                &[Self::Ecr, Self::Registry]
            }
            "azure-acr" => &[Self::Azure, Self::Registry],
            "docker-hub" => &[Self::DockerHub, Self::Registry],
            "docker-trusted-registry" if prefers_own_api(spec) => {
                &[Self::DockerTrusted, Self::Registry]
            }
            "harbor" => &[Self::Harbor, Self::Registry],
            "openshift" if spec.values.contains_key("apiUrl") => &[Self::OpenShift, Self::Registry],
            "quay" if may_use_quay_api(spec) => &[Self::Quay, Self::Registry],
            _ => &[Self::Registry],
        }
    }
}

impl<W: World> Registry<'_, W> {
    /// What a token is asked for before repositories are listed: nothing, where the first way needs none of the
    /// registry's.
    pub(crate) fn listing_scope(&self) -> Scope {
        match Way::of_repositories(self.spec) {
            [Way::Registry, ..] => self.catalog_scope(),
            _ => Scope::Login,
        }
    }

    /// A page of the repositories within the connection's namespace.
    pub(crate) async fn repositories_page(
        &mut self,
        place: Option<Place>,
        wanted: OtherWay,
    ) -> Result<Page<ListedRepository>, Failure> {
        page_of(&RepositoriesOfIt, self, place, wanted).await
    }
}

/// Something that is listed.
pub(super) trait Listable: Send + Sync {
    /// What the list holds.
    type Item: Entry + Send;

    /// The ways to list it, in the order in which they are tried.
    fn ways(&self, spec: &ConnectionSpec) -> &'static [Way];

    /// A page of it in one way.
    fn page<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        way: Way,
        mark: Option<Mark>,
    ) -> impl Future<Output = Result<Page<Self::Item, Mark>, Failure>> + Send;

    /// Whether the connection reaches an entry.
    fn is_reached(&self, endpoint: &Endpoint, item: &Self::Item) -> bool;
}

/// The repositories of a registry.
pub(super) struct RepositoriesOfIt;

/// The tags of a repository, with what the product knows of them.
pub(super) struct TagsOf(pub(super) Repository);

/// The tags of a repository by the distribution API.
pub(super) struct PlainTagsOf(pub(super) Repository);

impl Listable for RepositoriesOfIt {
    type Item = ListedRepository;

    fn ways(&self, spec: &ConnectionSpec) -> &'static [Way] {
        Way::of_repositories(spec)
    }

    async fn page<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        way: Way,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        match way {
            // Azure's own listing is one of tags.
            Way::Registry | Way::Azure => registry.catalog_page(mark).await,
            Way::Artifactory => registry.artifactory_repositories(mark).await,
            Way::DockerHub => registry.docker_hub_repositories(mark).await,
            Way::DockerTrusted => registry.docker_trusted_repositories(mark).await,
            Way::Ecr => registry.ecr_repositories(mark).await,
            Way::GitHub => registry.github_repositories(mark).await,
            Way::GitLab => registry.gitlab_repositories(mark).await,
            Way::Google => registry.google_repositories(mark).await,
            Way::Harbor => registry.harbor_repositories(mark).await,
            Way::Ibm => registry.ibm_repositories(mark).await,
            Way::OpenShift => registry.openshift_repositories(mark).await,
            Way::Quay => registry.quay_repositories(mark).await,
        }
    }

    fn is_reached(&self, endpoint: &Endpoint, item: &ListedRepository) -> bool {
        item.repository.is_in(endpoint.namespace())
    }
}

impl Listable for TagsOf {
    type Item = ListedTag;

    fn ways(&self, spec: &ConnectionSpec) -> &'static [Way] {
        Way::of_tags(spec)
    }

    async fn page<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        way: Way,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let Self(repository) = self;
        match way {
            Way::Azure => registry.azure_tags(repository, mark).await,
            Way::DockerHub => registry.docker_hub_tags(repository, mark).await,
            Way::DockerTrusted => registry.docker_trusted_tags(repository, mark).await,
            Way::Ecr => registry.ecr_tags(repository, mark).await,
            Way::Harbor => registry.harbor_tags(repository, mark).await,
            Way::OpenShift => registry.openshift_tags(repository, mark).await,
            Way::Quay => registry.quay_tags(repository, mark).await,
            _ => {
                let scope = Scope::Pull(repository.clone());
                registry.tags_page(repository, &scope, mark).await
            }
        }
    }

    fn is_reached(&self, _: &Endpoint, _: &ListedTag) -> bool {
        true
    }
}

impl Listable for PlainTagsOf {
    type Item = ListedTag;

    fn ways(&self, _: &ConnectionSpec) -> &'static [Way] {
        &[Way::Registry]
    }

    async fn page<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        _: Way,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let Self(repository) = self;
        let scope = Scope::Pull(repository.clone());
        registry.tags_page(repository, &scope, mark).await
    }

    fn is_reached(&self, _: &Endpoint, _: &ListedTag) -> bool {
        true
    }
}

/// Reads the page at `place`; without one the first, in the first way that answers.
pub(super) async fn page_of<W: World, L: Listable>(
    listed: &L,
    registry: &mut Registry<'_, W>,
    place: Option<Place>,
    wanted: OtherWay,
) -> Result<Page<L::Item>, Failure> {
    let mut page = first_of(listed, registry, place, wanted).await?;
    page.items
        .retain(|item| listed.is_reached(&registry.endpoint, item));
    Ok(page)
}

async fn first_of<W: World, L: Listable>(
    listed: &L,
    registry: &mut Registry<'_, W>,
    place: Option<Place>,
    wanted: OtherWay,
) -> Result<Page<L::Item>, Failure> {
    if let Some(Place { way, mark, trail }) = place {
        let is_probe = matches!(mark, Mark::Probe(_));
        let page = listed.page(registry, way, Some(mark)).await?;
        return Ok(on_trail(way, trail, is_probe, page));
    }
    let mut refused = None;
    for way in listed.ways(registry.spec).iter().copied() {
        match listed.page(registry, way, None).await {
            Ok(page) => return Ok(on_trail(way, Trail::default(), false, page)),
            Err(failure) if ends_listing(&failure, wanted) => return Err(failure),
            Err(failure) => refused = Some(joined(refused, failure)),
        }
    }
    Err(refused.unwrap_or_else(|| {
        Failure::new(
            Code::ImageRequired,
            "Registries of this kind cannot be searched.",
        )
    }))
}

/// A page with the place of the next, without entries that it has twice. A page that was read before ends the listing;
/// where it was only a guess that there might be one (`is_probe`), and each page is full, entries may be missing.
fn on_trail<T: Entry>(
    way: Way,
    mut trail: Trail,
    is_probe: bool,
    mut page: Page<T, Mark>,
) -> Page<T> {
    let mut names = HashSet::with_capacity(page.items.len());
    let is_first: Vec<bool> = page
        .items
        .iter()
        .map(|entry| names.insert(entry.name()))
        .collect();
    let links_on = page.is_empty && page.next.as_ref().is_some_and(Mark::is_query);
    let verdict = trail.note(page.items.iter().map(Entry::name), links_on);
    let mut is_first = is_first.into_iter();
    page.items.retain(|_| is_first.next().unwrap_or(true));
    trail.is_cut |= page.is_cut;
    match verdict {
        Verdict::GoesOn => {}
        Verdict::Repeats => {
            page.items.clear();
            page.next = None;
            trail.is_cut |= is_probe && page.is_full;
        }
        Verdict::TooLong => {
            page.next = None;
            trail.is_cut = true;
        }
    }
    Page {
        items: page.items,
        next: page.next.map(|mark| Place { way, mark, trail }),
        is_cut: trail.is_cut,
        is_empty: page.is_empty,
        is_full: page.is_full,
    }
}

/// Whether a failure ends a listing in one way, so that no other is tried: it leaves no hope, no time or no trust for
/// one, or another way is not wanted because of it.
fn ends_listing(failure: &Failure, wanted: OtherWay) -> bool {
    match failure.code {
        Code::RateLimited | Code::DeadlineExceeded | Code::LinkNotAllowed => true,
        Code::ServerError | Code::AnswerTimeout | Code::ConnectTimeout | Code::ConnectRefused => {
            wanted == OtherWay::IfRefused
        }
        _ => false,
    }
}

/// What two ways' failures mean together: the first, being the provider's own, says best why; but one that says that
/// there is no listing for this login makes a fact of both, and the registry itself knows what it does not have.
fn joined(first: Option<Failure>, second: Failure) -> Failure {
    match first {
        None => second,
        Some(_) if second.code == Code::ImageUnknown => second,
        Some(first) if second.code == Code::PermissionCatalogMissing => Failure {
            code: second.code,
            ..first
        },
        Some(first) => first,
    }
}

/// That there is no listing for this connection, and why.
pub(super) fn unlistable(why: impl Into<String>) -> Failure {
    Failure::new(Code::PermissionCatalogMissing, why)
}

fn has_aws_keys(spec: &ConnectionSpec) -> bool {
    matches!(spec.credentials, Credentials::Aws { .. })
}

fn prefers_own_api(spec: &ConnectionSpec) -> bool {
    spec.values
        .get("preferDtrApi")
        .is_some_and(|value| value == "true")
}

fn has_namespace(spec: &ConnectionSpec) -> bool {
    spec.endpoint
        .as_ref()
        .is_some_and(|endpoint| !endpoint.namespace().is_empty())
}

/// Whether the address is that of all its repositories, not of one (`/artifactory/api/docker/<key>`).
fn is_whole_artifactory(spec: &ConnectionSpec) -> bool {
    spec.endpoint
        .as_ref()
        .is_some_and(|endpoint| endpoint.base_path().is_empty())
}

/// Quay's API takes OAuth tokens, and serves what is public to everybody; it knows no robot and no password.
fn may_use_quay_api(spec: &ConnectionSpec) -> bool {
    quay::token(&spec.credentials).is_some() || spec.credentials == Credentials::Anonymous
}
