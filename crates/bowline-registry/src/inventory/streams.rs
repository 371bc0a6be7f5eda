//! What changed in OpenShift's image streams, as its API server tells.
//!
//! It keeps a version of everything that it holds (`resourceVersion`), and a watch from a version on gives all that
//! changed since, first what has happened already. So a watch that ends after a second serves who comes now and then.
//! A list would not: it takes a version only to say how new it must be at least. A version that is too old to watch from
//! is answered 410 Gone; then a whole listing has to find out.

use bowline::form::ConnectionSpec;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::{
    digest::Digest,
    http::HttpClient,
    image::{Repository, Tag},
    operator::Operator,
    problem::{Code, Failure, Problem},
    registry::Registry,
    transport::Answer,
    world::{Clock, Random, World},
};

const WHAT: &str = "the changes of image streams";
/// How long the API server waits for further changes, in seconds.
const WATCHED: &str = "1";

/// What changed in a project's image streams, or in those of all projects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamChanges {
    /// The image streams that are new or have changed, each once, as they are now.
    pub changed: Vec<ImageStream>,
    /// The repositories whose image streams were deleted.
    pub gone: Vec<String>,
    /// Whether changes are missing here, because too many happened or too long ago: list everything instead.
    pub missed: bool,
    /// What the next changes are asked for with.
    pub resource_version: String,
    /// How many requests that took.
    pub requests: u32,
}

/// An image stream: a repository of OpenShift's registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageStream {
    /// The repository: `project/name`.
    pub repository: String,
    /// All its tags.
    pub tags: Vec<StreamTag>,
}

/// A tag of an image stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamTag {
    /// The tag: `3.20`.
    pub tag: String,
    /// The digest of the manifest or index that it points to.
    pub digest: String,
    /// Since when, in milliseconds since 1970.
    pub pushed_at: Option<i64>,
}

/// A line of the answer to a watch.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    object: Object,
}

/// An image stream, or what an error says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Object {
    metadata: Metadata,
    status: Status,
    /// Of an error.
    code: Option<u16>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    namespace: String,
    name: String,
    resource_version: String,
}

/// What an image stream points to. Of an error's event it is a text, and not read.
#[derive(Deserialize)]
#[serde(untagged)]
enum Status {
    Stream {
        #[serde(default)]
        tags: Option<Vec<TagHistory>>,
    },
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct TagHistory {
    tag: String,
    /// The newest first.
    #[serde(default)]
    items: Option<Vec<TagEvent>>,
}

#[derive(Deserialize)]
struct TagEvent {
    created: Option<String>,
    /// The digest of the image.
    #[serde(default)]
    image: String,
}

/// The version of a list.
#[derive(Deserialize)]
struct Versioned {
    metadata: Metadata,
}

/// What changed in OpenShift's image streams since a version; without one, from where on changes can be asked for.
///
/// # Errors
/// What a check would name; `permission.catalog_missing` where this login may not list and watch image streams, or the
/// connection names no API server.
pub async fn stream_changes<H: HttpClient, C: Clock, R: Random>(
    world: &World<H, C, R>,
    operator: &Operator,
    spec: &ConnectionSpec,
    since: Option<&str>,
) -> Result<StreamChanges, Problem> {
    let asked = async {
        if !spec.values.contains_key("apiUrl") {
            return Err(Failure::new(
                Code::PermissionCatalogMissing,
                "The connection names no API server.",
            ));
        }
        let registry = Registry::open(world, operator, spec).await?;
        let mut changes = match since {
            Some(version) => registry.changes_since(version).await?,
            None => StreamChanges::default(),
        };
        if changes.resource_version.is_empty() {
            changes.resource_version = registry.streams_version().await?;
        }
        changes.requests = registry.transport.requests();
        Ok(changes)
    };
    asked
        .await
        .map_err(|failure: Failure| failure.explain(spec, operator))
}

impl<H: HttpClient, C: Clock, R: Random> Registry<'_, H, C, R> {
    /// The present version: that of a list as short as there is.
    async fn streams_version(&self) -> Result<String, Failure> {
        let answer = self.streams_answer(&[("limit", "1")]).await?;
        if !answer.status.is_success() {
            return Err(refusal(&answer));
        }
        let list: Versioned = serde_json::from_slice(&answer.body).map_err(|_| malformed())?;
        Some(list.metadata.resource_version)
            .filter(|version| !version.is_empty())
            .ok_or_else(malformed)
    }

