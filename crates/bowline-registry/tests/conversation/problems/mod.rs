//! Every problem that a registry of these providers can give, one case a line.

use std::collections::BTreeSet;

use bowline::form::{ConnectionSpec, Purpose};
use bowline_registry::{Code, Operator, SendError, networks_are_blocked, repositories};
use bytes::Bytes;

use crate::{
    double::{Body, Reply, world},
    registry::*,
};

mod reasons;
mod words;

const PING: &str = "GET https://registry.example.com/v2/";
const V1_PING: &str = "GET https://registry.example.com/v1/_ping";
const CATALOG: &str = "GET https://registry.example.com/v2/_catalog";
const TAGS: &str = "GET https://registry.example.com/v2/team/app/tags";
const MANIFEST: &str = "GET https://registry.example.com/v2/team/app/manifests";
const BLOB: &str = "GET https://registry.example.com/v2/team/app/blobs";
const TOKEN: &str = "GET https://auth.example.com/token";

struct Case {
    name: &'static str,
    fake: Fake,
    spec: ConnectionSpec,
    image: Option<&'static str>,
    /// The steps, the code, and the field.
    expected: (&'static str, &'static str, Option<&'static str>),
}

/// A case with the right password and no image.
fn case(
    name: &'static str,
    fake: Fake,
    steps: &'static str,
    code: &'static str,
    field: Option<&'static str>,
) -> Case {
    Case {
        name,
        fake,
        spec: password(),
        image: None,
        expected: (steps, code, field),
    }
}

impl Case {
    fn image(self) -> Self {
        self.image_named("team/app:1")
    }

    fn image_named(mut self, image: &'static str) -> Self {
        self.image = Some(image);
        self
    }

