//! Reads the changes of OpenShift's image streams from its API server.
//!
//! The API server keeps a version of everything (`resourceVersion`). A watch from a version returns all changes since
//! then, past ones first, so a watch of one second is enough for a caller that polls. A list is not: it accepts a
//! version only as a minimum. If a version is too old for a watch, the server answers 410 Gone, and the caller has to
//! list everything.

use std::collections::HashMap;

use bowline::form::ConnectionSpec;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    image_stream::{self, Metadata},
    json::Number,
    operator::Operator,
    problem::{Code, Failure, Problem},
    product::openshift,
    registry::Registry,
    transport::Response,
    urlencoded,
    world::World,
};

const WHAT: &str = "image stream changes";
/// How long the API server waits for further changes, in seconds.
const WATCHED: &str = "1";

/// The changes of the image streams of one project or of all projects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamChanges {
    /// The new or changed image streams in their current state, each once.
    pub changed: Vec<ImageStream>,
    /// The repositories whose image streams were deleted.
    pub gone: Vec<String>,
    /// True if changes are missing, because there were too many or they are too old. List everything instead.
    pub missed: bool,
    /// The version to pass for the next changes.
    pub resource_version: String,
    /// The number of requests sent.
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
    /// The time of the push, in milliseconds since 1970.
    pub pushed_at: Option<i64>,
}

/// A line of the answer to a watch.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: String,
    /// A stream, a bookmark, or an error, according to `kind`.
    #[serde(borrow)]
    object: &'a RawValue,
}

/// The content of an `ERROR`.
#[derive(Deserialize)]
struct Refused {
    #[serde(default)]
    code: Number,
}

/// The version of a list.
#[derive(Deserialize)]
struct Versioned {
    metadata: Metadata,
}

/// Returns the changes of OpenShift's image streams since a version. Without a version, returns only the current
/// version.
///
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{Operator, Problem, World, stream_changes};
///
/// /// Begins to follow the image streams: gives the version to ask from.
/// async fn begin<W: World>(world: &W, spec: &ConnectionSpec) -> Result<String, Problem> {
///     let changes = stream_changes(world, &Operator::default(), spec, None).await?;
///     Ok(changes.resource_version)
/// }
/// ```
/// # Errors
/// The problem that a check would report; `permission.catalog_missing` if this login cannot list and watch image
/// streams, or if the connection has no API server.
pub async fn stream_changes<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
    since: Option<&str>,
) -> Result<StreamChanges, Problem> {
    let asked = async {
        if !openshift::names_api(spec) {
            return Err(Failure::new(
                Code::PermissionCatalogMissing,
                "The connection has no URL of an API server.",
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

impl<W: World> Registry<'_, W> {
    /// The present version: that of a list as short as there is.
    async fn streams_version(&self) -> Result<String, Failure> {
        let answer = self.streams_answer(&[("limit", "1")]).await?;
        if !answer.status.is_success() {
            return Err(refusal(&answer));
        }
        let list: Versioned = answer.json().map_err(|_| malformed())?;
        Some(list.metadata.resource_version)
            .filter(|version| !version.is_empty())
            .ok_or_else(malformed)
    }

    /// The changes since a version; without a version if that is too old or there are too many.
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

    async fn streams_answer(&self, query: &[(&str, &str)]) -> Result<Response, Failure> {
        let query = urlencoded::encode(query.iter().copied());
        let url = openshift::image_streams_url(self, &query)?;
        let login = self.token_login()?;
        self.ask(WHAT, url, login.as_ref()).await
    }
}

impl StreamChanges {
    /// Parses the changes in a watch's response; `None` if the version is too old.
    fn read(body: &[u8], since: &str) -> Result<Option<Self>, Failure> {
        let mut version = since.to_owned();
        let mut latest = Latest::default();
        let events = serde_json::Deserializer::from_slice(body).into_iter::<Event<'_>>();
        for (number, event) in events.enumerate() {
            let Event { kind, object } = event.map_err(|_| malformed())?;
            if kind == "ERROR" {
                let refused: Refused =
                    serde_json::from_str(object.get()).map_err(|_| malformed())?;
                return (refused.code == Number(Some(410)))
                    .then_some(None)
                    .ok_or_else(malformed);
            }
            let stream: image_stream::ImageStream =
                serde_json::from_str(object.get()).map_err(|_| malformed())?;
            match kind.as_str() {
                "ADDED" | "MODIFIED" => latest.note(number, &stream, true),
                "DELETED" => latest.note(number, &stream, false),
                // A bookmark, which tells the version alone.
                _ => {}
            }
            version = stream.metadata.resource_version;
        }
        Ok(Some(latest.into_changes(version)))
    }
}

/// What is known of each repository: the number of its last event, and its tags unless it was deleted.
#[derive(Default)]
struct Latest(HashMap<String, (usize, Option<Vec<StreamTag>>)>);

impl Latest {
    /// Notes what a stream is after the event of this number.
    fn note(&mut self, number: usize, stream: &image_stream::ImageStream, is_there: bool) {
        let Some(repository) = stream.repository() else {
            return;
        };
        let tags = stream.tags().filter(|pointer| !pointer.tag.is_attachment());
        let tags = tags.map(|pointer| StreamTag {
            tag: pointer.tag.to_string(),
            digest: pointer.digest.to_string(),
            pushed_at: pointer.since,
        });
        let tags = is_there.then(|| tags.collect());
        self.0.insert(repository.to_string(), (number, tags));
    }

    /// The changes, in the order of each repository's last event.
    fn into_changes(self, resource_version: String) -> StreamChanges {
        let mut latest: Vec<_> = self.0.into_iter().collect();
        latest.sort_unstable_by_key(|(_, (number, _))| *number);
        let mut changes = StreamChanges {
            resource_version,
            ..StreamChanges::default()
        };
        for (repository, (_, tags)) in latest {
            match tags {
                Some(tags) => changes.changed.push(ImageStream { repository, tags }),
                None => changes.gone.push(repository),
            }
        }
        changes
    }
}

/// What an answer with an error status means. Its words are not shown: nothing has proved yet that this is an API server.
fn refusal(answer: &Response) -> Failure {
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
        format!("The response for {WHAT} isn't in the expected format."),
    )
}
