//! A connection's scans: lists them and queues requested ones.

use std::{collections::BTreeMap, ops::ControlFlow, time::Duration};

use bowline::endpoint::Endpoint;
use bowline_registry::{AskedTag, Clock, Digests, NamedImage, has_digests};
use bowline_store::{ConnectionId, Database, Opened, Scan, ScanState, WantedScan};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    problem_document::ProblemDocument,
    service::{Random, Service},
};
use crate::{
    client::Outbound,
    context::RequestContext,
    problem::{Problem, ProblemType},
    protocol::inventory::{DigestsRequest, InSession},
    response::{self, Response},
    sync::undigested,
};

/// The most images that a request names.
const MOST_IMAGES: usize = 100;

/// After how long no further repository is asked. Asking one takes some 10 seconds at most.
const PATIENCE: Duration = Duration::from_secs(8);

/// The body of POST.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScansRequest {
    images: Vec<String>,
}

/// The answer of POST.
#[derive(Serialize)]
struct RequestedScans {
    scans: Vec<Scan>,
    refused: Vec<Refused>,
}

/// An image that is not queued.
#[derive(Serialize)]
struct Refused {
    /// As it was sent.
    image: String,
    code: String,
    detail: String,
}

/// Images by repository, each with its tag and as it was sent.
type ByRepository = BTreeMap<String, Vec<(String, String)>>;

/// What becomes of the images that were asked for.
#[derive(Default)]
struct Sorted {
    wanted: Vec<WantedScan>,
    refused: Vec<Refused>,
    /// The tags whose digests are not known.
    unknown: ByRepository,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// A page of the scans of a connection, the newest first.
    pub(super) async fn scans(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let state = parameters.parsed("state", ScanState::parse)?;
        let (size, cursor) = (parameters.page_size()?, parameters.cursor()?);
        let store = self.store(context).await?;
        let page = store.scans(project, id, state, size, cursor.as_ref());
        response::json(StatusCode::OK, &page.await?)
    }

    /// Queues images by name, in every mode and for every provider: by the digest that the inventory has for a tag, else
    /// by what the registry says.
    pub(super) async fn request_scans(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
        ScansRequest { images }: ScansRequest,
    ) -> Result<Response, Problem> {
        if images.is_empty() || images.len() > MOST_IMAGES {
            return Err(Problem::from(ProblemType::BodyMalformed)
                .detail(format!("images must contain 1 to {MOST_IMAGES} images.")));
        }
        let store = self.store(context).await?;
        let opened = store.open(project, id, context.now).await?;
        let mut sorted = Sorted::of(images, &opened)?;
        let tags: Vec<_> = sorted
            .unknown
            .iter()
            .flat_map(|(repository, tags)| tags.iter().map(|(tag, _)| (&**repository, &**tag)))
            .collect();
        let known = store.known_digests(id, &tags).await?;
        sorted.know(known);
        self.ask_digests(context, &opened, &mut sorted).await?;
        let scans = store.request_scans(project, id, &sorted.wanted, context.now);
        let requested = RequestedScans {
            scans: scans.await?,
            refused: sorted.refused,
        };
        response::json(StatusCode::ACCEPTED, &requested)
    }

    /// Asks the registry for the digests that are not known, repository by repository.
    async fn ask_digests(
        &self,
        context: &RequestContext,
        opened: &Opened,
        sorted: &mut Sorted,
    ) -> Result<(), Problem> {
        let (form, began) = (opened.form(), self.clock.monotonic());
        for (repository, tags) in std::mem::take(&mut sorted.unknown) {
            if self.clock.monotonic().saturating_sub(began) > PATIENCE {
                sorted.leave(tags);
                continue;
            }
            let asked_tag = |(tag, _): &(String, String)| AskedTag {
                tag: tag.clone(),
                known: None,
            };
            let request = DigestsRequest {
                form: form.expose(),
                session: None,
                repository: repository.clone(),
                tags: tags.iter().map(asked_tag).collect(),
            };
            let project = &opened.connection.project;
            match self.call(context, project, &form, &request).await? {
                ControlFlow::Continue(InSession { answer, .. }) => {
                    sorted.told(&repository, tags, &answer);
                }
                ControlFlow::Break(answer) => {
                    let refusal = ProblemDocument::answered(&answer);
                    for (_, image) in tags {
                        sorted.refuse(image, &refusal.code, refusal.sentence());
                    }
                }
            }
        }
        Ok(())
    }
}

impl Sorted {
    fn of(images: Vec<String>, opened: &Opened) -> Result<Self, Problem> {
        let connection = &opened.connection;
        let endpoint = Endpoint::parse(&connection.endpoint)
            .map_err(|_| Problem::internal("a stored endpoint isn't valid"))?;
        let mut sorted = Self::default();
        for image in images {
            let NamedImage {
                repository,
                tag,
                digest,
            } = match NamedImage::parse(&image, &endpoint) {
                Ok(named) => named,
                Err(why) => {
                    sorted.refuse(image, "image.unknown", why);
                    continue;
                }
            };
            match (digest, tag) {
                (None, Some(tag)) if connection.provider.parse().is_ok_and(has_digests) => {
                    let tags = sorted.unknown.entry(repository).or_default();
                    tags.push((tag, image));
                }
                (digest, tag) => sorted.wanted.push(WantedScan {
                    repository,
                    tag,
                    digest,
                }),
            }
        }
        Ok(sorted)
    }

    /// Takes what the inventory knows: repository, tag and digest.
    fn know(&mut self, known: Vec<(String, String, String)>) {
        let is_told = |(repository, tag, digest): &(String, String, String)| {
            *digest != undigested::stand_in(repository, tag)
        };
        for (repository, tag, digest) in known.into_iter().filter(is_told) {
            if let Some(tags) = self.unknown.get_mut(&repository) {
                tags.retain(|(context, _)| *context != tag);
                self.want(&repository, tag, digest);
            }
        }
        self.unknown.retain(|_, tags| !tags.is_empty());
    }

    /// Takes what the registry says of `tags`.
    fn told(&mut self, repository: &str, tags: Vec<(String, String)>, digests: &Digests) {
        for (tag, image) in tags {
            let told = digests.items.iter().find(|item| item.tag == tag);
            match told.map(|item| (&item.digest, item.problem)) {
                Some((Some(digest), _)) => self.want(repository, tag, digest.clone()),
                Some((None, Some(code))) => {
                    self.refuse(image, &code.to_string(), code.title().to_owned());
                }
                Some((None, None)) => {
                    let why = "The registry doesn't have this tag.";
                    self.refuse(image, "image.unknown", why.to_owned());
                }
                None => self.leave(vec![(tag, image)]),
            }
        }
    }

    fn want(&mut self, repository: &str, tag: String, digest: String) {
        self.wanted.push(WantedScan {
            repository: repository.to_owned(),
            tag: Some(tag),
            digest: Some(digest),
        });
    }

    /// What there was no time for.
    fn leave(&mut self, tags: Vec<(String, String)>) {
        for (_, image) in tags {
            let why = "The registry took too long for all of the images. Request this one again.";
            self.refuse(image, "deadline.exceeded", why.to_owned());
        }
    }

    fn refuse(&mut self, image: String, code: &str, detail: String) {
        self.refused.push(Refused {
            image,
            code: code.to_owned(),
            detail,
        });
    }
}
