//! The private service: it has the way to the registries, and neither a database nor a key.
//!
//! `POST /check` takes a form with its secrets and answers as `/v1/check` does. Nothing of the form outlives the
//! request.

use std::{cell::Cell, rc::Rc};

use bowline::form::{CheckOptions, ConnectionForm, ConnectionSpec, check_form};
use bowline_registry::{
    Clock, HttpClient, Operator, OperatorError, Random, World, check, networks_are_blocked,
};
use bytes::Bytes;
use http::{Method, StatusCode, request::Parts};
use http_body::Body;
use serde::Deserialize;

use crate::{
    answer::{self, Answer},
    body,
    event_stream::{EventStream, Events, SILENCE},
    negotiation::{self, Form},
    problem::{Failure, Problem},
    request_id,
};

#[cfg(test)]
mod tests;

/// The most bytes that a request may have: what callers may send, and the public service's words around it.
const LARGEST: usize = 2 * body::LARGEST;

/// The private service over a world in which requests can be sent.
pub struct OutboundService<H, C, R> {
    world: Rc<World<H, C, R>>,
    operator: Result<Rc<Operator>, OperatorError>,
    /// Whether the runtime was seen to block private networks. Once is enough: its configuration does not change.
    blocked: Cell<bool>,
}

/// The body of `/check`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckRequest {
    form: ConnectionForm,
    #[serde(default)]
    image: Option<String>,
}

impl<H, C, R> OutboundService<H, C, R>
where
    H: HttpClient + 'static,
    C: Clock + 'static,
    R: Random + 'static,
{
    /// With what [`Operator::parse`] made of the variables; an error is answered on every request.
    pub fn new(world: World<H, C, R>, operator: Result<Operator, OperatorError>) -> Self {
        Self {
            world: Rc::new(world),
            operator: operator.map(Rc::new),
            blocked: Cell::new(false),
        }
    }

    /// Answers one request.
    pub async fn handle<B: Body<Data = Bytes>>(&self, request: http::Request<B>) -> Answer {
        let (head, body) = request.into_parts();
        let request_id = request_id::of(&head.headers, &self.world.random);
        match self.answer(&head, body).await {
            Ok(answer) => answer,
            Err(problem) => problem.into_answer(&request_id),
        }
    }

    async fn answer<B: Body<Data = Bytes>>(
        &self,
        head: &Parts,
        body: B,
    ) -> Result<Answer, Problem> {
        let operator = self.operator.as_ref().map_err(invalid_variable)?;
        if head.uri.path() != "/check" {
            return Err(Failure::NotFound.into());
        }
        if head.method != Method::POST {
            return Err(Problem::method_not_allowed(&[Method::POST]));
        }
        let form = negotiation::preferred(&head.headers)?;
        negotiation::json_sent(&head.headers)?;
        let mut asked: CheckRequest =
            body::parse(&body::read(&head.headers, body, LARGEST).await?)?;
        // A form can be tried before its connection has a name.
        if asked.form.name.trim().is_empty() {
            "unnamed".clone_into(&mut asked.form.name);
        }
        let spec = self.spec(&asked.form)?;
        let image = asked.image.filter(|image| !image.is_empty());
        self.networks_blocked(operator).await?;
        match form {
            Form::Json => {
                let check = check(&self.world, operator, &spec, image.as_deref(), |_| ()).await;
                answer::json(StatusCode::OK, &check)
            }
            Form::Events => Ok(self.stream(Rc::clone(operator), spec, image)),
        }
    }

    fn spec(&self, form: &ConnectionForm) -> Result<ConnectionSpec, Problem> {
        let options = CheckOptions {
            touched: None,
            now: Some(self.world.clock.epoch_ms()),
        };
        let (report, spec) = check_form(form, options);
        spec.ok_or_else(|| Problem::form_invalid(report))
    }

    /// Nothing is sent anywhere while the runtime would let it into private networks unasked.
    async fn networks_blocked(&self, operator: &Operator) -> Result<(), Problem> {
        if !self.blocked.get() {
            self.blocked
                .set(networks_are_blocked(&self.world.http, operator).await);
        }
        if self.blocked.get() {
            return Ok(());
        }
        Err(Problem::from(Failure::Config("networks_not_blocked")).detail(
            "The runtime does not block private networks: start it with Bowline's runtime-config.toml, \
             or name the private hosts that may be reached in the variable private_hosts.",
        ))
    }

    fn stream(
        &self,
        operator: Rc<Operator>,
        spec: ConnectionSpec,
        image: Option<String>,
    ) -> Answer {
        let (events, world) = (Events::default(), Rc::clone(&self.world));
        let clock = Rc::clone(&self.world);
        let put = events.clone();
        let work = async move {
            let check = check(&world, &operator, &spec, image.as_deref(), |step| {
                put.push("step", step)
            })
            .await;
            put.push("result", &check);
        };
        let sleep = move || {
            let world = Rc::clone(&clock);
            Box::pin(async move { world.clock.sleep(SILENCE).await }) as _
        };
        answer::events(Box::pin(EventStream::new(events, work, sleep)))
    }
}

fn invalid_variable(error: &OperatorError) -> Problem {
    Problem::from(Failure::Config(error.variable)).detail(error.to_string())
}
