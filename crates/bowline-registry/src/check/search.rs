//! Searches for an image to pull, in randomly picked repositories or in the named one.

use std::fmt;

use bowline::form::Purpose;

use crate::{
    check::sample::Sample,
    digest::Digest,
    image::{Image, Repository, Selector},
    listing::{Fallback, PAGES},
    manifest::{self, INDEXES, Manifest},
    problem::{Code, Failure},
    registry::Registry,
    scope::Scope,
    world::{Random, World},
};

/// The number of repositories that are drawn: what is broken is passed over, so that a check ends alike whatever is drawn.
const REPOSITORIES: usize = 25;
/// The number of picked repositories that are gone or have no image, after which the search ends.
const FRUITLESS: u64 = 10;
/// The number of drawn tags of one repository that are tried.
const TAGS: usize = 3;

/// What a listing gave to draw from.
pub(super) struct Listed {
    drawn: Vec<Repository>,
    count: u64,
    complete: bool,
}

/// Repositories to look for an image in.
pub(super) struct Search<'r, R> {
    random: &'r R,
    /// Those that are left, the next one last.
    repositories: Vec<Repository>,
    named: bool,
    tried: u64,
    /// Those that were read, and hold no image.
    fruitless: u64,
    /// Those that the registry lists, and whose tags it does not know.
    unknown: u64,
    /// Where the repositories were drawn from, in words.
    of: String,
    /// What refused to be pulled, where something did.
    failed: Option<Failure>,
}

/// What was found to pull.
pub(super) struct Found {
    pub(super) repository: Repository,
    pub(super) blob: Digest,
    /// How large the manifest says that it is.
    pub(super) size: Option<u64>,
}

impl Listed {
    /// Reads pages until there is one with repositories on it.
    pub(super) async fn read<W: World>(
        registry: &mut Registry<'_, W>,
        random: &W::Random,
    ) -> Result<Self, Failure> {
        let mut sample = Sample::new(random, REPOSITORIES);
        let mut place = None;
        let mut is_cut = false;
        for _ in 0..PAGES {
            let page = registry
                .repositories_page(place.take(), Fallback::OnFailure)
                .await?;
            page.items
                .into_iter()
                .for_each(|entry| sample.add(entry.repository));
            place = page.next;
            is_cut = page.is_cut;
            if place.is_none() || sample.seen() > 0 {
                break;
            }
        }
        Ok(Self {
            count: sample.seen(),
            complete: place.is_none() && !is_cut,
            drawn: sample.drawn(),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.drawn.is_empty()
    }
}

/// `3 repositories or more`.
impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            0 => f.write_str("no repositories")?,
            1 => f.write_str("1 repository")?,
            count => write!(f, "{count} repositories")?,
        }
        f.write_str(if self.complete { "" } else { " or more" })
    }
}

impl<'r, R: Random> Search<'r, R> {
    /// Among what was drawn.
    pub(super) fn drawn(random: &'r R, listed: Listed) -> Self {
        Self {
            random,
            of: listed.to_string(),
            repositories: listed.drawn,
            named: false,
            tried: 0,
            fruitless: 0,
            unknown: 0,
            failed: None,
        }
    }

    /// In the repository that was named, whatever it holds.
    pub(super) fn named(random: &'r R, repository: Repository) -> Self {
        Self {
            random,
            of: String::new(),
            repositories: vec![repository],
            named: true,
            tried: 0,
            fruitless: 0,
            unknown: 0,
            failed: None,
        }
    }

    /// The next repository that has tags, and some of them. A drawn one may be empty, deleted or hidden though it is
    /// listed; a named one may not.
    pub(super) async fn tagged<W: World<Random = R>>(
        &mut self,
        registry: &mut Registry<'_, W>,
    ) -> Result<Option<(Repository, Vec<Selector>)>, Failure> {
        while self.fruitless.saturating_add(self.unknown) < FRUITLESS
            && let Some(repository) = self.repositories.pop()
        {
            self.tried = self.tried.saturating_add(1);
            let scope = scope_of(registry.spec.purpose, &repository);
            match registry.tags_page(&repository, &scope, None).await {
                Ok(page) => {
                    let mut sample = Sample::new(self.random, TAGS);
                    page.items
                        .into_iter()
                        .filter(|entry| !entry.tag.is_attachment())
                        .for_each(|entry| sample.add(Selector::Tag(entry.tag)));
                    if sample.seen() > 0 {
                        return Ok(Some((repository, sample.drawn())));
                    }
                    if self.named {
                        return Err(Failure::new(
                            Code::ImageUnknown,
                            format!("{repository} has no image tags."),
                        ));
                    }
                    self.fruitless = self.fruitless.saturating_add(1);
                }
                Err(failure) if !self.named && failure.code == Code::ImageUnknown => {
                    self.unknown = self.unknown.saturating_add(1);
                }
                Err(failure) => self.pass_over(failure)?,
            }
        }
        self.end()
    }

