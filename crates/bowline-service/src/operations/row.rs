//! The columns of the table.

use http::Method;

use super::{
    operation::{Operation, PublicOperation},
    parameter::Parameter,
    path::PathParameters,
    response::{Content, Response, Schema},
};
use crate::{
    caller::{Caller, Permission},
    problem::{Problem, ProblemType},
};

/// One method of one path.
pub(crate) struct Row {
    /// Its `operationId`.
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    /// The path's template, with the parameters in braces.
    pub(crate) path: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "only the document tells it"))]
    pub(crate) summary: &'static str,
    pub(crate) authorization: Authorization,
    /// The parameters of the query and of headers. Those of the path are in its template.
    pub(crate) parameters: &'static [Parameter],
    pub(crate) body: RequestBody,
    /// The answers to what was done.
    pub(crate) responses: &'static [Response],
    /// The failures beside those that follow from the rest of the row.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the document tells it"))]
    pub(crate) failures: &'static [ProblemType],
    /// True when a registry is asked, so that the codes of a check may come as problems.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the document tells it"))]
    pub(crate) asks_registry: bool,
    /// What each request counts against.
    pub(crate) counted: Counted,
}

/// The limits that each request of an operation counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// None.
    Nothing,
    /// It has a registry asked: the limits of its subject and of its project.
    RegistryRequest,
    /// It changes what a project keeps, and its audit grows: the limit of its project.
    Change,
}

/// The callers that may call, and the operation of the path; `None` if there is none.
pub(crate) enum Authorization {
    /// Everybody: no token is read.
    Public(fn(&PathParameters<'_>) -> Option<PublicOperation>),
    /// The bearer of a token that meets the need.
    Token(Need, fn(&PathParameters<'_>) -> Option<Operation>),
}

/// The permission that a token must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: any good token will do.
    Nothing,
    /// This, in the project of the path.
    InProject(Permission),
    /// This, in one project at least.
    InSomeProject(Permission),
    /// The first for the projects that the token lists, or the second for all.
    InOwnOrAll(Permission, Permission),
}

/// The body of a request.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only the document tells all of it")
)]
pub(crate) enum RequestBody {
    /// Nothing that is read. A body that comes with POST, PUT or PATCH anyway is within the bound of JSON.
    None,
    /// JSON.
    Json(Schema),
    /// JSON, or nothing.
    OptionalJson(Schema),
    /// A notification of a registry, in any media type, whatever answer it accepts.
    Notification,
}

impl Need {
    /// Checks that the caller meets it; `project` is that of the path.
    ///
    /// Errors: `permission.missing`; `not_found` if the project is not the caller's.
    pub(crate) fn check(self, caller: &Caller, project: &str) -> Result<(), Problem> {
        match self {
            Self::Nothing => Ok(()),
            Self::InProject(permission) => caller.require(permission, project),
            Self::InSomeProject(permission) => caller.require_somewhere(permission),
            Self::InOwnOrAll(permission, in_all) => caller.within(permission, in_all).map(drop),
        }
    }
}

impl Row {
    /// True when the answer has content that a caller has to accept.
    pub(crate) fn answers_content(&self) -> bool {
        let has_content = self
            .responses
            .iter()
            .any(|response| !matches!(response.content, Content::None));
        has_content && !matches!(self.body, RequestBody::Notification)
    }

    /// True when the answer can be a stream of events.
    pub(crate) fn answers_events(&self) -> bool {
        self.responses
            .iter()
            .any(|response| matches!(response.content, Content::JsonOrEvents(_)))
    }
}
