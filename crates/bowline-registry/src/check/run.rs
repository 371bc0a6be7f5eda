//! The steps of a check.

use bowline::form::{ConnectionSpec, Purpose};

use crate::{
    check::{
        CanPush, CatalogSupport, Check, Facts, Proved, Step, StepName, Warning, WarningCode,
        search::{Found, Listed, Search, scope_of},
        steps::{Done, Steps},
    },
    image::{Image, Repository, Selector},
    operator::Operator,
    problem::{Code, Failure},
    registry::Registry,
    scope::{Grant, Scope},
    world::{Clock, World},
};

/// Checks a connection: reach, authenticate, catalog, tags, manifest, pull.
///
/// `image` is the image to test with, as `name:tag`. Without it, the check uses the form's image. Without that, it
/// picks an image from the catalog. `on_step` gets every step as it ends, including skipped ones. A check takes at most
/// 10 seconds of `world`'s clock. Drop the future to stop it.
///
/// With a token service and a named image, a check sends `GET /v2/` and requests the token, the manifest (two for a
/// multi-platform image), the config, and another token to find out whether the login can push. Without an image, a
/// token for the catalog, the catalog, and the tags come before the manifest. With Basic, a second `GET /v2/` replaces
/// the tokens.
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{Operator, Proved, World, check};
///
/// /// Tells whether an image can be pulled, and prints the steps as they end.
/// async fn pulls<W: World>(world: &W, spec: &ConnectionSpec, image: &str) -> bool {
///     let operator = Operator::default();
///     let on_step = |step: &bowline_registry::Step| println!("{:?}: {:?}", step.step, step.status);
///     let check = check(world, &operator, spec, Some(image), on_step).await;
///     if let Some(problem) = &check.problem {
///         println!("{}. {}", problem.title, problem.hint);
///     }
///     check.ok && check.proved == Proved::Pull
/// }
/// ```
pub async fn check<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
    image: Option<&str>,
    on_step: impl FnMut(&Step),
) -> Check {
    let mut run = Run {
        steps: Steps::new(world.clock(), on_step),
        random: world.random(),
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
pub(super) struct Run<'w, W: World, F> {
    pub(super) steps: Steps<'w, W::Clock, F>,
    random: &'w W::Random,
    pub(super) proved: Proved,
    warnings: Vec<Warning>,
}

impl<'w, W: World, F: FnMut(&Step)> Run<'w, W, F> {
    /// Starts the conversation. If only the provider knows the registry's address, this needs a login. Its failure
    /// belongs to the step `authenticate`, and `reach` is skipped.
    async fn open(
        &mut self,
        world: &'w W,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
    ) -> Result<Registry<'w, W>, Failure> {
        let start = world.clock().monotonic();
        let opened = Registry::open(world, operator, spec).await;
        opened.inspect_err(|failure| self.steps.fail(StepName::Authenticate, start, failure))
    }

    async fn through(
        &mut self,
        registry: &mut Registry<'_, W>,
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
            if registry.product.speaks_v1
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
        self.note_login(registry);

        let (search, selector) = match image {
            Some(image) => (
                Some(Search::named(self.random, image.repository.clone())),
                image.selector.map(|selector| (image.repository, selector)),
            ),
            None => (self.draw(registry).await?, None),
        };
        let found = match search {
            Some(mut search) => match self.find(registry, &mut search, selector).await? {
                Some(found) => Some(self.pull(registry, &mut search, found).await?),
                None => None,
            },
            None => None,
        };
        self.note_login(registry);
        if self.proved < Proved::Login {
            return Err(Failure::new(
                Code::ImageRequired,
                "The registry returns nothing at /v2/ for these credentials, so only an image can show whether they're right.",
            ));
        }
        self.warn_of_unproven(registry);
        self.settle_doubt(registry).await;
        if let Some(found) = found {
            self.ask_for_push(registry, &found.repository).await;
        }
        Ok(())
    }

    /// Finds repositories to draw from.
    async fn draw(
        &mut self,
        registry: &mut Registry<'_, W>,
    ) -> Result<Option<Search<'w, W::Random>>, Failure> {
        if registry.spec.provider.capabilities.test_needs_image {
            let required = Failure::new(
                Code::ImageRequired,
                "This kind of registry can't list its images, so the test needs an image.",
            );
            return self
                .steps
                .run(StepName::Manifest, async { Err(required) })
                .await;
        }
        let random = self.random;
        let listed = self.steps.run(StepName::Catalog, async {
            match Listed::read(registry, random).await {
                Ok(listed) => {
                    registry.facts.catalog = CatalogSupport::Listed;
                    let seen = listed.to_string();
                    Ok(Done::passed(Ok(listed), seen))
                }
                Err(failure) if ends_check(failure.code) => Err(failure),
                // The login is right, and an image can be named: whatever breaks the catalog is no failure.
                Err(Failure { detail, .. }) => {
                    registry.facts.catalog = CatalogSupport::Unlistable;
                    Ok(Done::skipped(Err(detail.clone()), detail))
                }
            }
        });
        match listed.await? {
            Ok(listed) if listed.is_empty() => {
                self.warn(
                    WarningCode::CatalogEmpty,
                    "There is no repository to pull from, so pulling wasn't tested. If there should be one, check the URL: in a \
                     cloud, each account and each region has its own registry.",
                );
                Ok(None)
            }
            Ok(listed) => Ok(Some(Search::drawn(random, listed))),
            Err(why) => {
                self.warn(
                    WarningCode::CatalogUnlistable,
                    format!("Enter an image, like name:tag, to test pulling. {why}"),
                );
                Ok(None)
            }
        }
    }

    /// Finds tags, and among them an image.
    async fn find(
        &mut self,
        registry: &mut Registry<'_, W>,
        search: &mut Search<'_, W::Random>,
        named: Option<(Repository, Selector)>,
    ) -> Result<Option<Found>, Failure> {
        let tagged = match named {
            Some((repository, selector)) => Some((repository, vec![selector])),
            None => {
                let tagged = self.steps.run(StepName::Tags, async {
                    let tagged = search.tagged(registry).await?;
                    if let Some((repository, _)) = &tagged {
                        let seen = format!("{repository} has tags");
                        return Ok(Done::passed(tagged, seen));
                    }
                    Ok(match search.lists_tags() {
                        true => Done::passed(None, "The repositories that were tried have no tags"),
                        false => Done::skipped(None, "The registry doesn't list tags (HTTP 404)"),
                    })
                });
                tagged.await?
            }
        };
        let found = match tagged {
            Some(tagged) => {
                let found = self.steps.run(StepName::Manifest, async {
                    let found = search.image(registry, tagged).await?;
                    let seen = match &found {
                        Some(_) => registry.facts.digest.clone().unwrap_or_default(),
                        None => "Nothing that was tried is an image".to_owned(),
                    };
                    Ok(Done::passed(found, seen))
                });
                found.await?
            }
            None => None,
        };
        match &found {
            Some(_) => {}
            None if search.lists_tags() => {
                self.warn(WarningCode::CatalogEmpty, search.fruitless());
            }
            None => self.warn(
                WarningCode::CatalogUnlistable,
                "The registry doesn't list the tags of its repositories. Enter an image, like name:tag, to test pulling.",
            ),
        }
        Ok(found)
    }

    /// Pulls a blob of the found image, or of another one if that is broken. Returns the pulled one.
    async fn pull(
        &mut self,
        registry: &mut Registry<'_, W>,
        search: &mut Search<'w, W::Random>,
        mut found: Found,
    ) -> Result<Found, Failure> {
        let pushes = registry.spec.purpose == Purpose::Push;
        let pulled = self.steps.run(StepName::Pull, async {
            let blob = loop {
                let scope = scope_of(registry.spec.purpose, &found.repository);
                let pulled = registry.blob(&found.repository, &found.blob, found.size, &scope);
                match pulled.await {
                    Ok(blob) => break blob,
                    Err(failure) => found = search.other_than_broken(registry, failure).await?,
                }
            };
            let repository = &found.repository;
            if pushes {
                registry.facts.can_push = can_push(registry, repository);
            }
            if pushes && registry.facts.can_push == CanPush::No {
                return Err(Failure::new(
                    Code::PermissionPushMissing,
                    format!(
                        "{repository} was pulled, but the token service doesn't grant push access to it."
                    ),
                ));
            }
            let seen = format!("Read a blob of {} bytes; digest verified", blob.len());
            Ok(Done::passed(found, seen))
        });
        let pulled = pulled.await;
        if pulled
            .as_ref()
            .err()
            .is_none_or(|failure| failure.code == Code::PermissionPushMissing)
        {
            self.proved = Proved::Pull;
        }
        pulled
    }

    /// Finds out whether a login for pulling can push, too. Only a readable grant shows it, and nothing depends on it.
    async fn ask_for_push(&mut self, registry: &mut Registry<'_, W>, repository: &Repository) {
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
                "This connection only pulls. Credentials that can only read do less harm if they leak.",
            );
        }
    }

    /// Notes that the login is proven, once it is.
    fn note_login(&mut self, registry: &Registry<'_, W>) {
        if registry.is_login_settled() {
            self.proved = self.proved.max(Proved::Login);
        }
    }

    /// Warns of credentials that nobody asked for.
    pub(super) fn warn_of_unproven(&mut self, registry: &Registry<'_, W>) {
        if registry.has_credentials() && !registry.tokens.are_proven() {
            self.warn(
                WarningCode::CredentialNotProven,
                "The registry doesn't ask for credentials, so the test can't tell whether they're right.",
            );
        }
    }

    /// Sends a request that the provider should refuse, and adds a warning if it succeeds. Nothing else depends on it.
    async fn settle_doubt(&mut self, registry: &mut Registry<'_, W>) {
        let Some(doubt) = registry.take_doubt() else {
            return;
        };
        let answer = doubt.request.send(&registry.transport).await;
        if answer.is_ok_and(|answer| answer.status.is_success()) {
            self.warn(doubt.code, doubt.detail);
        }
    }

    fn warn(&mut self, code: WarningCode, detail: impl Into<String>) {
        self.warnings.push(code.warning(detail));
    }
}

/// What the token for pulling and pushing says.
fn can_push<W: World>(registry: &Registry<'_, W>, repository: &Repository) -> CanPush {
    let grant = registry.grant(&Scope::PullPush(repository.clone()));
    match grant.and_then(|grant| grant.allows(repository, "push")) {
        Some(true) => CanPush::Yes,
        Some(false) => CanPush::No,
        None => CanPush::Unknown,
    }
}

/// Tells whether a failure of the catalog ends a check: the login is not right after all, or the registry wants no more
/// requests, or leads elsewhere.
fn ends_check(code: Code) -> bool {
    code.is_rejection() || matches!(code, Code::RateLimited | Code::LinkNotAllowed)
}
