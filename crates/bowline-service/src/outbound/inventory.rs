//! What a synchronisation asks for, part by part: pages of listings, digests, and details of images.
//!
//! The requests are generic in how they hold the form: the public service writes it, with its secrets, and the private
//! one reads it. Each answer says how many requests to the registry it took. A request with a [`Session`] is answered with
//! one, for the next of the same step: so a step logs in once, and nothing is kept here.

use bowline::form::ConnectionForm;
use bowline_registry::{
    AskedImage, AskedTag, Clock, HttpClient, Operator, Random, Repositories, Session, Tags,
    details, digests, release, stream_changes,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::OutboundService;
use crate::{
    answer::{self, Answer},
    body,
    problem::Problem,
};

/// An answer, with what the next request of the same step need not ask again.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct InSession<T> {
    #[serde(flatten)]
    pub(crate) answer: T,
    /// There where the request had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<Session>,
}

/// The body of `/repositories/page`, which answers a [`RepositoriesPage`].
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RepositoriesPageRequest<F> {
    pub(crate) form: F,
    #[serde(default)]
    pub(crate) session: Option<Session>,
    /// That of the page before; `None` for the first.
    pub(crate) cursor: Option<String>,
}

/// A page of the repositories that a connection reaches.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RepositoriesPage {
    /// None, it may be, in the middle of a listing.
    pub(crate) items: Vec<RepositoryEntry>,
    /// What the next page is asked for with; `None` after the last.
    pub(crate) cursor: Option<String>,
    /// Whether this and the pages before it are known to be all; only the last can be.
    pub(crate) complete: bool,
    pub(crate) requests: u32,
}

/// A repository, with what its listing knows.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RepositoryEntry {
    pub(crate) name: String,
    /// When something in it changed last, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) updated_at: Option<i64>,
}

/// The body of `/tags/page`, which answers a [`TagsPage`]; a repository that is not there is `image.unknown`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TagsPageRequest<F> {
    pub(crate) form: F,
    #[serde(default)]
    pub(crate) session: Option<Session>,
    pub(crate) repository: String,
    /// That of the page before; `None` for the first.
    pub(crate) cursor: Option<String>,
}

/// A page of a repository's tags, without those under which tools keep signatures, SBOMs and other attachments.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagsPage {
    /// None, it may be, in the middle of a listing.
    pub(crate) items: Vec<TagEntry>,
    /// What the next page is asked for with; `None` after the last.
    pub(crate) cursor: Option<String>,
    /// Whether this and the pages before it are known to be all; only the last can be.
    pub(crate) complete: bool,
    pub(crate) requests: u32,
}

/// A tag, with what its listing knows; times are in milliseconds since 1970.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagEntry {
    pub(crate) tag: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pushed_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
}

/// How many tags or images one request may ask for, so that it fits into what the private service reads.
pub(crate) const MOST_ASKED: usize = 200;

/// The body of `/digests`, which answers [`bowline_registry::Digests`]: as many as 8 seconds allow, at least one.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DigestsRequest<F> {
    pub(crate) form: F,
    #[serde(default)]
    pub(crate) session: Option<Session>,
    pub(crate) repository: String,
    pub(crate) tags: Vec<AskedTag>,
}

/// The body of `/details`, which answers [`bowline_registry::Details`]: as many as 8 seconds allow, at least one.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DetailsRequest<F> {
    pub(crate) form: F,
    #[serde(default)]
    pub(crate) session: Option<Session>,
    pub(crate) repository: String,
    pub(crate) digests: Vec<AskedImage>,
}

/// The body of `/release`, which lifts the quarantine of an image at Azure Container Registry and answers `{}`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReleaseRequest<F> {
    pub(crate) form: F,
    pub(crate) repository: String,
    pub(crate) digest: String,
}

/// The body of `/streams`, which answers [`bowline_registry::StreamChanges`], those of OpenShift's image streams.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StreamsRequest<F> {
    pub(crate) form: F,
    /// Up to which changes are known; `None` asks for the present version alone.
    pub(crate) resource_version: Option<String>,
}

