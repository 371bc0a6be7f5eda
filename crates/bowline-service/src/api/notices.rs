//! Notices to projects: where they go and how they are delivered.
//!
//! This service signs them, because it has the secret. The private service sends them.

use std::{collections::BTreeSet, ops::ControlFlow, time::Duration};

use bowline::secret::Secret;
use bowline_registry::Clock;
use bowline_store::{Database, Delivery, DueNotice, NoticeEndpoint, NoticeKind, Within};
use futures::future::join_all;
use http::StatusCode;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;
use url::Url;

use super::{
    private_service::Message,
    problem_document::ProblemDocument,
    service::{Random, Service},
};
use crate::{
    body,
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    negotiation::Form,
    problem::{Problem, ProblemType},
    protocol::notice::{NoticeRequest, NoticeResponse},
    response::{self, Response},
    webhook_signature::signature,
};

/// The most characters that an address has.
const LONGEST_URL: usize = 2048;

/// The most addresses that are tried at the same time. Each takes 5 seconds at most.
const AT_ONCE: u32 = 10;

/// The body of PUT.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NoticesRequest {
    url: String,
    kinds: BTreeSet<NoticeKind>,
    /// True for a new secret. The old one is no longer used.
    #[serde(default)]
    renew_secret: bool,
}

/// The answer of PUT.
#[derive(Serialize)]
struct Changed {
    #[serde(flatten)]
    endpoint: NoticeEndpoint,
    /// The secret that signs the notices, if it is new.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "expose_some"
    )]
    secret: Option<Secret>,
}

/// What became of notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Notices {
    pub(super) delivered: u32,
    pub(super) failed: u32,
}

fn expose_some<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => body::expose(secret, serializer),
        None => serializer.serialize_none(),
    }
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Returns a project's notice settings without the secret.
    pub(super) async fn notices(
        &self,
        context: &RequestContext,
        project: &str,
    ) -> Result<Response, Problem> {
        let store = self.store(context).await?;
        response::json(StatusCode::OK, &store.notices(project).await?)
    }

    /// Sets a project's notices. Returns a new secret only this once.
    pub(super) async fn change_notices(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        request: NoticesRequest,
    ) -> Result<Response, Problem> {
        let url = address(&request.url)?;
        let kinds: Vec<_> = request.kinds.into_iter().collect();
        if kinds.is_empty() {
            return Err(Problem::from(ProblemType::BodyMalformed)
                .field("kinds")
                .detail("kinds must contain at least one kind."));
        }
        let (store, change) = (self.store(context).await?, context.change(caller));
        let changed = store.change_notices(&change, project, &url, &kinds, request.renew_secret);
        let (endpoint, secret) = changed.await?;
        response::secret_json(StatusCode::OK, &Changed { endpoint, secret })
    }

    /// Turns a project's notices off.
    pub(super) async fn end_notices(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
    ) -> Result<Response, Problem> {
        let (store, change) = (self.store(context).await?, context.change(caller));
        store.end_notices(&change, project).await?;
        Ok(response::empty())
    }

    /// Delivers notices that are due, for as long as `budget`: of each project one at a time, so that a receiver that is
    /// slow or gone delays no other project's.
    pub(super) async fn deliver_notices(
        &self,
        context: &RequestContext,
        within: Within<'_>,
        budget: Duration,
    ) -> Result<Notices, Problem> {
        let (store, began) = (self.store(context).await?, self.clock.monotonic());
        while self.clock.monotonic().saturating_sub(began) < budget
            && store.look_at_credentials(within, context.now).await?
        {}
        let mut notices = Notices::default();
        while self.clock.monotonic().saturating_sub(began) < budget {
            let due = store.take_notices(within, AT_ONCE, context.now).await?;
            if due.is_empty() {
                break;
            }
            let deliveries = join_all(due.iter().map(|notice| self.deliver(context, notice)));
            for (notice, delivery) in due.iter().zip(deliveries.await) {
                let count = match delivery {
                    Delivery::Delivered => &mut notices.delivered,
                    Delivery::Failed(_) | Delivery::Refused(_) => &mut notices.failed,
                };
                *count += 1;
                let now = self.clock.epoch_ms();
                store.end_notice(notice, &delivery, now).await?;
            }
        }
        Ok(notices)
    }

    /// Tries once to deliver a notice.
    async fn deliver(&self, context: &RequestContext, notice: &DueNotice) -> Delivery {
        match self.send_notice(context, notice).await {
            Ok(ControlFlow::Continue(NoticeResponse { status, problem })) => {
                outcome(status, problem)
            }
            Ok(ControlFlow::Break(answer)) => {
                Delivery::Failed(ProblemDocument::answered(&answer).sentence())
            }
            Err(problem) => Delivery::Failed(ProblemDocument::ours(problem).sentence()),
        }
    }

    async fn send_notice(
        &self,
        context: &RequestContext,
        notice: &DueNotice,
    ) -> Result<ControlFlow<Response, NoticeResponse>, Problem> {
        let body = json!({
            "type": notice.kind,
            "timestamp": notice.at,
            "data": notice.data,
        });
        let (body, timestamp) = (body.to_string(), self.clock.epoch_ms().div_euclid(1000));
        let signature = signature(&notice.secret, &notice.id, timestamp, &body)
            .ok_or_else(|| Problem::internal("a stored notice secret isn't valid"))?;
        let request = NoticeRequest {
            url: notice.url.clone(),
            id: notice.id.clone(),
            timestamp,
            signature,
            body,
        };
        let message = Message::new(&request, Form::Json, None)?;
        self.call_with::<NoticeRequest>(context, message).await
    }
}

/// The meaning of a receiver's status: Standard Webhooks takes 2xx for success, and 410 for a receiver that wants no
/// more.
fn outcome(status: Option<u16>, problem: Option<String>) -> Delivery {
    match status {
        Some(200..300) => Delivery::Delivered,
        Some(410) => Delivery::Refused(
            "The receiver responded with HTTP 410. It doesn't want any more notices.".to_owned(),
        ),
        Some(status) => Delivery::Failed(format!("The receiver responded with HTTP {status}.")),
        None => Delivery::Failed(problem.unwrap_or_default()),
    }
}

/// The address of a receiver, normalized. Whether it may be contacted is the guard's to say, when it is.
fn address(text: &str) -> Result<String, Problem> {
    let url = Url::parse(text.trim()).ok().filter(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && url.as_str().len() <= LONGEST_URL
    });
    url.map(String::from).ok_or_else(|| {
        Problem::from(ProblemType::BodyMalformed)
            .field("url")
            .detail("url must be a URL like https://hooks.example.com/bowline, without a username or a fragment.")
    })
}
