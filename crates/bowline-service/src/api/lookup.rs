//! Asks the private service for the digests of tags and the details of digests.

use std::{collections::HashMap, ops::ControlFlow};

use bowline_registry::{AskedImage, AskedTag, Clock, ImageDetails, TagDigest};
use bowline_store::Database;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    event_lookup::WatchedConnection,
    service::{Random, Service},
};
use crate::{
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    protocol::{
        PrivateRequest,
        inventory::{DetailsRequest, DigestsRequest, InSession},
    },
};

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// The registry's answers about tags, as far as there are any.
    pub(super) async fn digests(
        &self,
        context: &RequestContext,
        watched: &WatchedConnection<'_>,
        repository: &str,
        tags: Vec<AskedTag>,
    ) -> Result<HashMap<String, TagDigest>, Problem> {
        if tags.is_empty() {
            return Ok(HashMap::new());
        }
        let request = DigestsRequest {
            form: watched.form.expose(),
            session: None,
            repository: repository.to_owned(),
            tags,
        };
        let answer = self.look_up(context, watched, &request).await?;
        let items = answer.map(|InSession { answer, .. }| answer.items);
        Ok(items
            .unwrap_or_default()
            .into_iter()
            .map(|item| (item.tag.clone(), item))
            .collect())
    }

    /// The registry's answers about images, as far as there are any.
    pub(super) async fn details(
        &self,
        context: &RequestContext,
        watched: &WatchedConnection<'_>,
        repository: &str,
        digests: Vec<AskedImage>,
    ) -> Result<Vec<ImageDetails>, Problem> {
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        let request = DetailsRequest {
            form: watched.form.expose(),
            session: None,
            repository: repository.to_owned(),
            digests,
        };
        let answer = self.look_up(context, watched, &request).await?;
        let items = answer.map(|InSession { answer, .. }| answer.items);
        Ok(items.unwrap_or_default())
    }

    /// The private service's response; `None` if it failed for now.
    pub(super) async fn look_up<Q>(
        &self,
        context: &RequestContext,
        watched: &WatchedConnection<'_>,
        request: &Q,
    ) -> Result<Option<Q::Response>, Problem>
    where
        Q: PrivateRequest<Response: DeserializeOwned> + Serialize,
    {
        let (form, project) = (&watched.form, &watched.opened.connection.project);
        // That it cannot be reached is for the next tick, too.
        Ok(match self.call(context, project, form, request).await {
            Ok(ControlFlow::Continue(answer)) => Some(answer),
            Ok(ControlFlow::Break(_)) | Err(_) => None,
        })
    }
}
