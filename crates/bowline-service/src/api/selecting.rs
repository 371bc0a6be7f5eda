//! Previews which images a policy selects before it is saved.

use std::ops::ControlFlow;

use bowline::{
    document::Document,
    selection::{Decision, Image},
};
use bowline_registry::Clock;
use bowline_store::{ConnectionId, Database, Timestamp};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    service::{Random, Service},
    validation,
};
use crate::{
    body,
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    protocol::images::{Images, ImagesRequest, ListedImage},
    response::{self, Response},
};

/// The body of POST.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SelectionRequest {
    /// The policy to preview. `null` is the default policy. If missing, the stored one.
    #[serde(default, deserialize_with = "body::sent")]
    policy: Option<Document>,
}

/// The answer.
#[derive(Serialize)]
struct Selection {
    images: Vec<ShownImage>,
    /// What was decided about each image, in their order.
    decisions: Vec<Decision>,
    /// The indexes of the selected images.
    selected: Vec<usize>,
    /// Whether those are all images that there are.
    complete: bool,
}

/// An image with the details from its listing.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownImage {
    repository: String,
    tag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pushed_at: Option<Timestamp>,
}

impl From<ListedImage> for ShownImage {
    fn from(listed: ListedImage) -> Self {
        Self {
            repository: listed.repository,
            tag: listed.tag,
            digest: listed.digest,
            created_at: listed.created_at.map(Timestamp),
            pushed_at: listed.pushed_at.map(Timestamp),
        }
    }
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// What a policy selects of the images that a connection reaches, and what decided.
    pub(super) async fn select(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
        request: SelectionRequest,
    ) -> Result<Response, Problem> {
        let opened = self
            .store(context)
            .await?
            .open(project, id, context.now)
            .await?;
        let form = opened.form();
        let kept = || form.policy.clone().unwrap_or_default();
        let typed = request.policy.unwrap_or_else(kept);
        let connection = &opened.connection;
        let policy = validation::policy(&typed, &connection.provider, &connection.endpoint)?;
        let request = ImagesRequest {
            form: form.expose(),
            policy: typed,
        };
        let Images { images, complete } = match self.call(context, project, &form, &request).await?
        {
            ControlFlow::Continue(images) => images,
            ControlFlow::Break(answer) => return Ok(answer),
        };
        let decisions = policy.select(&images.iter().map(image).collect::<Vec<_>>(), context.now);
        let selected = decisions
            .iter()
            .enumerate()
            .filter(|(_, decision)| decision.selected)
            .map(|(place, _)| place)
            .collect();
        let selection = Selection {
            images: images.into_iter().map(ShownImage::from).collect(),
            decisions,
            selected,
            complete,
        };
        response::json(StatusCode::OK, &selection)
    }
}

fn image(listed: &ListedImage) -> Image {
    Image {
        repository: listed.repository.clone(),
        tag: listed.tag.clone(),
        digest: listed.digest.clone().unwrap_or_default(),
        created_at: listed.created_at,
        pushed_at: listed.pushed_at,
        ..Image::default()
    }
}
