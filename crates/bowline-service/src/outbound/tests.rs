use std::{
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bowline_registry::{HttpClient, Random, Request, ResponseBody, SendError};
use http::header;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::*;

mod inventory;

/// An HTTP client that blocks private networks or not, finds one name, and keeps where it was sent, with the body.
struct Client {
    blocks: bool,
    sent: Arc<Mutex<Vec<String>>>,
}

/// A body in one piece.
struct Whole(Option<Bytes>);

impl ResponseBody for Whole {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SendError> {
        Ok(self.0.take())
    }
}

impl HttpClient for Client {
    type Body = Whole;

    async fn send(
        &self,
        request: Request,
        _timeout: Duration,
    ) -> Result<http::Response<Whole>, SendError> {
        let body = String::from_utf8(request.body.to_vec()).unwrap();
        let line = format!("{} {body}", request.url);
        self.sent.lock().unwrap().push(line.trim_end().to_owned());
        let host = request.url.host_str().unwrap_or_default();
        let is_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        match (host, self.blocks) {
            (_, true) if is_address => Err(SendError::Prohibited),
            (_, false) if is_address => Err(SendError::Refused),
            ("open.example.com", _) => Ok(inventory::open_registry(&request)),
            _ => Err(SendError::Dns),
        }
    }
}

struct Clock0;

impl Clock for Clock0 {
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn epoch_ms(&self) -> i64 {
        1_800_000_000_000
    }

    async fn sleep(&self, _duration: Duration) {
        std::future::pending().await
    }
}

struct Seven;

impl Random for Seven {
    fn next_u64(&self) -> u64 {
        7
    }
}

struct TestWorld {
    http: Client,
    clock: Clock0,
    random: Seven,
}

impl World for TestWorld {
    type Http = Client;
    type Clock = Clock0;
    type Random = Seven;

    fn http(&self) -> &Client {
        &self.http
    }

    fn clock(&self) -> &Clock0 {
        &self.clock
    }

    fn random(&self) -> &Seven {
        &self.random
    }
}

struct Setup {
    service: OutboundService<TestWorld>,
    sent: Arc<Mutex<Vec<String>>>,
}

fn hosts(private_hosts: &str, networks: &str) -> Variables {
    Variables {
        private_hosts: private_hosts.to_owned(),
        networks: networks.to_owned(),
        ..Variables::default()
    }
}

fn setup(blocks: bool, private_hosts: &str) -> Setup {
    setup_with(blocks, private_hosts, "")
}

fn setup_with(blocks: bool, private_hosts: &str, networks: &str) -> Setup {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let world = TestWorld {
        http: Client {
            blocks,
            sent: Arc::clone(&sent),
        },
        clock: Clock0,
        random: Seven,
    };
    Setup {
        service: OutboundService::new(world, &hosts(private_hosts, networks)),
        sent,
    }
}

/// What was sent beside the probes of networks.
fn beside_probes(sent: &Mutex<Vec<String>>) -> Vec<String> {
    let sent = sent.lock().unwrap();
    let is_probe = |line: &&String| line.ends_with(":1/");
    sent.iter()
        .filter(|line| !is_probe(line))
        .cloned()
        .collect()
}

fn form() -> Value {
    json!({ "provider": "docker-registry", "auth": "password",
            "values": { "url": "https://registry.example.com", "username": "ada", "password": "s3cret-value" } })
}

fn request(accept: &'static str, body: &Value) -> http::Request<Full<Bytes>> {
    request_to("check", accept, body)
}

fn request_to(errand: &str, accept: &'static str, body: &Value) -> http::Request<Full<Bytes>> {
    http::Request::post(format!("http://outbound.spin.internal/{errand}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, accept)
        .header("x-request-id", "r-1")
        .body(Full::new(Bytes::from(body.to_string())))
        .unwrap()
}

async fn text(answer: Response) -> String {
    String::from_utf8(
        answer
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .to_vec(),
    )
    .unwrap()
}

async fn problem(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(
        answer.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let body: Value = serde_json::from_str(&text(answer).await).unwrap();
    (status, body["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_check_is_answered_whole_or_as_events() {
    let Setup { service, sent } = setup(true, "");
    let answer = service
        .handle(request("application/json", &json!({ "form": form() })))
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    let length: usize = answer.headers()[header::CONTENT_LENGTH]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let whole = text(answer).await;
    assert_eq!(whole.len(), length);
    let check: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(check["ok"], false);
    assert_eq!(check["steps"].as_array().unwrap().len(), 6);

    let answer = service
        .handle(request("text/event-stream", &json!({ "form": form() })))
        .await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert!(!answer.headers().contains_key(header::CONTENT_LENGTH));
    let events = text(answer).await;
    assert_eq!(events.matches("event: step\n").count(), 6, "{events}");
    let (_, result) = events.rsplit_once("event: result\ndata: ").unwrap();
    assert_eq!(serde_json::from_str::<Value>(result).unwrap()["ok"], false);
    let probes = sent
        .lock()
        .unwrap()
        .iter()
        .filter(|url| *url == "http://127.0.0.1:1/")
        .count();
    assert_eq!(probes, 1, "one probe an instance is enough");
}

#[tokio::test]
async fn without_blocked_networks_nothing_is_sent() {
    let Setup { service, sent } = setup(false, "");
    let answer = service
        .handle(request("application/json", &json!({ "form": form() })))
        .await;
    assert_eq!(
        problem(answer).await,
        (503, "config.networks_not_blocked".to_owned())
    );
    assert_eq!(*sent.lock().unwrap(), ["http://127.0.0.1:1/"]);
    let answer = service
        .handle(request("text/event-stream", &json!({ "form": form() })))
        .await;
    assert_eq!(
        problem(answer).await,
        (503, "config.networks_not_blocked".to_owned())
    );
    // Naming a private host opens no network.
    let Setup { service, .. } = setup(false, "registry.corp");
    let answer = service
        .handle(request("application/json", &json!({ "form": form() })))
        .await;
    assert_eq!(
        problem(answer).await,
        (503, "config.networks_not_blocked".to_owned())
    );
    let Setup { service, .. } = setup_with(false, "", "platform");
    let answer = service
        .handle(request("application/json", &json!({ "form": form() })))
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_image_of_a_check_is_judged_as_the_forms_own() {
    let Setup { service, sent } = setup(true, "");
    let mut typed = form();
    typed["image"] = json!("Alpine:1");
    for body in [
        json!({ "form": form(), "image": "Alpine:1" }),
        json!({ "form": typed }),
    ] {
        let answer = service.handle(request("application/json", &body)).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        let finding = &problem["findings"][0];
        assert_eq!(problem["code"], "form.invalid", "{problem}");
        assert_eq!(
            (&finding["field"], &finding["suggestion"]),
            (&json!("image"), &json!("alpine:1")),
            "{problem}"
        );
    }
    assert!(sent.lock().unwrap().is_empty(), "nothing is asked");
    // It stands in for the form's own, which is not judged then.
    let body = json!({ "form": typed, "image": "team/app:1" });
    let answer = service.handle(request("application/json", &body)).await;
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_check_is_a_problem() {
    let Setup { service, sent } = setup(true, "");
    let cases = [
        (
            "an invalid form",
            json!({ "form": { "provider": "docker-registry", "name": "a" } }),
            (422, "form.invalid"),
        ),
        (
            "no form",
            json!({ "image": "alpine" }),
            (400, "body.malformed"),
        ),
        (
            "more than a form",
            json!({ "form": form(), "endpoint": "x" }),
            (400, "body.malformed"),
        ),
        ("no object", json!([]), (400, "body.malformed")),
        (
            "too much",
            json!({ "form": form(), "image": "x".repeat(LARGEST) }),
            (413, "body.too_large"),
        ),
    ];
    for (name, body, (status, code)) in cases {
        for accept in ["application/json", "text/event-stream"] {
            let answer = service.handle(request(accept, &body)).await;
            assert_eq!(
                problem(answer).await,
                (status, code.to_owned()),
                "{name}, {accept}"
            );
        }
    }
    let answer = service
        .handle(request("text/html", &json!({ "form": form() })))
        .await;
    assert_eq!(
        problem(answer).await,
        (406, "accept.unsupported".to_owned())
    );
    let with = |method: Method, path: &'static str| {
        http::Request::builder()
            .method(method)
            .uri(path)
            .body(Full::new(Bytes::new()))
            .unwrap()
    };
    assert_eq!(
        problem(service.handle(with(Method::GET, "/check")).await)
            .await
            .0,
        405
    );
    assert_eq!(
        problem(service.handle(with(Method::POST, "/v1/check")).await)
            .await
            .0,
        404
    );
    assert_eq!(
        problem(service.handle(with(Method::POST, "/check")).await)
            .await
            .0,
        415
    );
    assert!(sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_variable_that_is_wrong_is_named_on_every_route() {
    let Setup { service, .. } = setup(true, "not a host");
    for path in ["/check", "/else"] {
        let request = http::Request::post(path)
            .body(Full::new(Bytes::new()))
            .unwrap();
        assert_eq!(
            problem(service.handle(request).await).await,
            (503, "config.private_hosts".to_owned())
        );
    }
}

#[tokio::test]
async fn what_cannot_be_listed_is_a_problem_with_the_code_of_a_check() {
    let Setup { service, sent } = setup(true, "");
    for (errand, body) in [
        ("images", json!({ "form": form(), "policy": null })),
        ("repositories", json!({ "form": form() })),
        ("tags", json!({ "form": form(), "repository": "team/app" })),
        (
            "repositories/page",
            json!({ "form": form(), "cursor": null }),
        ),
        (
            "tags/page",
            json!({ "form": form(), "repository": "team/app", "cursor": null }),
        ),
        (
            "digests",
            json!({ "form": form(), "repository": "team/app", "tags": [{ "tag": "1" }] }),
        ),
        (
            "details",
            json!({ "form": form(), "repository": "team/app",
                    "digests": [{ "digest": "sha256:1", "from": null }] }),
        ),
    ] {
        let answer = service
            .handle(request_to(errand, "application/json", &body))
            .await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem: Value = serde_json::from_str(&text(answer).await).unwrap();
        assert_eq!(problem["code"], "dns.not_found", "{errand}: {problem:#}");
        assert_eq!(problem["type"], "urn:bowline:problem:dns.not_found");
        assert_eq!(problem["field"], "values.url");
        assert!(problem["hint"].as_str().unwrap().ends_with('.'));
    }
    let probes = sent.lock().unwrap().len();
    let nameless = json!({ "form": form(), "repository": "Team//App" });
    for errand in ["tags", "tags/page"] {
        let answer = service
            .handle(request_to(errand, "application/json", &nameless))
            .await;
        assert_eq!(problem(answer).await, (422, "image.unknown".to_owned()));
    }
    assert_eq!(
        sent.lock().unwrap().len(),
        probes,
        "no such name is asked for"
    );
    let Setup { service, sent } = setup(false, "");
    let answer = service
        .handle(request_to(
            "repositories",
            "application/json",
            &json!({ "form": form() }),
        ))
        .await;
    assert_eq!(
        problem(answer).await,
        (503, "config.networks_not_blocked".to_owned())
    );
    assert_eq!(*sent.lock().unwrap(), ["http://127.0.0.1:1/"]);
}

#[test]
fn a_listing_is_searched_and_bounded() {
    let listing = |names: usize, complete| bowline_registry::Listing {
        items: (0..names).map(|n| format!("team/app-{n}")).collect(),
        complete,
    };
    let cases = [
        ("all", listing(3, true), "", 3, true),
        ("searched", listing(30, true), " APP-2", 11, true),
        ("the registry has more", listing(3, false), "", 3, false),
        ("exactly the bound", listing(10_000, true), "", 10_000, true),
        ("over the bound", listing(10_001, true), "", 10_000, false),
        ("nothing found", listing(3, true), "other", 0, true),
    ];
    for (name, listing, search, items, complete) in cases {
        let answer = found(listing, search);
        assert_eq!(
            (answer.items.len(), answer.complete),
            (items, complete),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_job_gets_what_the_connection_logs_in_with() {
    let Setup { service, sent } = setup(true, "");
    let open = json!({ "provider": "docker-registry", "auth": "anonymous", "values": { "url": "https://registry.example.com" } });
    let hub = json!({ "provider": "docker-hub", "values": { "username": "ada", "password": "s3cret-value" } });
    let login = |server: &str| json!({ "server": server, "username": "ada", "password": "s3cret-value", "expiresAt": null });
    let cases = [
        ("a registry", form(), login("registry.example.com")),
        ("Docker Hub", hub, login("https://index.docker.io/v1/")),
        ("nothing", open, Value::Null),
    ];
    for (name, form, expected) in cases {
        let body = json!({ "form": form });
        let answer = service
            .handle(request_to("credentials", "application/json", &body))
            .await;
        let whole: Value = serde_json::from_str(&text(answer).await).unwrap();
        assert_eq!(whole, json!({ "login": expected }), "{name}");
    }
    assert_eq!(beside_probes(&sent), [""; 0]);
}

#[tokio::test]
async fn the_external_id_of_a_role_without_keys_is_the_issued_one() {
    let form = |keys: bool| {
        let mut values = json!({ "region": "eu-west-1", "roleArn": "arn:aws:iam::123456789012:role/reader",
            "externalId": "typed" });
        if keys {
            values["accessKeyId"] = json!("AKIAIOSFODNN7EXAMPLE");
            values["secretAccessKey"] = json!("x".repeat(40));
        }
        json!({ "form": { "provider": "amazon-ecr", "auth": "assume-role", "values": values } })
    };
    let cases = [
        ("issued", false, Some("bowline-1"), Some("bowline-1")),
        ("not issued", false, None, None),
        ("no external id", false, Some("x"), None),
        (
            "keys of the customer",
            true,
            Some("bowline-1"),
            Some("typed"),
        ),
    ];
    for (name, keys, header, expected) in cases {
        let Setup { mut service, sent } = setup(true, "");
        service.operator = Operator::default()
            .with_aws_identity("AKIAI44QH8DHBEXAMPLE", "not-a-real-secret")
            .map(Rc::new);
        let mut request = request_to("credentials", "application/json", &form(keys));
        if let Some(id) = header {
            let id = http::HeaderValue::from_static(id);
            request.headers_mut().insert(EXTERNAL_ID, id);
        }
        service.handle(request).await;
        let asked = beside_probes(&sent);
        let expected = expected.map(|id| {
            format!(
                "https://sts.eu-west-1.amazonaws.com/ Action=AssumeRole&Version=2011-06-15\
                 &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader\
                 &RoleSessionName=bowline&ExternalId={id}"
            )
        });
        assert_eq!(asked, Vec::from_iter(expected), "{name}");
    }
}

#[tokio::test]
async fn the_endpoint_is_told() {
    let Setup { service, .. } = setup(true, "");
    let body = json!({ "form": form() });
    let answer = service
        .handle(request_to("endpoint", "application/json", &body))
        .await;
    let told: Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!(told, json!({ "endpoint": "https://registry.example.com" }));
}
