//! The check of a connection: what it does.

use bowline::form::{ConnectionSpec, Purpose};

use crate::{
    check::{
        CanPush, Check, Facts, Proved, Step, StepName, Warning, WarningCode,
        steps::{Done, Steps},
        v1,
    },
    digest::Digest,
    http::HttpClient,
    image::{Image, Repository, Selector, Tag},
    listing::PAGES,
    manifest::Manifest,
    operator::Operator,
    problem::{Code, Failure},
    registry::Registry,
    scope::{Grant, Scope},
    world::{Clock, Random, World},
};

/// How many drawn repositories, and how many drawn tags of one, are tried before nothing is found to pull.
const DRAWS: usize = 3;

/// Tries a connection: reach, authenticate, catalog, tags, manifest, pull.
///
/// `image` is an image to test with, `name:tag`; without one, the form's own, and without that one that is drawn from
/// the catalog. `on_step` gets every step as it ends, skipped ones too. The whole takes at most 10 seconds of
/// `world`'s clock; dropping the future stops it.
///
/// It sends, with a token service and an image that is named: `GET /v2/`, the token, the manifest (and, of several
/// platforms, one more), the config, and one more token request that finds out whether the login may push. Without an
/// image the catalog and the tags come before the manifest, and a token of its own before the catalog. With Basic
/// there is a second `GET /v2/` in place of the tokens.
pub async fn check<H: HttpClient, C: Clock, R: Random>(
    world: &World<H, C, R>,
    operator: &Operator,
    spec: &ConnectionSpec,
    image: Option<&str>,
    on_step: impl FnMut(&Step),
) -> Check {
    let mut run = Run {
        steps: Steps::new(&world.clock, on_step),
        random: &world.random,
        proved: Proved::None,
        warnings: Vec::new(),
    };
    let image = image
        .filter(|image| !image.trim().is_empty())
        .unwrap_or(&spec.image);
    let (outcome, facts) = match run.open(world, operator, spec).await {
        Ok(mut registry) => (run.through(&mut registry, image).await, registry.facts),
        Err(failure) => (Err(failure), Facts::default()),
    };
    let problem = outcome.err().map(|failure| failure.explain(spec, operator));
    Check {
        ok: problem.is_none(),
        proved: run.proved,
        steps: run.steps.finish(),
        problem,
        facts,
        warnings: run.warnings,
    }
}

/// A check under way.
pub(super) struct Run<'w, C, R, F> {
    pub(super) steps: Steps<'w, C, F>,
    random: &'w R,
    pub(super) proved: Proved,
    warnings: Vec<Warning>,
}

