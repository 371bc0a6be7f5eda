//! Uses: consumers that declare that they need a connection, and until when.

use bowline::time::parse_rfc3339;
use bowline_registry::Clock;
use bowline_store::{ConnectionId, Database, Timestamp, Use};
use http::StatusCode;
use serde::Deserialize;

use super::service::{Random, Service};
use crate::{
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    problem::{Problem, ProblemType},
    response::{self, Response},
};

/// The most characters that a consumer's id and its title may have.
const LONGEST_NAME: usize = 200;

/// The body of PUT.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UseRequest {
    /// The consumer's title; default: its id.
    #[serde(default)]
    title: Option<String>,
    /// When the use lapses, RFC 3339.
    until: String,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Keeps that a consumer uses a connection; said again, it is renewed.
    pub(super) async fn declare_use(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
        consumer: &str,
        UseRequest { title, until }: UseRequest,
    ) -> Result<Response, Problem> {
        let title = title.filter(|title| !title.trim().is_empty());
        let used = Use::declared(
            presentable("The consumer's ID", consumer)?,
            presentable("title", title.as_deref().unwrap_or(consumer))?,
            Timestamp(later("until", &until, context.now)?),
        );
        let change = context.change(caller);
        let store = self.store(context).await?;
        store.declare_use(&change, project, id, &used).await?;
        response::json(StatusCode::OK, &used)
    }

    /// Ends a use.
    pub(super) async fn end_use(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
        consumer: &str,
    ) -> Result<Response, Problem> {
        let change = context.change(caller);
        let store = self.store(context).await?;
        store.end_use(&change, project, id, consumer).await?;
        Ok(response::empty())
    }
}

/// A name that can be shown to people, without the space around it.
pub(super) fn presentable(what: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let fits = (1..=LONGEST_NAME).contains(&text.chars().count());
    if fits && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(malformed(format!(
        "{what} must have 1 to {LONGEST_NAME} characters, and no control characters."
    )))
}

fn later(member: &str, text: &str, now: i64) -> Result<i64, Problem> {
    parse_rfc3339(text)
        .filter(|&time| time > now)
        .ok_or_else(|| {
            malformed(format!(
                "{member} must be a time in the future, like 2027-01-31T12:00:00Z."
            ))
        })
}

fn malformed(detail: String) -> Problem {
    Problem::from(ProblemType::BodyMalformed).detail(detail)
}
