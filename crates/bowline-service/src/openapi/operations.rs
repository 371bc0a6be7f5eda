//! Every operation of the API: what it takes, needs and answers.

mod scans;

use bowline_registry::Check;
use bowline_store::{AuditEntry, Connection, InventoryImage, Page, Resealing, Settings, Sync, Use};
use http::Method;
use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::{
    parameters::{cursor, format, if_match, image, limit, query, required, verify},
    schemas,
};
use crate::{
    api::{SyncStatus, due::Due},
    caller::Permission,
    problem::Failure,
};

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

use Failure::{
    CheckFailed, ConnectionInUse, EndpointImmutable, EndpointTaken, EndpointUnresolved,
    FormInvalid, NameTaken, NotFound, PreconditionFailed, PreconditionRequired, RateLimited,
    UsesTooMany,
};
use Need::{AnyCaller, Anywhere, InProject, InSomeProject, Nobody};
use Permission::{Delete, Read, Write};

/// All of them, in the order of the design's table.
pub(super) fn all(types: &mut SchemaGenerator) -> Vec<Operation> {
    let mut of = Types(types);
    let connection = of.schema::<Connection>();
    let connections = of.schema::<Page<Connection>>();
    let entries = of.schema::<Page<AuditEntry>>();
    let check = of.schema::<Check>();
    let settings = of.schema::<Settings>();
    let used = of.schema::<Use>();
    let resealing = of.schema::<Resealing>();
    let images = of.schema::<Page<InventoryImage>>();
    let sync = of.schema::<Sync>();
    let sync_status = of.schema::<SyncStatus>();
    let due = of.schema::<Due>();
    let listing = || schemas::named("Listing");
    let form = || schemas::named("ConnectionForm");
    let checked = || {
        ok(
            "How the check went; as events: a `step` as each ends, then the `result`.",
            check.clone(),
        )
        .also("text/event-stream", json!({ "type": "string" }))
    };
    let mut operations = vec![
        get(
            "/v1/providers",
            "listProviders",
            "The table of providers: enough to render a form",
        )
        .needing(Nobody)
        .answering(ok("The providers.", schemas::list_of("Provider"))),
        get("/v1/openapi.json", "readDescription", "This document")
            .needing(Nobody)
            .answering(ok("OpenAPI 3.1.", json!({ "type": "object" }))),
        post(
            "/v1/validate",
            "validateForm",
            "Judge a form as the browser does",
        )
        .needing(AnyCaller)
        .taking(json!({ "anyOf": [schemas::named("ValidateRequest"), form()] }))
        .answering(ok("What was found.", schemas::named("Report"))),
        post(
            "/v1/check",
            "checkForm",
            "Try a connection that is kept nowhere",
        )
        .needing(InSomeProject(Write))
        .taking(schemas::named("CheckRequest"))
        .answering(checked())
        .failing(&[NotFound, FormInvalid, RateLimited]),
        get(
            "/v1/projects/{project}/connections",
            "listConnections",
            "A page of the project's connections, by name",
        )
        .with(query(
            "search",
            schemas::text(),
            "A part of name, host or provider's title.",
        ))
        .with(query("provider", schemas::text(), "A provider's id."))
        .with(query(
            "expiring",
            schemas::days_or_time(),
            "Only those whose credentials end within so many days, or by then.",
        ))
        .with(query(
            "unused",
            schemas::days_or_time(),
            "Only those that nobody was given within so many days, or since then.",
        ))
        .with(limit())
        .with(cursor())
        .answering(ok("The page.", connections)),
        post(
            "/v1/projects/{project}/connections",
            "createConnection",
            "Keep a connection",
        )
        .needing(InProject(Write))
        .with(verify())
        .taking(form())
        .answering(
            success(201, "It is kept.", schemas::named("SavedConnection"))
                .header(ETAG)
                .header(("Location", "Where it is read.")),
        )
        .failing(&[
            FormInvalid,
            CheckFailed,
            EndpointUnresolved,
            NameTaken,
            EndpointTaken,
            RateLimited,
        ])
        .asking(),
        get(
            "/v1/projects/{project}/connections/{id}",
            "readConnection",
            "A connection, without its secrets",
        )
        .answering(ok("The connection.", connection.clone()).header(ETAG)),
        operation(
            Method::PATCH,
            "/v1/projects/{project}/connections/{id}",
            "editConnection",
            "Rename, describe or re-policy a connection",
        )
        .needing(InProject(Write))
        .with(if_match(true))
        .taking(schemas::named("EditRequest"))
        .answering(ok("It is changed.", schemas::named("SavedConnection")).header(ETAG))
        .failing(&[
            FormInvalid,
            NameTaken,
            PreconditionRequired,
            PreconditionFailed,
        ]),
        operation(
            Method::DELETE,
            "/v1/projects/{project}/connections/{id}",
            "deleteConnection",
            "Remove a connection and erase its secrets",
        )
        .needing(InProject(Delete))
        .with(query(
            "force",
            json!({ "type": "boolean" }),
            "Also where something uses it.",
        ))
        .answering(gone("It is removed."))
        .failing(&[ConnectionInUse]),
        operation(
            Method::PUT,
            "/v1/projects/{project}/connections/{id}/credentials",
            "replaceCredentials",
            "Replace what a connection logs in with, all secrets anew",
        )
        .needing(InProject(Write))
        .with(verify())
        .with(if_match(false))
        .taking(form())
        .answering(ok("They are replaced.", schemas::named("SavedConnection")).header(ETAG))
        .failing(&[
            FormInvalid,
            CheckFailed,
            EndpointImmutable,
            PreconditionFailed,
            RateLimited,
        ]),
        post(
            "/v1/projects/{project}/connections/{id}/check",
            "checkConnection",
            "Try a kept connection, and keep how it went",
        )
        .needing(InProject(Read))
        .taking_at_will(schemas::named("StoredCheckRequest"))
        .answering(checked())
        .failing(&[FormInvalid]),
        get(
            "/v1/projects/{project}/connections/{id}/repositories",
            "listRepositories",
            "The repositories that a connection reaches",
        )
        .with(query("search", schemas::text(), "A part of their names."))
        .answering(ok("The repositories.", listing()))
        .asking(),
        get(
            "/v1/projects/{project}/connections/{id}/repositories/{name}/tags",
            "listTags",
            "The tags of a repository; its name is one percent-encoded segment",
        )
        .answering(ok("The tags.", listing()))
        .asking(),
        get(
            "/v1/projects/{project}/connections/{id}/tags",
            "listTagsOf",
            "The tags of a repository, named in the query",
        )
        .with(required(query(
            "repository",
            schemas::text(),
            "The repository.",
        )))
        .answering(ok("The tags.", listing()))
        .asking(),
        post(
            "/v1/projects/{project}/connections/{id}/selection",
            "previewSelection",
            "What a policy selects, before it is kept",
        )
        .needing(InProject(Read))
        .taking(schemas::named("SelectionRequest"))
        .answering(ok("The images, and what decided.", schemas::named("Selection")))
        .failing(&[FormInvalid])
        .asking(),
        operation(
            Method::PUT,
            "/v1/projects/{project}/connections/{id}/uses/{consumer}",
            "declareUse",
            "Say that something uses a connection, until it lapses",
        )
        .needing(InProject(Permission::Use))
        .taking(schemas::named("UseRequest"))
        .answering(ok("It is kept.", used))
        .failing(&[UsesTooMany]),
        operation(
            Method::DELETE,
            "/v1/projects/{project}/connections/{id}/uses/{consumer}",
            "endUse",
            "Say that it does no more",
        )
        .needing(InProject(Permission::Use))
        .answering(gone("It is ended.")),
        get(
            "/v1/projects/{project}/connections/{id}/events",
            "readEventAddress",
            "Where a connection's registry announces pushes and removals",
        )
        .answering(ok("The address, without its secret.", schemas::named("EventAddress"))),
        post(
            "/v1/projects/{project}/connections/{id}/events",
            "renewEventSecret",
            "Give the address a new secret, which is shown this once",
        )
        .needing(InProject(Write))
        .answering(ok(
            "The address: with `authorization`, or with the secret at the end of `url`.",
            schemas::named("EventAddress"),
        )),
        operation(
            Method::DELETE,
            "/v1/projects/{project}/connections/{id}/events",
            "endEvents",
            "Take nothing more at the address",
        )
        .needing(InProject(Write))
        .answering(gone("Its secret lets nobody in.")),
        received(
            "/v1/events/{id}",
            "receiveEvents",
            "What a registry announces, with the address's secret in a header: `Authorization`, `X-GitLab-Token` or \
             `X-JFrog-Event-Auth`",
        ),
        received(
            "/v1/events/{id}/{secret}",
            "receiveEventsOfPath",
            "What a registry announces that can send no header",
        ),
        get(
            "/v1/projects/{project}/connections/{id}/images",
            "listImages",
            "A page of the images that syncs and events told of, by repository and tag",
        )
        .with(query(
            "search",
            schemas::text(),
            "A part of `repository:tag`, or what the digest begins with.",
        ))
        .with(query(
            "state",
            schemas::image_state(),
            "Only those in this state.",
        ))
        .with(limit())
        .with(cursor())
        .answering(ok("The page.", images)),
        post(
            "/v1/projects/{project}/connections/{id}/sync",
            "sync",
            "Read the registry into the inventory, or go on with it, for some ten seconds",
        )
        .needing(InProject(Write))
        .answering(ok("It has ended.", sync.clone()))
        .answering(success(
            202,
            "It has not ended: call again, or wait for the clock to go on with it.",
            sync,
        )),
        get(
            "/v1/projects/{project}/connections/{id}/sync",
            "readSync",
            "The sync that is running, the last that ended, and when the next begins",
        )
        .answering(ok("How it stands.", sync_status)),
        get(
            "/v1/projects/{project}/connections/{id}/audit",
            "readAudit",
            "Who did what, when, from where; the latest first",
        )
        .with(limit())
        .with(cursor())
        .answering(ok("The page.", entries.clone())),
        get(
            "/v1/projects/{project}/connections/{id}/dockerconfig",
            "handOut",
            "What a job pulls with",
        )
        .needing(InProject(Permission::Use))
        .with(format())
        .answering(handed_out())
        .asking(),
        get(
            "/v1/projects/{project}/dockerconfig",
            "handOutForImage",
            "What a job pulls an image with",
        )
        .needing(InProject(Permission::Use))
        .with(image())
        .with(format())
        .answering(handed_out())
        .asking(),
        get(
            "/v1/projects/{project}/resolve",
            "resolveImage",
            "The connection that an image is pulled with",
        )
        .with(image())
        .answering(ok("The connection.", connection).header(ETAG)),
        get(
            "/v1/projects/{project}/settings",
            "readSettings",
            "What holds for all connections of a project",
        )
        .answering(ok("The settings.", settings.clone()).header(ETAG)),
        operation(
            Method::PUT,
            "/v1/projects/{project}/settings",
            "changeSettings",
            "Change it",
        )
        .needing(InProject(Write))
        .with(if_match(true))
        .taking(schemas::named("SettingsRequest"))
        .answering(ok("They are changed.", settings).header(ETAG))
        .failing(&[PreconditionRequired, PreconditionFailed]),
        get(
            "/v1/projects/{project}/settings/audit",
            "readSettingsAudit",
            "Who changed the settings, when, from where; the latest first",
        )
        .with(limit())
        .with(cursor())
        .answering(ok("The page.", entries)),
        post(
            "/v1/admin/reseal",
            "reseal",
            "Reseal a page of all connections with the first key; again with `next` until there is none",
        )
        .needing(Anywhere(Permission::Admin))
        .with(limit())
        .with(cursor())
        .answering(ok("What was done, and how far it is.", resealing)),
        post(
            "/v1/sync/due",
            "doDue",
            "Do what is due: daily pulls and checks; again while there is `more`",
        )
        .needing(Anywhere(Permission::Sync))
        .answering(ok("What was done.", due)),
    ];
    operations.extend(scans::all(&mut of));
    operations
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

/// A notification in any vendor's format, and in any media type.
fn received(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    post(path, id, summary)
        .needing(Nobody)
        .taking(json!({}))
        .answering(success(
            202,
            "How much of it is seen to.",
            schemas::named("ReceivedEvents"),
        ))
        .failing(&[NotFound, RateLimited])
}

fn handed_out() -> Success {
    let schema =
        json!({ "anyOf": [schemas::named("DockerConfig"), schemas::named("KubernetesSecret")] });
    let expires = (
        "Bowline-Expires-At",
        "When the password ends, where that is known.",
    );
    ok("The file, as `format` asks for it.", schema).header(expires)
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
