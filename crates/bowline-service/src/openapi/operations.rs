//! Every operation of the API: what it takes, needs and answers.

mod browsing;
mod connections;
mod events;
mod forms;
mod inventory;
mod operating;
mod pulling;
mod scans;

use bowline_registry::Check;
use http::Method;
use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::{caller::Permission, problem::Failure};

/// One method of one path.
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) needs: Need,
    /// In the query and in headers; those of the path follow from it.
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<Success>,
    /// Beside those that every operation has.
    pub(super) failures: Vec<Failure>,
    /// Whether a registry is asked, so that a check's codes may come as problems.
    pub(super) asks_registry: bool,
}

/// Who may call.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Need {
    Nobody,
    AnyCaller,
    InProject(Permission),
    InSomeProject(Permission),
    Anywhere(Permission),
}

pub(super) struct Body {
    pub(super) schema: Value,
    pub(super) required: bool,
}

pub(super) struct Success {
    pub(super) status: u16,
    pub(super) description: &'static str,
    /// Media types with their schemas; none where there is no body.
    pub(super) content: Vec<(&'static str, Value)>,
    pub(super) headers: Vec<(&'static str, &'static str)>,
}

const JSON: &str = "application/json";
const ETAG: (&str, &str) = ("ETag", "The version, as `If-Match` takes it.");

use Need::{InProject, Nobody};
use Permission::Read;

/// All of them.
pub(super) fn all(types: &mut SchemaGenerator) -> Vec<Operation> {
    let of = &mut Types(types);
    [
        forms::all(of),
        connections::all(of),
        browsing::all(),
        events::all(),
        inventory::all(of),
        scans::all(of),
        pulling::all(of),
        operating::all(of),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is serialised describes itself.
struct Types<'a>(&'a mut SchemaGenerator);

impl Types<'_> {
    fn schema<T: schemars::JsonSchema>(&mut self) -> Value {
        self.0.subschema_for::<T>().to_value()
    }
}

fn operation(
    method: Method,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    Operation {
        method,
        path,
        id,
        summary,
        needs: InProject(Read),
        parameters: Vec::new(),
        body: None,
        answers: Vec::new(),
        failures: Vec::new(),
        asks_registry: false,
    }
}

fn get(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(Method::GET, path, id, summary)
}

fn post(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(Method::POST, path, id, summary)
}

impl Operation {
    /// Whether it takes an `Idempotency-Key`: every POST of somebody who signed in.
    pub(super) fn is_done_once(&self) -> bool {
        self.method == Method::POST && self.needs != Nobody
    }

    /// Whether it answers the same to everybody, and asks nobody for it.
    pub(super) fn is_constant(&self) -> bool {
        self.method == Method::GET && self.needs == Nobody
    }

    /// Whether a registry sends it, which is taken in any media type, and answered whatever it accepts.
    pub(super) fn is_announcement(&self) -> bool {
        self.method == Method::POST && self.needs == Nobody
    }

    fn needing(mut self, needs: Need) -> Self {
        self.needs = needs;
        self
    }

    fn with(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    fn taking(mut self, schema: Value) -> Self {
        let required = true;
        self.body = Some(Body { schema, required });
        self
    }

    fn taking_at_will(mut self, schema: Value) -> Self {
        let required = false;
        self.body = Some(Body { schema, required });
        self
    }

    fn answering(mut self, success: Success) -> Self {
        self.answers.push(success);
        self
    }

    fn failing(mut self, failures: &[Failure]) -> Self {
        self.failures.extend(failures);
        self
    }

    fn asking(mut self) -> Self {
        self.asks_registry = true;
        self
    }
}

fn success(status: u16, description: &'static str, schema: Value) -> Success {
    Success {
        status,
        description,
        content: vec![(JSON, schema)],
        headers: Vec::new(),
    }
}

fn ok(description: &'static str, schema: Value) -> Success {
    success(200, description, schema)
}

fn gone(description: &'static str) -> Success {
    Success {
        status: 204,
        description,
        content: Vec::new(),
        headers: Vec::new(),
    }
}

impl Success {
    fn also(mut self, media_type: &'static str, schema: Value) -> Self {
        self.content.push((media_type, schema));
        self
    }

    fn header(mut self, header: (&'static str, &'static str)) -> Self {
        self.headers.push(header);
        self
    }
}

/// How a check went, in one piece or as it goes.
fn checked(of: &mut Types<'_>) -> Success {
    ok(
        "How the check went; as events: a `step` as each ends, then the `result`.",
        of.schema::<Check>(),
    )
    .also("text/event-stream", json!({ "type": "string" }))
}
