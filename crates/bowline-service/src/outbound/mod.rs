//! The private service. It talks to registries and has no database and no key.
//!
//! The public service calls it over the private hop ([`crate::protocol`]). Each operation takes a form with its
//! secrets. Nothing from the form outlives the request.

mod images;
mod inventory;
mod notice;

use std::{cell::Cell, rc::Rc};

use bowline::form::{CheckOptions, ConnectionForm, ConnectionSpec, check_form};
use bowline_registry::{
    Clock, ExternalId, Operator, OperatorError, World, check, networks_are_blocked,
    pull_credentials, repositories, resolve_endpoint, tags,
};
use bytes::Bytes;
use http::{Method, StatusCode, request::Parts};
use http_body::Body;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    body,
    config::Variables,
    event_stream::{EventStream, Events, SILENCE},
    log::{Answered, Facts, LogSettings},
    negotiation::{self, Form},
    problem::{Problem, ProblemType},
    protocol::{
        EXTERNAL_ID, PrivateOperation, PrivateRequest,
        check::CheckRequest,
        credentials::{CredentialsRequest, CredentialsResponse, Login},
        endpoint::{EndpointRequest, EndpointResponse},
        images::{Images, ImagesRequest},
        listing::{Entry, Listing, RepositoriesRequest, TagsRequest},
    },
    request_id,
    response::{self, Response},
};

#[cfg(test)]
mod tests;

/// The most bytes that a request may have: what callers may send, and the public service's words around it.
const LARGEST: usize = 2 * body::LARGEST;

/// The most entries that a listing answers. Names are at most 255 bytes long, so it stays well under the 4 MiB that the
/// public service reads.
const LONGEST_LISTING: usize = 10_000;

/// The private service over a world that can send requests.
pub struct OutboundService<W> {
    world: Rc<W>,
    operator: Result<Rc<Operator>, OperatorError>,
    log: LogSettings,
    /// True once the runtime was seen to block private networks: its configuration does not change.
    blocked: Cell<bool>,
}

/// The entries of which `search` is a part, whatever the case; names of repositories have no upper case.
fn found(listing: bowline_registry::Listing, search: &str) -> Listing {
    let search = search.trim().to_lowercase();
    let mut found = listing
        .items
        .into_iter()
        .filter(|name| search.is_empty() || name.to_lowercase().contains(&search))
        .map(|name| Entry { name });
    let items = found.by_ref().take(LONGEST_LISTING).collect();
    Listing {
        items,
        complete: listing.complete && found.next().is_none(),
        next: None,
    }
}

/// What a request holds, and the answer to it, in JSON; it may hold a secret.
async fn answered<Q: PrivateRequest + DeserializeOwned>(
    body: &[u8],
    answer: impl AsyncFnOnce(Q) -> Result<Q::Response, Problem>,
) -> Result<Response, Problem>
where
    Q::Response: Serialize,
{
    let response = answer(body::parse(body)?).await?;
    response::secret_json(StatusCode::OK, &response)
}

