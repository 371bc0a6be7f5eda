//! The digests that tags point to.

use bowline::form::ConnectionSpec;

use super::{
    AskedTag, Digests, Place, Source, TagDigest,
    work::{self, Lookup},
};
use crate::{
    digest::Digest,
    image::{Repository, Selector, Tag},
    operator::Operator,
    problem::{Code, Failure, Problem},
    registry::Registry,
    scope::Scope,
    transport::Session,
    world::World,
};

/// Reads the digests of these tags of a repository, as many as possible in 8 seconds, but at least one.
///
/// For a tag with a known digest, this sends HEAD, which does not count toward pull limits. For an unknown or moved
/// tag, it reads the manifest.
///
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{AskedTag, Operator, Problem, World, digests};
///
/// /// The digest of one tag; `None` where there is no such tag.
/// async fn digest<W: World>(world: &W, spec: &ConnectionSpec) -> Result<Option<String>, Problem> {
///     let tag = AskedTag { tag: "3.20".to_owned(), known: None };
///     let found = digests(world, &Operator::default(), spec, None, "team/app", vec![tag]).await?;
///     Ok(found.items.into_iter().next().and_then(|item| item.digest))
/// }
/// ```
/// # Errors
/// The problem that a check would report; `permission.pull_missing` if this login can pull none of them.
pub async fn digests<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
    session: Option<&Session>,
    repository: &str,
    tags: Vec<AskedTag>,
) -> Result<Digests, Problem> {
    work::all(world, operator, spec, session, repository, tags).await
}

impl Lookup for AskedTag {
    type Found = TagDigest;

    fn name(self) -> String {
        self.tag
    }

    async fn find<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        repository: &Repository,
        scope: &Scope,
    ) -> Result<TagDigest, Failure> {
        let Some(tag) = Tag::parse(&self.tag) else {
            return Ok(TagDigest::missing(self));
        };
        let selector = Selector::Tag(tag);
        let known = self.known.as_deref().and_then(Digest::parse);
        let mut stated = None;
        if known.is_some() {
            stated = registry.stated_digest(repository, &selector, scope).await?;
            if stated == known {
                return Ok(TagDigest {
                    digest: self.known.clone(),
                    ..TagDigest::missing(self)
                });
            }
        }
        let (digest, manifest) = match registry.any_manifest(repository, &selector, scope).await {
            Err(failure) if failure.code == Code::ImageUnknown => {
                return Ok(TagDigest::missing(self));
            }
            Err(failure) if is_of_no_use(failure.code) => {
                if stated.is_none() {
                    stated = registry.stated_digest(repository, &selector, scope).await?;
                }
                return Ok(TagDigest {
                    digest: stated.map(|stated| stated.to_string()),
                    problem: Some(failure.code),
                    ..TagDigest::missing(self)
                });
            }
            read => read?,
        };
        let moved = known.as_ref() != Some(&digest);
        Ok(TagDigest {
            digest: Some(digest.to_string()),
            from: moved.then(|| Source(Place::told_by(manifest))),
            ..TagDigest::missing(self)
        })
    }

    fn unreadable(&self, code: Code) -> TagDigest {
        TagDigest {
            problem: Some(code),
            ..TagDigest::missing(self)
        }
    }
}

impl TagDigest {
    fn missing(asked: &AskedTag) -> Self {
        Self {
            tag: asked.tag.clone(),
            digest: None,
            from: None,
            problem: None,
        }
    }
}

/// Tells whether a failure means that there is something, which is of no use: who looks after the registry wants to see it.
fn is_of_no_use(code: Code) -> bool {
    matches!(
        code,
        Code::AnswerMalformed
            | Code::AnswerTooLarge
            | Code::DigestMismatch
            | Code::ManifestUnsupported
    )
}
