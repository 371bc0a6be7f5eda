//! How each operation is asked rightly, and what can be wrong with that. A new operation has its row in [`right`], and
//! one in [`SOMEWHERE`] for each status that is its own.

use super::super::{events::events, *};
use super::sending::{Before, LEASE, Sending, URL, World};

const IMAGE: &str =
    "team/app@sha256:0000000000000000000000000000000000000000000000000000000000000001";

/// What is wrong, with which operation where it is not any, and what is answered.
pub(super) struct Wrong {
    pub(super) operation: &'static str,
    pub(super) what: &'static str,
    pub(super) make: fn(&mut Sending),
    pub(super) status: u16,
    pub(super) code: &'static str,
}

/// Makes a table: one row is one wrong request.
macro_rules! wrongs {
    ($($operation:ident, $what:literal, $it:ident => $make:expr, $status:literal, $code:literal;)+) => {
        &[$(Wrong {
            operation: stringify!($operation),
            what: $what,
            make: |$it| $make,
            status: $status,
            code: $code,
        },)+]
    };
}

/// What can be wrong with any request: to an operation that it does not concern, it makes no difference.
pub(super) const ANYWHERE: &[Wrong] = wrongs! {
    any, "token missing", it => it.has_token = false, 401, "auth.missing";
    any, "token of others", it => it.header("authorization", "Bearer e30.e30.e30"), 401, "auth.invalid";
    any, "issuer", it => it.world = World::Keyless, 503, "auth.unavailable";
    any, "permissions", it => it.permissions.clear(), 403, "permission.missing";
    any, "project", it => it.projects = vec!["other"], 404, "not_found";
    any, "connection", it => it.is_known = false, 404, "not_found";
    any, "query", it => it.and("surprise=1"), 400, "query.malformed";
    any, "Accept", it => it.header("accept", "text/html"), 406, "accept.unsupported";
    any, "Content-Type", it => it.header("content-type", "text/plain"), 415, "media_type.unsupported";
    any, "body", it => it.body = "[]".to_owned(), 400, "body.malformed";
    any, "long body", it => it.body = " ".repeat(1024 * 1024 + 1), 413, "body.too_large";
    any, "key", it => it.header("idempotency-key", "a b"), 400, "idempotency_key.malformed";
    any, "used key", it => it.before = Before::KeyUsed, 409, "idempotency_key.reused";
    any, "key in use", it => it.before = Before::KeyInUse, 409, "idempotency_key.in_progress";
    any, "If-Match", it => drop(it.headers.remove("if-match")), 428, "precondition.required";
    any, "variables", it => it.world = World::Unconfigured, 503, "config.sealing_keys";
    any, "busy database", it => it.world = World::Busy, 503, "store.busy";
    any, "broken database", it => it.world = World::Broken, 500, "internal";
};