impl<'w, C: Clock, R: Random, F: FnMut(&Step)> Run<'w, C, R, F> {
    /// Starts the conversation. Where that takes a login, because only the provider can tell where the registry is, its
    /// failure is one of the step `authenticate`, and `reach` could not be tried.
    async fn open<H: HttpClient>(
        &mut self,
        world: &'w World<H, C, R>,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
    ) -> Result<Registry<'w, H, C, R>, Failure> {
        let start = world.clock.monotonic();
        let opened = Registry::open(world, operator, spec).await;
        opened.inspect_err(|failure| self.steps.fail(StepName::Authenticate, start, failure))
    }

    async fn through<H: HttpClient>(
        &mut self,
        registry: &mut Registry<'_, H, C, R>,
        image: &str,
    ) -> Result<(), Failure> {
        let image = match image.trim() {
            "" => None,
            typed => match Image::parse(typed, &registry.endpoint) {
                Ok(image) => Some(image),
                Err(failure) => {
                    return self
                        .steps
                        .run(StepName::Manifest, async { Err(failure) })
                        .await;
                }
            },
        };
        let reached = self.steps.run(StepName::Reach, async {
            if v1::is_of(registry.spec.provider.id)
                && let Some(seen) = registry.reach_v1().await?
            {
                return Ok(Done::passed(true, seen));
            }
            let seen = registry.reach().await?;
            Ok(Done::passed(false, seen))
        });
        let speaks_v1 = reached.await?;
        self.proved = Proved::Reach;
        if speaks_v1 {
            return self.through_v1(registry, image).await;
        }

        let purpose = registry.spec.purpose;
        let scope = match &image {
            Some(image) => scope_of(purpose, &image.repository),
            None => registry.listing_scope(),
        };
        self.steps
            .run(StepName::Authenticate, async {
                registry
                    .authenticate(&scope)
                    .await
                    .map(|seen| Done::passed((), seen))
            })
            .await?;
        self.proved = Proved::Login;

        let pulled = match image {
            Some(Image {
                repository,
                selector: Some(selector),
            }) => {
                self.pull(registry, repository, vec![selector], true)
                    .await?
            }
            Some(Image {
                repository,
                selector: None,
            }) => {
                let tags = self.tags(registry, vec![repository.clone()], true).await?;
                match tags {
                    Some((repository, tags)) => self.pull(registry, repository, tags, true).await?,
                    None => None,
                }
            }
            None => self.draw(registry).await?,
        };
        self.warn_of_unproven(registry);
        if let Some(repository) = pulled {
            self.ask_for_push(registry, &repository).await;
        }
        Ok(())
    }

    /// Finds an image in the catalog and pulls it.
    async fn draw<H: HttpClient>(
        &mut self,
        registry: &mut Registry<'_, H, C, R>,
    ) -> Result<Option<Repository>, Failure> {
        let listed = self.steps.run(StepName::Catalog, async {
            match registry
                .repositories(PAGES, |found| !found.is_empty())
                .await
            {
                Ok((repositories, _)) if repositories.is_empty() => {
                    Ok(Done::passed(Ok(Vec::new()), "It lists no repository"))
                }
                Ok((repositories, complete)) => {
                    let more = if complete { "" } else { " or more" };
                    let count = counted(repositories.len(), "repository", "repositories");
                    Ok(Done::passed(
                        Ok(repositories),
                        [count.as_str(), more].concat(),
                    ))
                }
                Err(Failure {
                    code: Code::PermissionCatalogMissing,
                    detail,
                    ..
                }) => Ok(Done::skipped(Err(detail.clone()), detail)),
                Err(failure) => Err(failure),
            }
        });
        let repositories = match listed.await? {
            Ok(repositories) if repositories.is_empty() => {
                self.warn(
                    WarningCode::CatalogEmpty,
                    "There is no repository to pull from, so pulling is not proven.",
                );
                return Ok(None);
            }
            Ok(repositories) => repositories,
            Err(why) => {
                self.warn(
                    WarningCode::CatalogUnlistable,
                    format!("Name a repository, as name:tag, to prove that pulling works. {why}"),
                );
                return Ok(None);
            }
        };
        let drawn = draw(self.random, repositories);
        match self.tags(registry, drawn, false).await? {
            Some((repository, tags)) => self.pull(registry, repository, tags, false).await,
            None => Ok(None),
        }
    }

    /// Finds tags in one of the repositories. A drawn one may be empty, deleted or hidden though the catalog lists it;
    /// a named one may not.
    async fn tags<H: HttpClient>(
        &mut self,
        registry: &mut Registry<'_, H, C, R>,
        repositories: Vec<Repository>,
        named: bool,
    ) -> Result<Option<(Repository, Vec<Selector>)>, Failure> {
        let random = self.random;
        let found = self.steps.run(StepName::Tags, async {
            let mut denied = None;
            for repository in repositories {
                let scope = scope_of(registry.spec.purpose, &repository);
                match registry.tags_page(&repository, &scope, None).await {
                    Ok(page) => {
                        let tags: Vec<Tag> = page
                            .items
                            .into_iter()
                            .filter(|tag| !tag.is_attachment())
                            .collect();
                        if !tags.is_empty() {
                            let detail =
                                format!("{} in {repository}", counted(tags.len(), "tag", "tags"));
                            let tags = draw(random, tags).into_iter().map(Selector::Tag).collect();
                            return Ok(Done::passed(Some((repository, tags)), detail));
                        }
                        if named {
                            return Err(Failure::new(
                                Code::ImageUnknown,
                                format!("{repository} has no tag."),
                            ));
                        }
                    }
                    Err(failure) if !named && failure.code == Code::ImageUnknown => {}
                    Err(failure) if !named && failure.code == Code::PermissionPullMissing => {
                        denied = Some(failure)
                    }
                    Err(failure) => return Err(failure),
                }
            }
            match denied {
                Some(failure) => Err(failure),
                None => Ok(Done::passed(
                    None,
                    "The repositories that were tried have no tag",
                )),
            }
        });
        let found = found.await?;
        if found.is_none() {
            self.warn(
                WarningCode::CatalogEmpty,
                "The repositories that were tried hold no image, so pulling is not proven.",
            );
        }
        Ok(found)
    }

    /// Pulls the first of these that is an image; a named one whatever it is. Gives the repository it pulled from.
    async fn pull<H: HttpClient>(
        &mut self,
        registry: &mut Registry<'_, H, C, R>,
        repository: Repository,
        selectors: Vec<Selector>,
        named: bool,
    ) -> Result<Option<Repository>, Failure> {
        let scope = scope_of(registry.spec.purpose, &repository);
        let found = self.steps.run(StepName::Manifest, async {
            let mut failed = None;
            for selector in selectors {
                match resolve(registry, &repository, selector, &scope).await {
                    Ok((config, size, is_image)) if is_image || named => {
                        let detail = registry.facts.digest.clone().unwrap_or_default();
                        return Ok(Done::passed(Some((config, size)), detail));
                    }
                    Ok(_) => {}
                    Err(failure)
                        if !named
                            && matches!(
                                failure.code,
                                Code::ManifestUnsupported | Code::ImageUnknown
                            ) =>
                    {
                        failed = Some(failure);
                    }
                    Err(failure) => return Err(failure),
                }
            }
            match failed {
                Some(failure) => Err(failure),
                None => Ok(Done::passed(None, "What was drawn is no image")),
            }
        });
        let Some((config, size)) = found.await? else {
            self.warn(
                WarningCode::CatalogEmpty,
                format!(
                    "{repository} holds artifacts but no image, so pulling an image is not proven."
                ),
            );
            return Ok(None);
        };
        let pushes = registry.spec.purpose == Purpose::Push;
        let pulled = self.steps.run(StepName::Pull, async {
            let bytes = registry.config(&repository, &config, size, &scope).await?;
            if pushes {
                registry.facts.can_push = can_push(registry, &repository);
            }
            if pushes && registry.facts.can_push == CanPush::No {
                return Err(Failure::new(
                    Code::PermissionPushMissing,
                    format!(
                        "{repository} was pulled, but the token service does not grant push on it."
                    ),
                ));
            }
            Ok(Done::passed(
                (),
                format!("config of {bytes} bytes, digest verified"),
            ))
        });
        let pulled = pulled.await;
        if pulled
            .as_ref()
            .err()
            .is_none_or(|failure| failure.code == Code::PermissionPushMissing)
        {
            self.proved = Proved::Pull;
        }
        pulled?;
        Ok(Some(repository))
    }

    /// Whether a login for pulling may push, too; only a readable grant can tell, and nothing depends on it.
    async fn ask_for_push<H: HttpClient>(
        &mut self,
        registry: &mut Registry<'_, H, C, R>,
        repository: &Repository,
    ) {
        let readable = registry
            .grant(&Scope::Pull(repository.clone()))
            .is_some_and(Grant::is_known);
        if registry.spec.purpose == Purpose::Push || !registry.has_credentials() || !readable {
            return;
        }
        if registry
            .authorization(&Scope::PullPush(repository.clone()))
            .await
            .is_err()
        {
            return;
        }
        registry.facts.can_push = can_push(registry, repository);
        if registry.facts.can_push == CanPush::Yes {
            self.warn(
                WarningCode::CredentialCanPush,
                "This connection only pulls. A login that may only read does less harm if it is lost.",
            );
        }
    }

    /// Warns of credentials that nobody asked for.
    pub(super) fn warn_of_unproven<H: HttpClient>(&mut self, registry: &Registry<'_, H, C, R>) {
        if registry.has_credentials() && !registry.tokens.are_proven() {
            self.warn(
                WarningCode::CredentialNotProven,
                "The registry answers without a login, so nothing shows whether the credentials are right.",
            );
        }
    }

    fn warn(&mut self, code: WarningCode, detail: impl Into<String>) {
        self.warnings.push(code.warning(detail));
    }
}

