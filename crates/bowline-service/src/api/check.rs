//! Checks of a form, of a form before it is saved, and of a stored connection.

use std::{ops::ControlFlow, rc::Rc};

use bowline::form::{ConnectionForm, ExposedForm};
use bowline_registry::{Check, Clock, Proved};
use bowline_store::{ConnectionId, Database, LastCheck, Timestamp};
use http::StatusCode;
use serde::Deserialize;

use super::{
    check_stream::CheckStream,
    private_service::{self, Message},
    problem_document::ProblemDocument,
    service::{Random, Service},
};
use crate::{
    caller::{Caller, Permission},
    client::Outbound,
    context::RequestContext,
    negotiation::Form,
    problem::{Problem, ProblemType},
    protocol::check::CheckRequest,
    response::{Response, ResponseBody},
};

/// The proof that a check needs before the form is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verify {
    Login,
    Pull,
}

/// The body of a form's check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormCheckRequest {
    form: ConnectionForm,
    #[serde(default)]
    image: Option<String>,
    /// The project of the check. A role without keys is assumed with the external id that was issued to it.
    #[serde(default)]
    project: Option<String>,
}

/// The body of a stored connection's check: nothing but the image can be said.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredCheckRequest {
    #[serde(default)]
    image: Option<String>,
}

impl Verify {
    /// The parameter `verify`: `true` or `pull`; without it nothing is checked.
    pub(super) fn read(context: &RequestContext) -> Result<Option<Self>, Problem> {
        let verify = context.parameters.parsed("verify", |text| match text {
            "true" => Some(Some(Self::Login)),
            "pull" => Some(Some(Self::Pull)),
            "false" => Some(None),
            _ => None,
        })?;
        Ok(verify.flatten())
    }

    fn met_by(self, check: &Check) -> bool {
        match self {
            // Whatever went wrong after that.
            Self::Login => check.proved >= Proved::Login,
            Self::Pull => check.ok && check.proved >= Proved::Pull,
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
    /// Checks a form without saving it.
    pub(super) async fn check(
        &self,
        context: &RequestContext,
        caller: &Caller,
        request: FormCheckRequest,
    ) -> Result<Response, Problem> {
        let FormCheckRequest {
            form,
            image,
            project,
        } = &request;
        if let Some(project) = project {
            caller.require(Permission::Write, project)?;
        }
        let external_id = match project.as_deref().or(caller.only_project()) {
            Some(project) => self.external_id(context, project, form).await?,
            None if private_service::delegates(form) => {
                return Err(Problem::from(ProblemType::BodyMalformed)
                    .field("project")
                    .detail("Name the project that the role is assumed for."));
            }
            None => None,
        };
        self.count_check(context, caller).await?;
        let request = check_request(form, image.as_deref());
        self.send(
            context,
            Message::new(&request, context.accept, external_id)?,
        )
        .await
    }

    /// Checks a form before it is saved, and returns the result if it proved enough. Breaks with the private service's
    /// response if that is not a check.
    ///
    /// Errors: `check.failed` with the check.
    pub(super) async fn verify(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        form: &ConnectionForm,
        verify: Verify,
    ) -> Result<ControlFlow<Response, LastCheck>, Problem> {
        self.count_check(context, caller).await?;
        self.count_registry_request(context, caller, project)
            .await?;
        let request = check_request(form, None);
        let check = match self.call(context, project, form, &request).await? {
            ControlFlow::Continue(check) => check,
            ControlFlow::Break(answer) => return Ok(ControlFlow::Break(answer)),
        };
        if verify.met_by(&check) {
            return last_check(&check, context.now).map(ControlFlow::Continue);
        }
        let detail = check
            .problem
            .as_ref()
            .map_or("The test didn't prove enough.", |problem| {
                problem.title.as_str()
            });
        let problem =
            Problem::from(ProblemType::CheckFailed).detail(format!("{detail} Nothing was saved."));
        Err(problem.member(
            "check",
            serde_json::to_value(&check).map_err(Problem::internal)?,
        ))
    }

    /// Checks a stored connection and stores the result.
    pub(super) async fn check_stored(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
        request: StoredCheckRequest,
    ) -> Result<Response, Problem> {
        self.count_check(context, caller).await?;
        let image = request.image.as_deref();
        let answer = self
            .ask_check(context, project, id, image, context.accept)
            .await?;
        if answer.status() != StatusCode::OK {
            return Ok(answer);
        }
        let store = Rc::clone(self.store(context).await?);
        let (project, at) = (project.to_owned(), context.now);
        match answer.body() {
            ResponseBody::Full(_) => {
                store
                    .record_check(&project, id, &last_check(&check_of(&answer)?, at)?)
                    .await?;
                Ok(answer)
            }
            ResponseBody::Stream(_) => Ok(answer.map(|body| {
                CheckStream::around(body, move |check| async move {
                    // The stream has begun: that it could not be kept can no longer be told.
                    if let Ok(last) = last_check(&check, at) {
                        _ = store.record_check(&project, id, &last).await;
                    }
                })
            })),
        }
    }

    /// Checks a stored connection in the background, stores the result, and returns whether the connection works. Other
    /// responses of the private service are not about the connection and are not stored.
    ///
    /// # Errors
    /// Why no check could be made.
    pub(super) async fn recheck(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
    ) -> Result<bool, ProblemDocument> {
        let at = self.clock.epoch_ms();
        let answer = self.ask_check(context, project, id, None, Form::Json).await;
        let answer = answer.map_err(ProblemDocument::ours)?;
        if answer.status() != StatusCode::OK {
            return Err(ProblemDocument::answered(&answer));
        }
        let record = async {
            let check = check_of(&answer)?;
            let store = self.store(context).await?;
            let last = last_check(&check, at)?;
            store.record_check(project, id, &last).await?;
            Ok(check.ok)
        };
        record.await.map_err(ProblemDocument::ours)
    }

    /// The private service's response to the check of a stored connection.
    async fn ask_check(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
        image: Option<&str>,
        accept: Form,
    ) -> Result<Response, Problem> {
        let store = self.store(context).await?;
        let form = store.open(project, id, context.now).await?.form();
        let request = check_request(&form, image);
        self.relay(context, project, &form, &request, accept).await
    }
}

fn check_request<'a>(
    form: &'a ConnectionForm,
    image: Option<&str>,
) -> CheckRequest<ExposedForm<'a>> {
    let image = image.filter(|image| !image.is_empty());
    CheckRequest {
        form: form.expose(),
        image: image.map(str::to_owned),
    }
}

/// The check that the private service answered.
fn check_of(answer: &Response) -> Result<Check, Problem> {
    serde_json::from_slice(answer.body().as_bytes().unwrap_or_default()).map_err(Problem::internal)
}

fn last_check(check: &Check, at: i64) -> Result<LastCheck, Problem> {
    let value = |value: serde_json::Result<serde_json::Value>| value.map_err(Problem::internal);
    Ok(LastCheck {
        at: Timestamp(at),
        ok: check.ok,
        proved: value(serde_json::to_value(check.proved))?
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        problem: check
            .problem
            .as_ref()
            .map(|problem| value(serde_json::to_value(problem)))
            .transpose()?,
    })
}