/// What can be wrong with one operation, or else be answered to it.
pub(super) const SOMEWHERE: &[Wrong] = wrongs! {
    checkForm, "project", it => it.json(&json!({ "form": new(), "project": "other" })), 404, "not_found";
    checkForm, "form", it => it.says(422, "form.invalid"), 422, "form.invalid";
    checkForm, "checks", it => it.before = Before::Checks, 429, "rate.limited";
    createConnection, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    createConnection, "form", it => it.json(&form("b", "")), 422, "form.invalid";
    createConnection, "name", it => it.json(&form("a", "https://b.example.com")), 409, "name.taken";
    validateForm, "bytes", it => it.is_long(), 429, "rate.limited";
    createConnection, "quota", it => it.has_patterns(), 422, "quota.exceeded";
    editConnection, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    editConnection, "quota", it => it.repolicies(), 422, "quota.exceeded";
    createConnection, "endpoint", it => it.json(&form("b", URL)), 409, "endpoint.taken";
    createConnection, "check", it => it.fails_its_check(), 422, "check.failed";
    createConnection, "checks", it => it.is_checked_after(Before::Checks), 429, "rate.limited";
    createConnection, "no endpoint", it => it.locates(200, ""), 422, "endpoint.unresolved";
    createConnection, "refusal", it => it.locates(422, "auth.rejected"), 422, "auth.rejected";
    createConnection, "failure", it => it.locates(502, "tls.failed"), 502, "tls.failed";
    editConnection, "name", it => it.takes_the_name(), 409, "name.taken";
    editConnection, "policy", it => it.json(&json!({ "policy": { "mode": "x" } })), 422, "form.invalid";
    editConnection, "version", it => it.header("if-match", "\"7\""), 412, "precondition.failed";
    deleteConnection, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    deleteConnection, "use", it => it.query.clear(), 409, "connection.in_use";
    replaceCredentials, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    replaceCredentials, "form", it => it.json(&json!({ "auth": "oauth2", "values": {} })), 422, "form.invalid";
    replaceCredentials, "endpoint", it => it.json(&form("a", "https://b.example.com")), 409, "endpoint.immutable";
    replaceCredentials, "version", it => it.header("if-match", "\"7\""), 412, "precondition.failed";
    replaceCredentials, "check", it => it.fails_its_check(), 422, "check.failed";
    replaceCredentials, "checks", it => it.is_checked_after(Before::Checks), 429, "rate.limited";
    checkConnection, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    checkConnection, "form", it => it.says(422, "form.invalid"), 422, "form.invalid";
    checkConnection, "checks", it => it.before = Before::Checks, 429, "rate.limited";
    listRepositories, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    listRepositories, "requests", it => it.before = Before::Requests, 429, "rate.limited";
    listRepositories, "refusal", it => it.says(422, "auth.rejected"), 422, "auth.rejected";
    listRepositories, "failure", it => it.says(502, "tls.failed"), 502, "tls.failed";
    listTags, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    listTags, "requests", it => it.before = Before::Requests, 429, "rate.limited";
    listTags, "refusal", it => it.says(422, "auth.rejected"), 422, "auth.rejected";
    listTags, "failure", it => it.says(502, "tls.failed"), 502, "tls.failed";
    listTagsOf, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    listTagsOf, "repository", it => it.query.clear(), 400, "query.malformed";
    listTagsOf, "requests", it => it.before = Before::Requests, 429, "rate.limited";
    listTagsOf, "refusal", it => it.says(422, "auth.rejected"), 422, "auth.rejected";
    listTagsOf, "failure", it => it.says(502, "tls.failed"), 502, "tls.failed";
    previewSelection, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    previewSelection, "policy", it => it.json(&json!({ "policy": { "mode": "x" } })), 422, "form.invalid";
    previewSelection, "requests", it => it.before = Before::Requests, 429, "rate.limited";
    previewSelection, "refusal", it => it.says(422, "auth.rejected"), 422, "auth.rejected";
    previewSelection, "failure", it => it.says(502, "tls.failed"), 502, "tls.failed";
    declareUse, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    declareUse, "uses", it => it.before = Before::Uses, 409, "uses.too_many";
    receiveEvents, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    receiveEvents, "events", it => it.before = Before::Events, 429, "rate.limited";
    receiveEventsOfPath, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    receiveEventsOfPath, "events", it => it.before = Before::Events, 429, "rate.limited";
    handOut, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    handOut, "format", it => it.and("format=yaml"), 400, "query.malformed";
    handOut, "requests", it => it.before = Before::Requests, 429, "rate.limited";
    handOut, "refusal", it => it.says(422, "auth.rejected"), 422, "auth.rejected";
    handOut, "failure", it => it.says(502, "tls.failed"), 502, "tls.failed";
    handOutForImage, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    handOutForImage, "image", it => it.query.clear(), 400, "query.malformed";
    handOutForImage, "requests", it => it.before = Before::Requests, 429, "rate.limited";
    handOutForImage, "refusal", it => it.says(422, "auth.rejected"), 422, "auth.rejected";
    handOutForImage, "failure", it => it.says(502, "tls.failed"), 502, "tls.failed";
    resolveImage, "image", it => it.query.clear(), 400, "query.malformed";
    listScans, "state", it => it.and("state=gone"), 400, "query.malformed";
    requestScans, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    requestScans, "requests", it => it.before = Before::Requests, 429, "rate.limited";
    requestScans, "images", it => it.json(&json!({ "images": [] })), 400, "body.malformed";
    leaseScans, "limit", it => it.json(&json!({ "scanner": "s-1", "limit": 0 })), 400, "body.malformed";
    leaseScans, "project", it => it.json(&json!({ "scanner": "s-1", "projects": ["other"] })), 404, "not_found";
    finishScan, "lease", it => it.json(&json!({ "lease": "0", "outcome": "passed" })), 409, "lease.lost";
    listImages, "state", it => it.and("state=lost"), 400, "query.malformed";
    sync, "provider", it => it.before = Before::NewerProvider, 503, "provider.unknown";
    sync, "requests", it => it.before = Before::Requests, 429, "rate.limited";
    sync, "no end", it => it.says(422, "rate.limited"), 202, "";
    changeNotices, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    changeNotices, "url", it => it.json(&json!({ "url": "hooks", "kinds": ["sync.failed"] })), 400, "body.malformed";
    changeSettings, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    changeSettings, "version", it => it.header("if-match", "\"7\""), 412, "precondition.failed";
    endUse, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    renewEventSecret, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    endEvents, "changes", it => it.before = Before::Changes, 429, "rate.limited";
    endNotices, "changes", it => it.before = Before::Changes, 429, "rate.limited";
};