impl<H, C, R> OutboundService<H, C, R>
where
    H: HttpClient + 'static,
    C: Clock + 'static,
    R: Random + 'static,
{
    pub(super) async fn repositories_page(
        &self,
        operator: &Operator,
        body: &[u8],
    ) -> Result<Answer, Problem> {
        let asked: RepositoriesPageRequest<ConnectionForm> = body::parse(body)?;
        let spec = self.admit(operator, asked.form).await?;
        let (session, cursor) = (asked.session.as_ref(), asked.cursor.as_deref());
        let mut listing = Repositories::open(&self.world, operator, &spec, session, cursor).await?;
        let page = listing.next_page().await?;
        let cursor = page.as_ref().and_then(|page| page.cursor.clone());
        let complete = page.as_ref().is_some_and(|page| page.complete);
        let listed = page.into_iter().flat_map(|page| page.items);
        let items = listed.map(|repository| RepositoryEntry {
            name: repository.name().to_owned(),
            updated_at: repository.updated_at,
        });
        let page = RepositoriesPage {
            items: items.collect(),
            cursor,
            complete,
            requests: listing.requests(),
        };
        in_session(page, asked.session)
    }

    pub(super) async fn tags_page(
        &self,
        operator: &Operator,
        body: &[u8],
    ) -> Result<Answer, Problem> {
        let asked: TagsPageRequest<ConnectionForm> = body::parse(body)?;
        let spec = self.admit(operator, asked.form).await?;
        let (session, cursor) = (asked.session.as_ref(), asked.cursor.as_deref());
        let repository = &asked.repository;
        let mut listing =
            Tags::open(&self.world, operator, &spec, session, repository, cursor).await?;
        let page = listing.next_page().await?;
        let cursor = page.as_ref().and_then(|page| page.cursor.clone());
        let complete = page.as_ref().is_some_and(|page| page.complete);
        let listed = page.into_iter().flat_map(|page| page.items);
        let items = listed
            .filter(|tag| !tag.is_attachment())
            .map(|tag| TagEntry {
                tag: tag.name().to_owned(),
                digest: tag.digest,
                created_at: tag.created_at,
                pushed_at: tag.pushed_at,
                size: tag.size,
            });
        let page = TagsPage {
            items: items.collect(),
            cursor,
            complete,
            requests: listing.requests(),
        };
        in_session(page, asked.session)
    }

    pub(super) async fn digests(
        &self,
        operator: &Operator,
        body: &[u8],
    ) -> Result<Answer, Problem> {
        let asked: DigestsRequest<ConnectionForm> = body::parse(body)?;
        let spec = self.admit(operator, asked.form).await?;
        let (session, repository) = (asked.session.as_ref(), &asked.repository);
        let found = digests(
            &self.world,
            operator,
            &spec,
            session,
            repository,
            asked.tags,
        );
        in_session(found.await?, asked.session)
    }

    pub(super) async fn details(
        &self,
        operator: &Operator,
        body: &[u8],
    ) -> Result<Answer, Problem> {
        let asked: DetailsRequest<ConnectionForm> = body::parse(body)?;
        let spec = self.admit(operator, asked.form).await?;
        let (session, repository) = (asked.session.as_ref(), &asked.repository);
        let found = details(
            &self.world,
            operator,
            &spec,
            session,
            repository,
            asked.digests,
        );
        in_session(found.await?, asked.session)
    }

    pub(super) async fn release(
        &self,
        operator: &Operator,
        body: &[u8],
    ) -> Result<Answer, Problem> {
        let asked: ReleaseRequest<ConnectionForm> = body::parse(body)?;
        let spec = self.admit(operator, asked.form).await?;
        release(
            &self.world,
            operator,
            &spec,
            &asked.repository,
            &asked.digest,
        )
        .await?;
        answer::json(StatusCode::OK, &json!({}))
    }

    pub(super) async fn streams(
        &self,
        operator: &Operator,
        body: &[u8],
    ) -> Result<Answer, Problem> {
        let asked: StreamsRequest<ConnectionForm> = body::parse(body)?;
        let spec = self.admit(operator, asked.form).await?;
        let since = asked.resource_version.as_deref();
        let found = stream_changes(&self.world, operator, &spec, since).await?;
        answer::json(StatusCode::OK, &found)
    }
}

fn in_session<T: Serialize>(answer: T, session: Option<Session>) -> Result<Answer, Problem> {
    answer::secret_json(StatusCode::OK, &InSession { answer, session })
}