    /// The changes since a version; without a version where that is too old, or there are too many.
    async fn changes_since(&self, version: &str) -> Result<StreamChanges, Failure> {
        let missed = StreamChanges {
            missed: true,
            ..StreamChanges::default()
        };
        let watch = [
            ("watch", "true"),
            ("resourceVersion", version),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", WATCHED),
        ];
        let answer = match self.streams_answer(&watch).await {
            Err(failure) if failure.code == Code::AnswerTooLarge => return Ok(missed),
            answer => answer?,
        };
        match answer.status.as_u16() {
            200 => StreamChanges::read(&answer.body, version).map(|read| read.unwrap_or(missed)),
            410 => Ok(missed),
            _ => Err(refusal(&answer)),
        }
    }

    async fn streams_answer(&self, query: &[(&str, &str)]) -> Result<Answer, Failure> {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let url = self.image_streams_url(&pairs.extend_pairs(query).finish())?;
        let login = self.token_login()?;
        self.ask(WHAT, url, login.as_ref()).await
    }
}

impl StreamChanges {
    /// The changes that a watch answered; `None` where it says that the version is too old.
    fn read(body: &[u8], since: &str) -> Result<Option<Self>, Failure> {
        let mut changes = Self {
            resource_version: since.to_owned(),
            ..Self::default()
        };
        for event in serde_json::Deserializer::from_slice(body).into_iter::<Event>() {
            let Event { kind, object } = event.map_err(|_| malformed())?;
            match kind.as_str() {
                "ADDED" | "MODIFIED" => changes.note(&object, object.stream()),
                "DELETED" => changes.note(&object, None),
                "BOOKMARK" => {}
                "ERROR" if object.code == Some(410) => return Ok(None),
                "ERROR" => return Err(malformed()),
                _ => continue,
            }
            changes.resource_version = object.metadata.resource_version;
        }
        Ok(Some(changes))
    }

    /// Notes that this is what a stream is now, whatever was noted of it before.
    fn note(&mut self, object: &Object, stream: Option<ImageStream>) {
        let Some(repository) = object.repository() else {
            return;
        };
        self.changed.retain(|known| known.repository != repository);
        self.gone.retain(|known| *known != repository);
        match stream {
            Some(stream) => self.changed.push(stream),
            None => self.gone.push(repository),
        }
    }
}

impl Default for Status {
    fn default() -> Self {
        Self::Stream { tags: None }
    }
}

impl Object {
    /// The name of the repository; `None` where it could not be asked for.
    fn repository(&self) -> Option<String> {
        let Metadata {
            namespace, name, ..
        } = &self.metadata;
        Repository::parse(&format!("{namespace}/{name}")).map(|name| name.to_string())
    }

    fn stream(&self) -> Option<ImageStream> {
        let histories = match &self.status {
            Status::Stream { tags } => tags.as_deref().unwrap_or_default(),
            Status::Other(_) => &[],
        };
        Some(ImageStream {
            repository: self.repository()?,
            tags: histories.iter().filter_map(TagHistory::tag).collect(),
        })
    }
}

impl TagHistory {
    /// Where the tag points now; `None` where that is nowhere.
    fn tag(&self) -> Option<StreamTag> {
        let newest = self.items.as_ref()?.first()?;
        let tag = Tag::parse(&self.tag).filter(|tag| !tag.is_attachment())?;
        let created = newest.created.as_deref();
        Some(StreamTag {
            tag: tag.to_string(),
            digest: Digest::parse(&newest.image)?.to_string(),
            pushed_at: created.and_then(bowline::time::parse_rfc3339),
        })
    }
}

/// What an answer with an error status means. Its words are not shown: nothing has proved yet that this is an API server.
fn refusal(answer: &Answer) -> Failure {
    let status = answer.status.as_u16();
    let code = match status {
        401 | 403 | 404 | 405 => Code::PermissionCatalogMissing,
        429 => Code::RateLimited,
        408 | 500.. => Code::ServerError,
        _ => Code::AnswerMalformed,
    };
    Failure::new(code, format!("HTTP {status} for {WHAT}."))
}

fn malformed() -> Failure {
    Failure::new(
        Code::AnswerMalformed,
        format!("The answer for {WHAT} is not what it should be."),
    )
}
