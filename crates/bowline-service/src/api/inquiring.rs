//! Asking the private service what tags name and what digests stand for.

use std::{collections::HashMap, ops::ControlFlow};

use bowline_registry::{AskedImage, AskedTag, Clock, Details, Digests, ImageDetails, TagDigest};
use bowline_store::Database;
use serde::{Serialize, de::DeserializeOwned};

use super::{Outbound, Random, Service, looking::Watched, relay::Errand};
use crate::{
    context::RequestContext,
    outbound::inventory::{DetailsRequest, DigestsRequest},
    problem::Problem,
};

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// What the registry answers about tags, as far as it does.
    pub(super) async fn digests(
        &self,
        context: &RequestContext,
        watched: &Watched<'_>,
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
        let answer: Option<Digests> = self
            .inquire(context, watched, Errand::Digests, &request)
            .await?;
        let items = answer.unwrap_or_default().items;
        Ok(items
            .into_iter()
            .map(|item| (item.tag.clone(), item))
            .collect())
    }

    /// What the registry answers about images, as far as it does.
    pub(super) async fn details(
        &self,
        context: &RequestContext,
        watched: &Watched<'_>,
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
        let answer: Option<Details> = self
            .inquire(context, watched, Errand::Details, &request)
            .await?;
        Ok(answer.unwrap_or_default().items)
    }

    /// What the private service answers; `None` where it could not do it now.
    pub(super) async fn inquire<T: DeserializeOwned>(
        &self,
        context: &RequestContext,
        watched: &Watched<'_>,
        errand: Errand,
        request: &impl Serialize,
    ) -> Result<Option<T>, Problem> {
        let (form, project) = (&watched.form, &watched.opened.connection.project);
        let message = self.message(context, project, form, request).await?;
        // That it cannot be reached is for the next tick, too.
        Ok(match self.ask_for(context, errand, message).await {
            Ok(ControlFlow::Continue(answer)) => Some(answer),
            Ok(ControlFlow::Break(_)) | Err(_) => None,
        })
    }
}