/// What a token is asked for to test a repository.
fn scope_of(purpose: Purpose, repository: &Repository) -> Scope {
    match purpose {
        Purpose::Pull => Scope::Pull(repository.clone()),
        Purpose::Push => Scope::PullPush(repository.clone()),
    }
}

/// What the token for pulling and pushing says.
fn can_push<H: HttpClient, C: Clock, R: Random>(
    registry: &Registry<'_, H, C, R>,
    repository: &Repository,
) -> CanPush {
    let grant = registry.grant(&Scope::PullPush(repository.clone()));
    match grant.and_then(|grant| grant.allows(repository, "push")) {
        Some(true) => CanPush::Yes,
        Some(false) => CanPush::No,
        None => CanPush::Unknown,
    }
}

/// Reads a manifest and, of several platforms, the one to pull. Gives the config, its stated size, and whether it is
/// an image's.
async fn resolve<H: HttpClient, C: Clock, R: Random>(
    registry: &mut Registry<'_, H, C, R>,
    repository: &Repository,
    selector: Selector,
    scope: &Scope,
) -> Result<(Digest, u64, bool), Failure> {
    let image = Image {
        repository: repository.clone(),
        selector: Some(selector.clone()),
    };
    registry.facts.image = Some(image.to_string());
    registry.facts.digest = None;
    let (digest, manifest) = registry.manifest(repository, &selector, scope).await?;
    registry.facts.digest = Some(digest.to_string());
    let manifest = match manifest {
        Manifest::Index(child) => {
            registry
                .manifest(repository, &Selector::Digest(child), scope)
                .await?
                .1
        }
        image @ Manifest::Image { .. } => image,
    };
    match manifest {
        Manifest::Image {
            config,
            size,
            is_image,
        } => Ok((config, size, is_image)),
        Manifest::Index(_) => Err(Failure::new(
            Code::ManifestUnsupported,
            "The index names another index as an image.",
        )),
    }
}

/// Up to [`DRAWS`] of these, at random.
fn draw<T>(random: &impl Random, mut items: Vec<T>) -> Vec<T> {
    let mut drawn = Vec::new();
    while drawn.len() < DRAWS {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        let Some(at) = random
            .next_u64()
            .checked_rem(count)
            .and_then(|at| usize::try_from(at).ok())
        else {
            break;
        };
        drawn.push(items.swap_remove(at));
    }
    drawn
}

/// `1 tag`, `2 tags`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
