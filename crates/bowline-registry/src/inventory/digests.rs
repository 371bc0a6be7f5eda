//! What tags point to.

use bowline::form::ConnectionSpec;

use super::{AskedTag, Digests, Place, Source, TagDigest, work};
use crate::{
    digest::Digest,
    http::HttpClient,
    image::{Repository, Selector, Tag},
    operator::Operator,
    problem::{Code, Failure, Problem},
    registry::Registry,
    scope::Scope,
    world::{Clock, Random, World},
};

/// What these tags of a repository point to: as many as 8 seconds allow, at least one.
///
/// A tag of which it is known where it pointed is asked with HEAD, which counts against no limit of pulls; one that is
/// not known, or has moved, has its manifest read.
///
/// # Errors
/// What a check would name; `permission.pull_missing` where this login may pull none of them.
pub async fn digests<H: HttpClient, C: Clock, R: Random>(
    world: &World<H, C, R>,
    operator: &Operator,
    spec: &ConnectionSpec,
    repository: &str,
    tags: Vec<AskedTag>,
) -> Result<Digests, Problem> {
    let asked = async {
        let repository = Repository::named(repository)?;
        let scope = Scope::Pull(repository.clone());
        let mut registry = Registry::open(world, operator, spec).await?;
        registry.approach(&scope).await?;
        let read = work::each(
            &mut registry,
            tags,
            async |registry, asked| registry.tag_digest(&repository, &scope, asked).await,
            |asked, code| TagDigest {
                problem: Some(code),
                ..TagDigest::missing(asked)
            },
        )
        .await?;
        Ok(Digests {
            items: read.items,
            left: read.left.into_iter().map(|asked| asked.tag).collect(),
            requests: registry.transport.requests(),
        })
    };
    asked
        .await
        .map_err(|failure: Failure| failure.explain(spec, operator))
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

impl<H: HttpClient, C: Clock, R: Random> Registry<'_, H, C, R> {
    async fn tag_digest(
        &mut self,
        repository: &Repository,
        scope: &Scope,
        asked: &AskedTag,
    ) -> Result<TagDigest, Failure> {
        let Some(tag) = Tag::parse(&asked.tag) else {
            return Ok(TagDigest::missing(asked));
        };
        let selector = Selector::Tag(tag);
        let known = asked.known.as_deref().and_then(Digest::parse);
        if known.is_some() && self.stated_digest(repository, &selector, scope).await? == known {
            return Ok(TagDigest {
                digest: asked.known.clone(),
                ..TagDigest::missing(asked)
            });
        }
        let (digest, manifest) = match self.any_manifest(repository, &selector, scope).await {
            Err(failure) if failure.code == Code::ImageUnknown => {
                return Ok(TagDigest::missing(asked));
            }
            read => read?,
        };
        let moved = known.as_ref() != Some(&digest);
        Ok(TagDigest {
            digest: Some(digest.to_string()),
            from: moved.then(|| Source(Place::told_by(manifest))),
            ..TagDigest::missing(asked)
        })
    }
}
