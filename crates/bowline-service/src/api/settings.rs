//! A project's settings.

use bowline_registry::Clock;
use bowline_store::{Database, Defaults, Settings};
use http::{StatusCode, header};
use serde::Deserialize;

use super::service::{Random, Service};
use crate::{
    body,
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    negotiation::{IfMatch, etag},
    problem::{Problem, ProblemType},
    response::{self, Response},
};

/// The longest time that a scan may take, as in a policy: a day.
const LONGEST_SCAN_SECONDS: u32 = 24 * 60 * 60;

/// The maximum for the number of images to keep in a repository.
const MOST_KEPT: u32 = 10_000;

/// The body of PUT; what is missing is as it was at first. The external id is the service's to issue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SettingsRequest {
    #[serde(default, deserialize_with = "body::whole_number")]
    scan_timeout_seconds: Option<u32>,
    #[serde(default, deserialize_with = "body::whole_number")]
    keep_newest: Option<u32>,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    pub(super) async fn settings(
        &self,
        context: &RequestContext,
        project: &str,
    ) -> Result<Response, Problem> {
        let store = self.store(context).await?;
        answer_of(&store.settings(project, context.now).await?)
    }

    /// Who changed them, the latest first.
    pub(super) async fn settings_audit(
        &self,
        context: &RequestContext,
        project: &str,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let (size, cursor) = (parameters.page_size()?, parameters.cursor()?);
        let store = self.store(context).await?;
        let page = store.settings_audit(project, size, cursor.as_ref()).await?;
        response::json(StatusCode::OK, &page)
    }

    pub(super) async fn change_settings(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        request: SettingsRequest,
    ) -> Result<Response, Problem> {
        let expected =
            IfMatch::read(&context.head.headers).ok_or(ProblemType::PreconditionRequired)?;
        let defaults = request.judge()?;
        let store = self.store(context).await?;
        let change = context.change(caller);
        let settings = store
            .change_settings(&change, project, expected.versions(), defaults)
            .await
            .map_err(|error| match Problem::from(error) {
                stale if stale.problem_type() == ProblemType::PreconditionFailed => {
                    stale.titled("The settings have changed")
                }
                other => other,
            })?;
        answer_of(&settings)
    }
}

impl SettingsRequest {
    fn judge(self) -> Result<Defaults, Problem> {
        let usual = Defaults::default();
        let scan_timeout_seconds = self
            .scan_timeout_seconds
            .unwrap_or(usual.scan_timeout_seconds);
        bounded(
            "scanTimeoutSeconds",
            scan_timeout_seconds,
            LONGEST_SCAN_SECONDS,
        )?;
        if let Some(keep_newest) = self.keep_newest {
            bounded("keepNewest", keep_newest, MOST_KEPT)?;
        }
        Ok(Defaults {
            scan_timeout_seconds,
            keep_newest: self.keep_newest,
        })
    }
}

fn bounded(member: &'static str, number: u32, most: u32) -> Result<(), Problem> {
    if (1..=most).contains(&number) {
        return Ok(());
    }
    Err(Problem::from(ProblemType::BodyMalformed)
        .field(member)
        .detail(format!("{member} must be 1 to {most}.")))
}

fn answer_of(settings: &Settings) -> Result<Response, Problem> {
    let mut answer = response::json(StatusCode::OK, settings)?;
    answer
        .headers_mut()
        .insert(header::ETAG, etag(settings.version));
    Ok(answer)
}