impl<W: World + 'static> OutboundService<W> {
    /// Creates the service with the operator's variables. If a variable that says what may be contacted is invalid,
    /// every request returns that error.
    pub fn new(world: W, variables: &Variables) -> Self {
        Self {
            world: Rc::new(world),
            operator: variables.operator().map(Rc::new),
            // The public service names one that is not valid.
            log: variables.log().unwrap_or_default(),
            blocked: Cell::new(false),
        }
    }

    /// Handles a request and returns the response.
    pub async fn handle<B: Body<Data = Bytes>>(&self, request: http::Request<B>) -> Response {
        let (head, body) = request.into_parts();
        let request_id = request_id::of(&head.headers, self.world.random());
        let clock = self.world.clock();
        let (at, begun) = (clock.epoch_ms(), clock.monotonic());
        let mut answer = match self.answer(&head, body).await {
            Ok(answer) => answer,
            Err(problem) => problem.into_response(&request_id),
        };
        let operation = PrivateOperation::of_path(head.uri.path());
        let facts = Facts::of_route(operation.map(PrivateOperation::path));
        let answered = Answered {
            component: "outbound",
            method: &head.method,
            headers: &head.headers,
            request_id: &request_id,
            facts: &facts,
            at,
            took: clock.monotonic().saturating_sub(begun),
        };
        answered.log(self.log, &mut answer);
        answer
    }

    /// How much is logged.
    pub(crate) fn log_settings(&self) -> LogSettings {
        self.log
    }

    async fn answer<B: Body<Data = Bytes>>(
        &self,
        head: &Parts,
        body: B,
    ) -> Result<Response, Problem> {
        let operator = &self.operator_for(head)?;
        let operation = PrivateOperation::of_path(head.uri.path()).ok_or(ProblemType::NotFound)?;
        if head.method != Method::POST {
            return Err(Problem::method_not_allowed(&[Method::POST]));
        }
        negotiation::json_sent(&head.headers)?;
        let body = &body::read(&head.headers, body, LARGEST).await?;
        match operation {
            PrivateOperation::Check => self.check(operator, head, body).await,
            PrivateOperation::Repositories => {
                answered(body, async |request| {
                    self.repositories(operator, request).await
                })
                .await
            }
            PrivateOperation::Tags => {
                answered(body, async |request| self.tags(operator, request).await).await
            }
            PrivateOperation::Images => {
                answered(body, async |request| self.images(operator, request).await).await
            }
            PrivateOperation::Endpoint => {
                answered(body, async |request| self.endpoint(operator, request).await).await
            }
            PrivateOperation::Credentials => {
                answered(body, async |request| {
                    self.credentials(operator, request).await
                })
                .await
            }
            PrivateOperation::RepositoriesPage => {
                answered(body, async |request| {
                    self.repositories_page(operator, request).await
                })
                .await
            }
            PrivateOperation::TagsPage => {
                answered(body, async |request| {
                    self.tags_page(operator, request).await
                })
                .await
            }
            PrivateOperation::Digests => {
                answered(body, async |request| self.digests(operator, request).await).await
            }
            PrivateOperation::Details => {
                answered(body, async |request| self.details(operator, request).await).await
            }
            PrivateOperation::Release => {
                answered(body, async |request| self.release(operator, request).await).await
            }
            PrivateOperation::Notice => {
                answered(body, async |request| {
                    self.networks_blocked(operator).await?;
                    notice::send(&*self.world, operator, request).await
                })
                .await
            }
            PrivateOperation::Streams => {
                answered(body, async |request| self.streams(operator, request).await).await
            }
        }
    }

    async fn repositories(
        &self,
        operator: &Operator,
        RepositoriesRequest { form, search }: RepositoriesRequest<ConnectionForm>,
    ) -> Result<Listing, Problem> {
        let spec = self.admit(operator, form).await?;
        let listing = repositories(&*self.world, operator, &spec).await?;
        Ok(found(listing, &search))
    }

    async fn tags(
        &self,
        operator: &Operator,
        TagsRequest { form, repository }: TagsRequest<ConnectionForm>,
    ) -> Result<Listing, Problem> {
        let spec = self.admit(operator, form).await?;
        let listing = tags(&*self.world, operator, &spec, &repository).await?;
        Ok(found(listing, ""))
    }

    async fn images(
        &self,
        operator: &Operator,
        ImagesRequest { form, policy }: ImagesRequest<ConnectionForm>,
    ) -> Result<Images, Problem> {
        let spec = self.admit(operator, form).await?;
        Ok(images::images(&*self.world, operator, &spec, &policy).await?)
    }

    async fn endpoint(
        &self,
        operator: &Operator,
        EndpointRequest { form }: EndpointRequest<ConnectionForm>,
    ) -> Result<EndpointResponse, Problem> {
        let spec = self.admit(operator, form).await?;
        let endpoint = resolve_endpoint(&*self.world, operator, &spec).await?;
        Ok(EndpointResponse {
            endpoint: endpoint.to_string(),
        })
    }

    async fn credentials(
        &self,
        operator: &Operator,
        CredentialsRequest { form }: CredentialsRequest<ConnectionForm>,
    ) -> Result<CredentialsResponse, Problem> {
        let spec = self.admit(operator, form).await?;
        let login = pull_credentials(&*self.world, operator, &spec).await?;
        Ok(CredentialsResponse {
            login: login.map(Login::from),
        })
    }

    /// The world of the service.
    pub(crate) fn world(&self) -> &W {
        &self.world
    }

    /// Checks the form that a body holds, and answers in the media type that `head` prefers.
    pub(crate) async fn check(
        &self,
        operator: &Rc<Operator>,
        head: &Parts,
        body: &[u8],
    ) -> Result<Response, Problem> {
        let accept = negotiation::preferred(&head.headers)?;
        let CheckRequest { mut form, image }: CheckRequest<ConnectionForm> = body::parse(body)?;
        // It stands in for the form's own, and is judged as that is.
        if let Some(image) = image.filter(|image| !image.trim().is_empty()) {
            form.image = image;
        }
        let spec = self.admit(operator, form).await?;
        match accept {
            Form::Json => {
                let check = check(&*self.world, operator, &spec, None, |_| ()).await;
                response::json(StatusCode::OK, &check)
            }
            Form::Events => Ok(self.stream(Rc::clone(operator), spec)),
        }
    }

    /// The operator's settings for the project. The operator's identity assumes a role with the external id that was
    /// issued to the project, whatever the form says.
    ///
    /// Errors: `config.<name>`.
    pub(crate) fn operator_for(&self, head: &Parts) -> Result<Rc<Operator>, Problem> {
        let operator = self.operator.as_ref().map_err(invalid_variable)?;
        let issued = head.headers.get(EXTERNAL_ID);
        let external_id = issued.and_then(|id| ExternalId::parse(id.to_str().ok()?));
        Ok(match external_id {
            Some(id) => Rc::new(Operator::clone(operator).with_external_id(id)),
            None => Rc::clone(operator),
        })
    }

    /// Parses a form. It can be tried before its connection has a name.
    fn spec(&self, mut form: ConnectionForm) -> Result<ConnectionSpec, Problem> {
        if form.name.trim().is_empty() {
            "unnamed".clone_into(&mut form.name);
        }
        let options = CheckOptions {
            touched: None,
            now: Some(self.world.clock().epoch_ms()),
        };
        let (report, spec) = check_form(&form, options);
        spec.ok_or_else(|| Problem::form_invalid(report))
    }

    /// Parses a form, where anything may be sent at all.
    async fn admit(
        &self,
        operator: &Operator,
        form: ConnectionForm,
    ) -> Result<ConnectionSpec, Problem> {
        let spec = self.spec(form)?;
        self.networks_blocked(operator).await?;
        Ok(spec)
    }

    /// Nothing is sent anywhere while the runtime would let it into private networks unasked.
    async fn networks_blocked(&self, operator: &Operator) -> Result<(), Problem> {
        if !self.blocked.get() {
            self.blocked
                .set(networks_are_blocked(self.world.http(), operator).await);
        }
        if self.blocked.get() {
            return Ok(());
        }
        Err(Problem::from(ProblemType::Config("networks_not_blocked")).detail(
            "The runtime doesn't block private networks. Start it with Bowline's runtime-config.toml, and list the networks \
             that this service may reach in the variable private_hosts. If the platform itself keeps the service away \
             from private networks, set the variable networks to platform.",
        ))
    }

    fn stream(&self, operator: Rc<Operator>, spec: ConnectionSpec) -> Response {
        let (events, world) = (Events::default(), Rc::clone(&self.world));
        let clock = Rc::clone(&self.world);
        let put = events.clone();
        let work = async move {
            let check = check(&*world, &operator, &spec, None, |step| {
                put.push("step", step)
            })
            .await;
            put.push("result", &check);
        };
        let sleep = move || {
            let world = Rc::clone(&clock);
            Box::pin(async move { world.clock().sleep(SILENCE).await }) as _
        };
        response::events(Box::pin(EventStream::new(events, work, sleep)))
    }
}

fn invalid_variable(error: &OperatorError) -> Problem {
    Problem::from(ProblemType::Config(error.variable)).detail(error.to_string())
}