/// How each operation is asked rightly: its query, its body where it has one, and what the private service says.
pub(super) fn right() -> Vec<(&'static str, &'static str, Value, Value)> {
    let none = || Value::Null;
    let listing = || json!({ "items": [], "complete": true, "next": null });
    let login = || json!({ "login": null });
    let checked = || check_json(true, "login", Value::Null);
    let image = "?image=registry.example.com/team/app:v1";
    let rotated = json!({ "values": { "username": "ada", "password": "n3w-w0rd-of-ada" } });
    vec![
        ("listProviders", "", none(), none()),
        ("readDescription", "", none(), none()),
        ("readHealth", "", none(), none()),
        ("readService", "", none(), none()),
        ("validateForm", "", new(), none()),
        ("checkForm", "", json!({ "form": new() }), checked()),
        ("listConnections", "", none(), none()),
        ("createConnection", "", new(), none()),
        ("readConnection", "", none(), none()),
        ("editConnection", "", json!({ "description": "d" }), none()),
        ("deleteConnection", "?force=true", none(), none()),
        ("replaceCredentials", "", rotated, none()),
        ("checkConnection", "", json!({}), checked()),
        ("listRepositories", "", none(), listing()),
        ("listTags", "", none(), listing()),
        ("listTagsOf", "?repository=team/app", none(), listing()),
        (
            "previewSelection",
            "",
            json!({}),
            json!({ "images": [], "complete": true }),
        ),
        (
            "declareUse",
            "",
            json!({ "until": "2999-01-01T00:00:00Z" }),
            none(),
        ),
        ("endUse", "", none(), none()),
        ("readEventAddress", "", none(), none()),
        ("renewEventSecret", "", none(), none()),
        ("endEvents", "", none(), none()),
        ("receiveEvents", "", events(&[]), none()),
        ("receiveEventsOfPath", "", events(&[]), none()),
        ("readAudit", "", none(), none()),
        ("handOut", "", none(), login()),
        ("handOutForImage", image, none(), login()),
        ("resolveImage", image, none(), none()),
        ("readNotices", "", none(), none()),
        (
            "changeNotices",
            "",
            json!({ "url": "https://hooks.example.com/x", "kinds": ["sync.failed"] }),
            none(),
        ),
        ("endNotices", "", none(), none()),
        ("readSettings", "", none(), none()),
        ("changeSettings", "", json!({}), none()),
        ("readSettingsAudit", "", none(), none()),
        ("exportAudit", "", none(), none()),
        ("reseal", "", none(), none()),
        ("listScans", "", none(), none()),
        ("requestScans", "", json!({ "images": [IMAGE] }), none()),
        ("listScanners", "", none(), none()),
        ("leaseScans", "", json!({ "scanner": "s-1" }), none()),
        (
            "finishScan",
            "",
            json!({ "lease": LEASE, "outcome": "passed" }),
            none(),
        ),
        ("listImages", "", none(), none()),
        (
            "sync",
            "",
            none(),
            json!({ "items": [], "cursor": null, "complete": true, "requests": 1 }),
        ),
        ("readSync", "", none(), none()),
        ("doDue", "", none(), none()),
    ]
}

/// A form of a connection that is not there yet.
fn new() -> Value {
    form("c", "https://c.example.com")
}

impl Sending {
    /// The check that comes before does not succeed.
    fn fails_its_check(&mut self) {
        self.is_checked_after(Before::Nothing);
        self.said = Some((200, check_json(false, "reach", auth_rejected())));
    }

    fn is_checked_after(&mut self, before: Before) {
        self.and("verify=true");
        self.before = before;
    }

    /// The project has as many patterns as it may.
    fn has_patterns(&mut self) {
        self.before = Before::Patterns;
        let mut form = new();
        form["policy"] = json!({ "include": ["alpine"] });
        self.json(&form);
    }

    fn repolicies(&mut self) {
        self.before = Before::Patterns;
        self.json(&json!({ "policy": { "include": ["alpine"] } }));
    }

    /// The form is long, and so were those that the caller had validated before.
    fn is_long(&mut self) {
        self.before = Before::Validated;
        self.body.push_str(&" ".repeat(9000));
    }

    fn takes_the_name(&mut self) {
        self.before = Before::Another;
        self.json(&json!({ "name": "b" }));
    }

    /// The form leaves the endpoint to the provider, which is asked: with 200 it names one that is not its own.
    fn locates(&mut self, status: u16, code: &str) {
        self.json(&json!({ "provider": "amazon-ecr", "name": "prod", "auth": "access-key", "values": {
            "region": "eu-west-1", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": "x".repeat(40) } }));
        self.said = Some((
            status,
            json!({ "endpoint": URL, "status": status, "code": code }),
        ));
    }
}