    fn spec(mut self, spec: ConnectionSpec) -> Self {
        self.spec = spec;
        self
    }
}

fn error(status: u16, code: &str) -> Reply {
    Reply::status(status).text(format!(
        r#"{{"errors":[{{"code":"{code}","message":"in the server's words"}}]}}"#
    ))
}

fn challenge(value: &str) -> Reply {
    Reply::status(401)
        .with("www-authenticate", value)
        .with("docker-distribution-api-version", "registry/2.0")
}

fn wrong_password() -> ConnectionSpec {
    let values = [
        ("url", "registry.example.com"),
        ("username", "scanner"),
        ("password", "wrong-one"),
    ];
    spec("docker-registry", "password", &values, &[])
}

fn push() -> ConnectionSpec {
    ConnectionSpec {
        purpose: Purpose::Push,
        ..password()
    }
}

/// A connection of version 1, without the image that its form asks for.
fn unsearchable() -> ConnectionSpec {
    let spec = parsed(serde_json::json!({
        "provider": "docker-registry-v1", "name": "test", "image": "team/app:1",
        "values": { "url": "registry.example.com", "username": "scanner", "password": PASSWORD },
    }));
    ConnectionSpec {
        image: String::new(),
        ..spec
    }
}

fn expired() -> ConnectionSpec {
    ConnectionSpec {
        expires_at: Some(1_600_000_000_000),
        ..wrong_password()
    }
}

fn token_as_password(ends: u64) -> ConnectionSpec {
    let token = jwt(&format!(r#"{{"exp":{ends}}}"#));
    let values = [
        ("url", "registry.example.com"),
        ("username", "scanner"),
        ("password", &token),
    ];
    spec("docker-registry", "password", &values, &[])
}

fn ended_token() -> ConnectionSpec {
    token_as_password(1_600_000_000)
}

const ASKS_TOKEN: &str =
    r#"Bearer realm="https://auth.example.com/token",service="registry.example.com""#;

fn ended_oauth2() -> ConnectionSpec {
    let token = jwt(r#"{"exp":1600000000}"#);
    let values = [("url", "registry.example.com"), ("token", &token)];
    spec("docker-registry", "oauth2", &values, &[])
}

fn fails(error: SendError) -> Fake {
    Fake::basic().instead(PING, Reply::Fail(error))
}

fn pings(reply: Reply) -> Fake {
    // The version 1 ping finds nothing.
    Fake::basic()
        .instead("GET https://registry.example.com/v1/", Reply::status(404))
        .instead(PING, reply)
}

fn realm(realm: &'static str) -> Fake {
    Fake::new(Login::Bearer {
        realm,
        grants: &["pull"],
    })
}

fn tokens(reply: Reply) -> Fake {
    Fake::bearer().instead(TOKEN, reply)
}

fn cases() -> Vec<Case> {
    const URL: Option<&str> = Some("values.url");
    const PASSWORD: Option<&str> = Some("values.password");
    const IMAGE: Option<&str> = Some("image");
    const TRUSTED: Option<&str> = Some("trustedAuthHosts");
    let plain = "GET http://registry.example.com:443/v2/";
    let tls = |reply| fails(SendError::Tls).instead(plain, reply);
    vec![
        // Reaching it.
        case("unknown name", fails(SendError::Dns), "F-----", "dns.not_found", URL),
        case("refused by the runtime", fails(SendError::Prohibited), "F-----", "address.not_allowed", URL),
        case("refused by the guard", Fake::basic(), "F-----", "address.not_allowed", URL).spec(password_at("http://registry.example.com")),
        case("a private address", Fake::basic(), "F-----", "address.not_allowed", URL).spec(password_at("https://10.0.0.5")),
        case("refused port", fails(SendError::Refused), "F-----", "connect.refused", URL),
        case("no connection in time", Fake::basic().instead(PING, Reply::TimeOut(SendError::ConnectTimeout)).instead(plain, Reply::TimeOut(SendError::ConnectTimeout)), "F-----", "connect.timeout", URL),
        case("no answer in time", Fake::basic().instead(PING, Reply::TimeOut(SendError::ReadTimeout)).instead(plain, Reply::Fail(SendError::Refused)), "F-----", "answer.timeout", None),
        case("no answer at all", Fake::basic().instead(PING, Reply::Hang), "F-----", "deadline.exceeded", None),
        case("TLS fails", tls(Reply::Fail(SendError::Closed)), "F-----", "tls.failed", URL),
        case("TLS fails, and http answers 400", tls(Reply::status(400)), "F-----", "tls.failed", URL),
        case("TLS fails, and http redirects", tls(Reply::status(301).with("location", "https://registry.example.com/")), "F-----", "tls.failed", URL),
        case("the certificate is not trusted", fails(SendError::Certificate), "F-----", "tls.certificate", URL),
        case("plain HTTP on the port", tls(Reply::status(401)), "F-----", "tls.plain_http", URL),
        case("plain HTTP that closes on TLS", fails(SendError::Closed).instead(plain, Reply::json("{}")), "F-----", "tls.plain_http", URL),
        case("plain HTTP that waits for more", Fake::basic().instead(PING, Reply::TimeOut(SendError::ReadTimeout)).instead(plain, Reply::json("{}")), "F-----", "tls.plain_http", URL),
        case("plain HTTP that waits for more, as the host tells", Fake::basic().instead(PING, Reply::TimeOut(SendError::ConnectTimeout)).instead(plain, Reply::status(401)), "F-----", "tls.plain_http", URL),
        case("no HTTP", fails(SendError::Malformed).instead(plain, Reply::Fail(SendError::Malformed)), "F-----", "answer.malformed", None),
        case("headers without end", fails(SendError::TooLarge), "F-----", "answer.too_large", None),
        case("the client fails", fails(SendError::Internal), "F-----", "server.error", None),
        case("the network is refused", pings(error(403, "DENIED")), "F-----", "network.denied", None),
        // Whether it is a registry.
        case("a web page", pings(Reply::status(200).text("<html>hello</html>")), "F-----", "answer.not_registry", URL),
        case("nothing there", pings(Reply::status(404)), "F-----", "answer.not_registry", URL),
        case("forbidden", pings(Reply::status(403)), "F-----", "answer.not_registry", URL),
        case("401 of something else", pings(Reply::status(401).text("<html>")), "F-----", "answer.not_registry", URL),
        case("an odd status", pings(Reply::status(418)), "F-----", "answer.not_registry", URL),
        case("version 1 only", Fake::basic().instead("GET https://registry.example.com/v1/_ping", Reply::json("true")).instead(PING, Reply::status(404)), "F-----", "answer.v1_only", URL),
        case("a broken ping", pings(Reply::json("{}").body(Body::Broken(Bytes::from_static(b"{"), SendError::Closed))).instead(plain, Reply::Fail(SendError::Closed)), "F-----", "answer.malformed", None),
        case("a compressed ping", pings(Reply::json("{}").with("content-encoding", "gzip")), "F-----", "answer.encoded", None),
        case("too many requests", pings(Reply::status(429)), "F-----", "rate.limited", None),
        case("the server fails", pings(Reply::status(503)), "F-----", "server.error", None),
        case("a redirect to another registry", pings(Reply::status(301).with("location", "https://other.example.net/v2/")).instead("GET https://other.example.net/v2/", Reply::status(401).with("www-authenticate", "Basic realm=x")), "F-----", "redirect.not_allowed", URL),
        case("a redirect to a private address", pings(Reply::status(302).with("location", "https://169.254.169.254/")), "F-----", "address.not_allowed", URL),
        case("a redirect to plain HTTP", pings(Reply::status(302).with("location", "http://registry.example.com/v2/")), "F-----", "redirect.not_allowed", URL),
        case("a redirect to itself", pings(Reply::status(302).with("location", "/v2/")), "F-----", "redirect.not_allowed", URL),
        case("a redirect to nowhere", pings(Reply::status(302)), "F-----", "redirect.not_allowed", URL),
        // Logging in.
        case("a login without a way", pings(challenge("").with("x", "y")), "PF----", "challenge.missing", None),
        case("a login of another kind", pings(challenge("Negotiate")), "PF----", "challenge.unsupported", None),
        case("a Bearer challenge without a realm", pings(challenge("Bearer service=x")), "PF----", "challenge.unsupported", None),
        case("a wrong password, Basic", Fake::basic(), "PF----", "auth.rejected", PASSWORD).spec(wrong_password()),
        case("a wrong password, Bearer", Fake::bearer(), "PF----", "auth.rejected", PASSWORD).spec(wrong_password()),
        case("no login where one is wanted, Basic", Fake::basic(), "PF----", "auth.rejected", Some("auth")).spec(anonymous()),
        case("no login where one is wanted, Bearer", tokens(Reply::status(401)), "PF----", "auth.rejected", Some("auth")).spec(anonymous()),
        case("403 of the token service", tokens(error(403, "DENIED")), "PF----", "auth.rejected", PASSWORD),
        case("the password is a token that has ended", Fake::basic(), "PF----", "auth.expired", PASSWORD).spec(ended_token()),
        case("a token as a password that has not ended", Fake::basic(), "PF----", "auth.rejected", PASSWORD).spec(token_as_password(1_800_000_000)),
        case("locked out by Quay", tokens(Reply::status(429).text(r#"{"error":"Too many login attempts. Please reset your Quay password and try again."}"#)), "PF----", "auth.locked", PASSWORD),
        case("the form says it has expired", Fake::basic(), "PF----", "auth.expired", PASSWORD).spec(expired()),
        case("a token as a password that has ended, Bearer", Fake::bearer(), "PF----", "auth.expired", PASSWORD).spec(ended_token()),
        case("a token that has ended", Fake::bearer().instead(PING, challenge(ASKS_TOKEN)), "PF----", "auth.expired", Some("values.token")).spec(ended_oauth2()),
        case("the token service says it has expired", tokens(Reply::status(401).text(r#"{"details":"personal access token is expired"}"#)), "PF----", "auth.expired", PASSWORD),
        case("locked", tokens(Reply::status(401).text(r#"{"message":"Account is locked"}"#)), "PF----", "auth.locked", PASSWORD),
        case("locked, as 429", tokens(Reply::status(429).text(r#"{"message":"too many failed login attempts"}"#)), "PF----", "auth.locked", PASSWORD),
        case("the token service is busy", tokens(Reply::status(429)), "PF----", "rate.limited", None),
        case("the token service fails", tokens(Reply::status(500)), "PF----", "server.error", None),
        case("a foreign realm", realm("https://auth.example.net/token"), "PF----", "realm.not_trusted", TRUSTED),
        case("a realm without TLS", realm("http://registry.example.com/token"), "PF----", "realm.not_trusted", None),
        case("a realm with userinfo", realm("https://a@registry.example.com/token"), "PF----", "realm.not_trusted", None),
        case("a redirected login", tokens(Reply::status(302).with("location", "https://evil.example.net/")), "PF----", "redirect.not_allowed", None),
        case("a token page", tokens(Reply::status(200).text("<html>")), "PF----", "answer.malformed", None),
        case("no token in it", tokens(Reply::json(r#"{"token":""}"#)), "PF----", "answer.malformed", None),
        case("a token that breaks the header", tokens(Reply::json(r#"{"token":"a\r\nX: y"}"#)), "PF----", "answer.malformed", None),
        case("an endless token", tokens(Reply::json("").body(Body::Endless(Bytes::from(vec![b'x'; 9000]), std::time::Duration::ZERO))), "PF----", "answer.too_large", None),
        // Listing.
        case("a link to another host", Fake::basic().instead(CATALOG, Reply::json(r#"{"repositories":[]}"#).with("link", "<https://evil.example.net/>; rel=next")), "PPF---", "link.not_allowed", None),
        case("a token that the registry does not take", Fake::bearer().instead(CATALOG, challenge(r#"Bearer realm="https://auth.example.com/token",service="registry.example.com",error="invalid_token""#)), "PPF---", "auth.rejected", PASSWORD),
        case("tags for others", Fake::basic().instead(TAGS, error(403, "DENIED")), "PPPF--", "permission.pull_missing", IMAGE),
        // Pulling.
        case("unknown tag", Fake::basic(), "PP--F-", "image.unknown", IMAGE).image_named("team/app:2"),
        case("unknown repository", Fake::basic(), "PP--F-", "image.unknown", IMAGE).image_named("team/other:1"),
        case("unknown repository without a tag", Fake::basic(), "PP-F--", "image.unknown", IMAGE).image_named("team/other"),
        case("an image of another registry", Fake::basic(), "----F-", "image.unknown", IMAGE).image_named("quay.io/a/b:1"),
        case("no right to pull, Bearer", Fake::bearer().instead(MANIFEST, challenge(r#"Bearer realm="https://auth.example.com/token",service="registry.example.com",error="insufficient_scope""#)), "PP--F-", "permission.pull_missing", IMAGE).image(),
        case("no right to pull, Basic", Fake::basic().instead(MANIFEST, error(403, "DENIED")), "PP--F-", "permission.pull_missing", IMAGE).image(),
        case("no right to pull, anonymous", Fake::bearer().instead(MANIFEST, error(401, "UNAUTHORIZED")), "PP--F-", "permission.pull_missing", IMAGE).image().spec(anonymous()),
        case("no right to the blob", Fake::basic().instead(BLOB, error(403, "DENIED")), "PP--PF", "permission.pull_missing", IMAGE).image(),
        case("no right to push", Fake::bearer(), "PP--PF", "permission.push_missing", IMAGE).image().spec(push()),
        case("a token for pushing is refused", tokens(error(403, "DENIED")), "PF----", "auth.rejected", PASSWORD).image().spec(push()),
        case("the pull limit", Fake::basic().instead(MANIFEST, Reply::status(429).text("toomanyrequests")), "PP--F-", "rate.limited", None).image(),
        case("schema 1", Fake::basic().instead(MANIFEST, Reply::json(r#"{"schemaVersion":1}"#)), "PP--F-", "manifest.unsupported", IMAGE).image(),
        case("schema 1, drawn", Fake::basic().instead(MANIFEST, Reply::json(r#"{"schemaVersion":1}"#)), "PPPPF-", "manifest.unsupported", IMAGE),
        case("a manifest of another digest", Fake::basic().instead(MANIFEST, Reply::json(manifest()).with("docker-content-digest", digest("x"))), "PP--F-", "digest.mismatch", IMAGE).image(),
        case("a blob of another digest", Fake::basic().instead(BLOB, Reply::status(200).text("x")), "PP--PF", "digest.mismatch", IMAGE).image(),
        case("a huge manifest", Fake::basic().instead(MANIFEST, Reply::json("{}").with("content-length", "5000000")), "PP--F-", "answer.too_large", None).image(),
        case("a compressed blob", Fake::basic().instead(BLOB, Reply::status(200).text(CONFIG).with("content-encoding", "br")), "PP--PF", "answer.encoded", None).image(),
        case("a lost blob", Fake::basic().instead(BLOB, error(404, "BLOB_UNKNOWN")), "PP--PF", "image.unknown", IMAGE).image(),
        case("the blob store is private", Fake::basic().instead(BLOB, Reply::status(307).with("location", "https://10.0.0.9/x")), "PP--PF", "address.not_allowed", URL).image(),
        case("nothing named where nothing can be searched", Fake::basic().instead(V1_PING, Reply::json("true")), "PP--F-", "image.required", IMAGE).spec(unsearchable()),
        // Before anything.
        case("no address", Fake::basic(), "-F----", "endpoint.unresolved", URL).spec(ConnectionSpec { endpoint: None, ..password() }),
    ]
}

#[tokio::test]
async fn every_problem_is_named() {
    let mut wrong = Vec::new();
    for case in cases() {
        let world = case.fake.world();
        let check = run(&world, &Operator::default(), &case.spec, case.image).await;
        let field = check
            .problem
            .as_ref()
            .and_then(|problem| problem.field.as_deref());
        let found = (statuses(&check), code(&check), field);
        let (steps, code, expected_field) = case.expected;
        if (found.0.as_str(), found.1, found.2) != (steps, code, expected_field) {
            wrong.push(format!(
                "{}: {found:?} instead of {:?}; {:?}",
                case.name, case.expected, check.problem
            ));
        }
        let problem = check.problem.expect("every case is a problem");
        assert!(
            !problem.detail.is_empty() && !problem.title.is_empty() && !problem.hint.is_empty(),
            "{}",
            case.name
        );
        for origin in trusted_with_credentials(&world.http) {
            let own = ["https://registry.example.com", "https://auth.example.com"];
            assert!(
                own.contains(&origin.as_str()),
                "{}: credentials went to {origin}",
                case.name
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the tests of this crate reach: the codes of the cases as they are found, and those that no check of one
/// registry can find.
#[tokio::test]
async fn every_code_is_reached() {
    let operator = Operator::default();
    let mut reached = BTreeSet::new();
    for case in cases() {
        let check = run(&case.fake.world(), &operator, &case.spec, case.image).await;
        reached.extend(check.problem.map(|problem| problem.code));
    }
    // A check goes on without a catalog; a listing does not.
    let unlisted = Fake::basic().instead(CATALOG, Reply::status(404)).world();
    let listing = repositories(&unlisted, &operator, &password()).await;
    reached.extend(listing.err().map(|problem| problem.code));
    // Only an operator's permission brings plain HTTP about.
    let operator_of_http = Operator::parse("", "registry.example.com", "").unwrap();
    let tls = Reply::status(400).text("Client sent an HTTP request to an HTTPS server.");
    let world_with_tls = Fake::basic()
        .instead("GET http://registry.example.com/v2/", tls)
        .world();
    let check = run(
        &world_with_tls,
        &operator_of_http,
        &password_at("http://registry.example.com"),
        None,
    )
    .await;
    reached.extend(check.problem.map(|problem| problem.code));
    // The caller of a check says so, and does not check.
    let unblocked = world(|_| Reply::status(200));
    if !networks_are_blocked(&unblocked.http, &operator).await {
        reached.insert(Code::NetworksNotBlocked);
    }
    let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    assert_eq!(reached, all);
}
