//! Asking the private service what tags name and what digests stand for.

use std::{collections::HashMap, ops::ControlFlow};

use bowline_registry::{
    AskedImage, AskedTag, Clock, Code, Details, Digests, ImageDetails, TagDigest,
};
use bowline_store::{Database, ManifestDetails};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Asked, Outbound, Random, Service,
    looking::Watched,
    relay::{Errand, Message},
};
use crate::{
    body,
    negotiation::Form,
    outbound::inventory::{DetailsRequest, DigestsRequest},
    problem::Problem,
};

/// The type of what is no image because it cannot be read.
const UNREADABLE: &str = "application/octet-stream";

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
        asked: &Asked,
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
            .inquire(asked, watched, Errand::Digests, &request)
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
        asked: &Asked,
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
            .inquire(asked, watched, Errand::Details, &request)
            .await?;
        Ok(answer.unwrap_or_default().items)
    }

    /// What the private service answers; `None` where it could not do it now.
    pub(super) async fn inquire<T: DeserializeOwned>(
        &self,
        asked: &Asked,
        watched: &Watched<'_>,
        errand: Errand,
        request: &impl Serialize,
    ) -> Result<Option<T>, Problem> {
        let (form, project) = (&watched.form, &watched.opened.connection.project);
        let message = Message {
            body: body::secret_json(request)?,
            accept: Form::Json,
            external_id: self.external_id(asked, project, form).await?,
        };
        // That it cannot be reached is for the next tick, too.
        Ok(match self.ask_for(asked, errand, message).await {
            Ok(ControlFlow::Continue(answer)) => Some(answer),
            Ok(ControlFlow::Break(_)) | Err(_) => None,
        })
    }
}

/// What is kept of an image's details; `None` where another time may tell more.
pub(super) fn described(details: ImageDetails) -> Option<ManifestDetails> {
    let artifact_type = match details.problem {
        None => details.artifact_type,
        // What nobody can read is no image to scan.
        Some(Code::ManifestUnsupported | Code::DigestMismatch) => UNREADABLE.to_owned(),
        Some(_) => return None,
    };
    Some(ManifestDetails {
        digest: details.digest,
        created_at: details.created_at,
        size: details.size.and_then(|size| i64::try_from(size).ok()),
        artifact_type,
    })
}