    /// The first of these that is an image, else one of the repositories that are left; of a named repository whatever
    /// it is.
    pub(super) async fn image<W: World<Random = R>>(
        &mut self,
        registry: &mut Registry<'_, W>,
        tagged: (Repository, Vec<Selector>),
    ) -> Result<Option<Found>, Failure> {
        let mut tagged = Some(tagged);
        while let Some((repository, selectors)) = tagged {
            let mut is_read = false;
            for selector in selectors {
                match resolve(registry, &repository, selector).await {
                    Ok((found, is_image)) if is_image || self.named => return Ok(Some(found)),
                    Ok(_) => is_read = true,
                    Err(failure) => self.pass_over(failure)?,
                }
            }
            if is_read {
                self.fruitless = self.fruitless.saturating_add(1);
            }
            tagged = self.tagged(registry).await?;
        }
        registry.facts.image = None;
        registry.facts.digest = None;
        self.end()
    }

    /// That nothing was found, in words that claim no more than what was tried.
    pub(super) fn fruitless(&self) -> String {
        format!(
            "Tried {} of {}. None has an image, only artifacts or nothing at all. Enter an image, like name:tag, to test \
             pulling.",
            self.tried, self.of
        )
    }

    /// Another image than one that could not be pulled.
    pub(super) async fn other_than_broken<W: World<Random = R>>(
        &mut self,
        registry: &mut Registry<'_, W>,
        failure: Failure,
    ) -> Result<Found, Failure> {
        self.pass_over(failure.clone())?;
        let other = match self.tagged(registry).await? {
            Some(tagged) => self.image(registry, tagged).await?,
            None => None,
        };
        other.ok_or(failure)
    }

    /// Tells whether the registry lists tags at all: it did once, or said something else than that it knows none.
    pub(super) fn lists_tags(&self) -> bool {
        self.unknown == 0 || self.tried > self.unknown
    }

    /// Notes what is wrong with one of several that were drawn. What is wrong with all of them ends the search, and so does
    /// the end of the time, for which the first failure is the reason.
    fn pass_over(&mut self, failure: Failure) -> Result<(), Failure> {
        if !self.named && is_about_one(failure.code) {
            self.failed.get_or_insert(failure);
            return Ok(());
        }
        Err(match self.failed.take() {
            Some(first) if failure.code == Code::DeadlineExceeded => first,
            _ => failure,
        })
    }

    /// Ends the search without a repository. If nothing was read, the failure is the reason.
    fn end<T>(&mut self) -> Result<Option<T>, Failure> {
        match self.failed.take().filter(|_| self.fruitless == 0) {
            Some(failure) => Err(failure),
            None => Ok(None),
        }
    }
}

/// What a token is asked for to test a repository.
pub(super) fn scope_of(purpose: Purpose, repository: &Repository) -> Scope {
    match purpose {
        Purpose::Pull => Scope::Pull(repository.clone()),
        Purpose::Push => Scope::PullPush(repository.clone()),
    }
}

/// Tells whether another repository or image may fare better.
fn is_about_one(code: Code) -> bool {
    matches!(
        code,
        Code::AddressNotAllowed
            | Code::AnswerEncoded
            | Code::AnswerMalformed
            | Code::AnswerTimeout
            | Code::AnswerTooLarge
            | Code::DigestMismatch
            | Code::ImageUnknown
            | Code::LinkNotAllowed
            | Code::ManifestUnsupported
            | Code::PermissionCatalogMissing
            | Code::PermissionPullMissing
            | Code::RedirectNotAllowed
            | Code::ServerError
    )
}

/// Reads a manifest and, of several platforms, the one to pull. Gives what to pull of it, and whether it is an image.
async fn resolve<W: World>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    selector: Selector,
) -> Result<(Found, bool), Failure> {
    let scope = scope_of(registry.spec.purpose, repository);
    let image = Image {
        repository: repository.clone(),
        selector: Some(selector.clone()),
    };
    registry.facts.image = Some(image.to_string());
    registry.facts.digest = None;
    let (digest, mut manifest) = registry.manifest(repository, &selector, &scope).await?;
    registry.facts.digest = Some(digest.to_string());
    for _ in 0..=INDEXES {
        match manifest {
            Manifest::Index(child) => {
                let child = Selector::Digest(child);
                manifest = registry.manifest(repository, &child, &scope).await?.1;
            }
            Manifest::Content(content) => {
                let is_image = content.is_image();
                let found = Found {
                    repository: repository.clone(),
                    blob: content.blob,
                    size: content.blob_bytes,
                };
                return Ok((found, is_image));
            }
        }
    }
    Err(manifest::too_deep())
}
