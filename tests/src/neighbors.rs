//! Tenants, registries and clients that attack the application, as rows of a table: what each does, again and again,
//! while the tests and the benchmark look at how everybody else is served.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use rusqlite::Connection;
use serde_json::{Value, json};
use ureq::{Agent, http::Request};

use crate::{
    app::{AUTH_SECRET, App},
    flood::flood,
    form::{anonymous, with, with_password},
    gate::Gate,
    hostile,
    server::{Answer, Server},
    sign_in::SignIn,
};

/// How long an attacker waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many connections a flood holds: more than one client may have requests in flight.
pub const FLOOD: usize = 300;
/// How many of them it opens at once.
const NEW: usize = 50;

/// An attack, and how it is set up.
pub struct Attack {
    /// What it is.
    pub name: &'static str,
    /// Whether it holds [`FLOOD`] connections, however many threads there are.
    pub is_flood: bool,
    prepare: fn(&App) -> Shot,
}

/// What attackers do again and again; the number is another one each time.
type Shot = Box<dyn Fn(u64) + Send + Sync>;

impl Attack {
    /// Attacks with this many threads until `meanwhile` returns. None of them waits for the others.
    pub fn run<T>(&self, app: &App, attackers: usize, meanwhile: impl FnOnce() -> T) -> T {
        beside(&(self.prepare)(app), attackers, meanwhile)
    }
}

/// Does something again and again in this many threads until `meanwhile` returns.
pub fn beside<T>(
    shot: &(dyn Fn(u64) + Send + Sync),
    threads: usize,
    meanwhile: impl FnOnce() -> T,
) -> T {
    /// Ends the threads also where a test panics.
    struct Over<'a>(&'a AtomicBool);

    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    let (over, number) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let _over = Over(&over);
        for _ in 0..threads {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    shot(number.fetch_add(1, Ordering::Relaxed));
                }
            });
        }
        meanwhile()
    })
}

/// The attack on the scheduled work: it asks an API for image streams that does not answer.
pub const SILENT_STREAMS: &str = "image streams of an API that does not answer";

/// Every attack.
pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "kept policies whose expressions are large",
        is_flood: false,
        prepare: kept_policies,
    },
    Attack {
        name: "forms with ten large expressions",
        is_flood: false,
        prepare: |app| validate(app, large_classes()),
    },
    Attack {
        name: "forms with two hundred expressions",
        is_flood: false,
        prepare: |app| validate(app, expressions(200)),
    },
    Attack {
        name: "new connections with large expressions",
        is_flood: false,
        prepare: create_with_expressions,
    },
    Attack {
        name: "a registry of version 1 that answers 4 MB of small objects",
        is_flood: false,
        prepare: small_objects,
    },
    Attack {
        name: "findings that nobody reads",
        is_flood: true,
        prepare: unread_findings,
    },
    Attack {
        name: "a scan of ports by connections",
        is_flood: false,
        prepare: scan_ports,
    },
    Attack {
        name: "connections without requests",
        is_flood: true,
        prepare: |app| unserved(app, String::new()),
    },
    Attack {
        name: "bodies that do not come",
        is_flood: true,
        prepare: |app| {
            let head = Attacker::new(app).head("POST", "/v1/validate");
            unserved(app, format!("{head}Content-Length: 1000000\r\n\r\n{{"))
        },
    },
    Attack {
        name: "heads of a megabyte",
        is_flood: true,
        prepare: |app| {
            let head = Attacker::new(app).head("GET", "/v1/providers");
            unserved(app, format!("{head}A: {}\r\n\r\n", "a".repeat(1 << 20)))
        },
    },
    Attack {
        name: "bodies of deep JSON",
        is_flood: false,
        prepare: |app| {
            post(
                app,
                "/v1/validate",
                "{\"policy\":".to_owned() + &"[".repeat(500_000),
            )
        },
    },
    Attack {
        name: "forms of many members",
        is_flood: false,
        prepare: many_members,
    },
    Attack {
        name: "events of a megabyte",
        is_flood: false,
        prepare: events,
    },
    Attack {
        name: "uses of a connection",
        is_flood: false,
        prepare: uses,
    },
    Attack {
        name: "requests to be remembered",
        is_flood: false,
        prepare: idempotency_keys,
    },
    Attack {
        name: "requests for many projects",
        is_flood: false,
        prepare: many_projects,
    },
    Attack {
        name: "a listing of a million repositories",
        is_flood: false,
        prepare: long_listing,
    },
    Attack {
        name: "a repository with a hundred thousand tags",
        is_flood: false,
        prepare: many_tags,
    },
    Attack {
        name: "checks of a silent registry as event streams",
        is_flood: true,
        prepare: silent_checks,
    },
    Attack {
        name: "checks of a registry without end",
        is_flood: false,
        prepare: |app| check(app, hostile::endless_manifests()),
    },
    Attack {
        name: SILENT_STREAMS,
        is_flood: false,
        prepare: silent_streams,
    },
    Attack {
        name: "hand-outs of a secret",
        is_flood: false,
        prepare: hand_outs,
    },
];

/// An attacker: a caller who does not care about answers. Each has a project of its own, with the limits of its own.
struct Attacker {
    agent: Agent,
    origin: String,
    project: String,
    token: String,
}

impl Attacker {
    fn new(app: &App) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let project = format!("mallory-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE));
        let mut sign_in = SignIn::everything(&[project.as_str()]);
        sign_in.claims["sub"] = format!("{project}@example.com").into();
        Self {
            agent: config.build().new_agent(),
            origin: app.origin().to_owned(),
            token: sign_in.token(AUTH_SECRET),
            project,
        }
    }

    /// The path of its connections.
    fn connections(&self) -> String {
        format!("/v1/projects/{}/connections", self.project)
    }

    /// Makes a connection and gives its path.
    fn connect(&self, app: &App, form: &Value) -> String {
        let made = app
            .client(&[self.project.as_str()])
            .post(&self.connections(), form);
        let id = made.expect(201)["id"].clone();
        format!("{}/{}", self.connections(), id.as_str().unwrap_or_default())
    }

    /// The first lines of a request.
    fn head(&self, method: &str, path: &str) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n",
            self.token
        )
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: String) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match method {
            "GET" | "DELETE" => self.agent.run(request.body(()).expect("it is a request")),
            _ => self.agent.run(request.body(body).expect("it is a request")),
        };
        let _ = answer.map(|mut answer| answer.body_mut().read_to_vec());
    }

    fn get(&self, path: &str) {
        self.send("GET", path, &[], String::new());
    }

    fn post(&self, path: &str, body: &Value) {
        self.send("POST", path, &[], body.to_string());
    }
}

/// A form with a policy.
fn form_with(include: &[String]) -> Value {
    with(
        with_password("https://r.example.com", "mallory", "s3cret"),
        &json!({ "policy": { "mode": "automatic", "at": "00:00", "include": include } }),
    )
}

/// Expressions of twenty thousand steps each.
fn expressions(count: usize) -> Vec<String> {
    (0..count).map(|it| format!("/a{{20000}}{it}/")).collect()
}

/// Ten of sixty thousand steps, each over many letters.
fn large_classes() -> Vec<String> {
    let class = "[acegikmoqsuwyACEGIKMOQSUWY02468]{60000}";
    (0..10).map(|it| format!("/{class}{it}/")).collect()
}

/// Posts the same again and again.
fn post(app: &App, path: &'static str, body: String) -> Shot {
    let attacker = Attacker::new(app);
    Box::new(move |_| attacker.send("POST", path, &[], body.clone()))
}

fn validate(app: &App, include: Vec<String>) -> Shot {
    post(app, "/v1/validate", form_with(&include).to_string())
}

/// Policies that were kept before there was a bound on them.
fn kept_policies(app: &App) -> Shot {
    let attacker = Attacker::new(app);
    let paths = [115, 120, 122].map(|count| {
        let url = format!("https://kept-{count}.example.com");
        let form = with_password(&url, "mallory", "s3cret");
        let form = with(form, &json!({ "name": format!("kept {count}") }));
        let path = attacker.connect(app, &form);
        let database = Connection::open(app.database()).expect("there is a database");
        let policy = json!({ "mode": "automatic", "at": "00:00", "include": expressions(count) });
        let id = path.rsplit('/').next().expect("a path has segments");
        let plant = "UPDATE connections SET policy = ?1 WHERE id = ?2";
        let planted = database.execute(plant, [policy.to_string().as_str(), id]);
        assert_eq!(planted, Ok(1));
        let due = "UPDATE schedules SET sync_at = 1, plan_from = 1 WHERE connection = ?1";
        assert_eq!(database.execute(due, [id]), Ok(1));
        path
    });
    Box::new(move |number| {
        let path = &paths[number as usize % paths.len()];
        attacker.post(&format!("{path}/sync"), &json!({}));
        attacker.post("/v1/sync/due", &json!({}));
    })
}

fn create_with_expressions(app: &App) -> Shot {
    let attacker = Attacker::new(app);
    let include = expressions(130);
    Box::new(move |number| {
        let url = format!("https://large-{number}.example.com");
        let members =
            json!({ "name": url, "values": { "url": url, "username": "m", "password": "s3cret" } });
        attacker.post(
            &attacker.connections(),
            &with(form_with(&include), &members),
        );
    })
}

fn small_objects(app: &App) -> Shot {
    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let start = format!("{{\"id\":\"{ID}\",\"x\":[{{\"\":0}}");
    let image = start + &",{\"\":0}".repeat(520_000) + "]}";
    let server = Server::start(move |request| {
        let path = request.path();
        if path.ends_with("/json") {
            Answer::new(200, image.clone()).with("Content-Type", "application/json")
        } else if path.ends_with("/tags") {
            Answer::json(200, &json!({ "app": ID, "1": ID }))
        } else if path.ends_with("/images") {
            Answer::json(200, &json!([])).with("X-Docker-Token", "t")
        } else if path.starts_with("/v1/") {
            Answer::json(200, &json!(true)).with("X-Docker-Registry-Version", "0.9.1")
        } else {
            Answer::new(404, "not found")
        }
    });
    let values = json!({ "url": server.origin(), "username": "", "password": "" });
    let form = json!({
        "provider": "docker-registry-v1", "name": "first", "auth": "password", "values": values, "image": "team/app:1",
    });
    let attacker = Attacker::new(app);
    Box::new(move |_| {
        let _server = &server;
        attacker.post("/v1/check", &json!({ "form": form, "image": "team/app:1" }));
    })
}

/// Connections on which nothing goes on: [`FLOOD`] of them, and always some that are new.
fn unserved(app: &App, text: String) -> Shot {
    let address = app.address();
    let held = Mutex::new(VecDeque::new());
    Box::new(move |_| {
        let new = flood(address, &text, NEW);
        let mut held = held.lock().expect("no attacker panics with it");
        held.extend(new);
        let old = held.len().saturating_sub(FLOOD);
        held.drain(..old);
    })
}

fn unread_findings(app: &App) -> Shot {
    let form = form_with(&vec![String::new(); 10_000]).to_string();
    let head = Attacker::new(app).head("POST", "/v1/validate");
    unserved(
        app,
        format!("{head}Content-Length: {}\r\n\r\n{form}", form.len()),
    )
}

fn scan_ports(app: &App) -> Shot {
    // Nobody listens on the low ports of this machine.
    let mut targets: Vec<_> = (2..20).map(|port| format!("127.0.0.1:{port}")).collect();
    let servers = [hostile::web_site(), hostile::babbling(), hostile::failing()];
    targets.extend(servers.iter().map(Server::authority));
    let attacker = Attacker::new(app);
    let client = app.client(&[attacker.project.as_str()]);
    Box::new(move |number| {
        let _servers = &servers;
        let target = &targets[number as usize % targets.len()];
        let form = with(
            anonymous(&format!("http://{target}/{number}")),
            &json!({ "name": format!("scan {number}") }),
        );
        let made = client.post(&attacker.connections(), &form);
        if made.status == 201 {
            let id = made.json()["id"].clone();
            let path = format!(
                "{}/{}",
                attacker.connections(),
                id.as_str().unwrap_or_default()
            );
            attacker.get(&format!("{path}/repositories"));
            attacker.send("DELETE", &path, &[], String::new());
        }
    })
}

fn many_members(app: &App) -> Shot {
    let members: Vec<_> = (0..80_000).map(|it| format!("\"k{it}\":1")).collect();
    post(
        app,
        "/v1/validate",
        format!("{{\"policy\":{{{}}}}}", members.join(",")),
    )
}

fn events(app: &App) -> Shot {
    let form = with(
        anonymous("http://127.0.0.1:1/events"),
        &json!({ "policy": { "events": true } }),
    );
    let attacker = Attacker::new(app);
    let path = attacker.connect(app, &form);
    let client = app.client(&[attacker.project.as_str()]);
    let address = client
        .post(&format!("{path}/events"), &json!({}))
        .expect(200);
    let text = |name: &str| address[name].as_str().unwrap_or_default().to_owned();
    let (url, authorization) = (text("url"), text("authorization"));
    let event = json!({
        "id": "e", "timestamp": "2026-01-01T00:00:00Z", "action": "push",
        "target": { "mediaType": "application/vnd.oci.image.manifest.v1+json", "repository": "events/app", "tag": "v1",
            "digest": format!("sha256:{}", "0".repeat(64)), "size": 1, "length": 1 },
    });
    let body = json!({ "events": vec![event; 2500] }).to_string();
    Box::new(move |_| {
        let kind = "application/vnd.docker.distribution.events.v2+json";
        let config = Request::post(format!("{}{url}", attacker.origin))
            .header("Authorization", &authorization)
            .header("Content-Type", kind)
            .body(body.clone());
        let answer = attacker.agent.run(config.expect("it is a request"));
        let _ = answer.map(|mut answer| answer.body_mut().read_to_vec());
    })
}

fn uses(app: &App) -> Shot {
    let attacker = Attacker::new(app);
    let form = with_password("https://uses.example.com", "m", "s3cret");
    let path = attacker.connect(app, &form);
    Box::new(move |number| {
        let path = format!("{path}/uses/{}-{number}", "c".repeat(100));
        let body = json!({ "title": "t".repeat(200), "until": "2999-01-01T00:00:00Z" });
        attacker.send("PUT", &path, &[], body.to_string());
        if number % 2 == 0 {
            attacker.send("DELETE", &path, &[], String::new());
        }
    })
}

fn idempotency_keys(app: &App) -> Shot {
    let attacker = Attacker::new(app);
    let body = form_with(&vec!["a-pattern".to_owned(); 5000]).to_string();
    Box::new(move |number| {
        let key = format!("\"{number}-{}\"", "k".repeat(150));
        attacker.send(
            "POST",
            "/v1/validate",
            &[("Idempotency-Key", &key)],
            body.clone(),
        );
    })
}

fn many_projects(app: &App) -> Shot {
    let mut attacker = Attacker::new(app);
    // As many as fit into a token of the size that servers take.
    let projects: Vec<_> = (0..600).map(|it| format!("m{it}")).collect();
    let names: Vec<_> = projects.iter().map(String::as_str).collect();
    attacker.token = SignIn::everything(&names).token(AUTH_SECRET);
    Box::new(move |number| {
        let project = format!("m{}", number % 600);
        let form = with_password("https://many.example.com", "m", "s3cret");
        attacker.post(&format!("/v1/projects/{project}/connections"), &form);
        let settings = json!({ "scanTimeoutSeconds": 60 });
        let path = format!("/v1/projects/{project}/settings");
        attacker.send("PUT", &path, &[], settings.to_string());
    })
}

fn long_listing(app: &App) -> Shot {
    let names: Vec<_> = (0..400_000).map(|it| format!("a{it}")).collect();
    let catalog = json!({ "repositories": names }).to_string();
    let server = Server::start(move |request| match request.path() {
        "/v2/" => Answer::json(200, &json!({})),
        "/v2/_catalog" => Answer::new(200, catalog.clone())
            .with("Content-Type", "application/json")
            .with("Link", "</v2/_catalog?last=a399999>; rel=\"next\""),
        _ => Answer::json(404, &json!({ "errors": [{ "code": "NAME_UNKNOWN" }] })),
    });
    browse(app, server, "repositories")
}

fn many_tags(app: &App) -> Shot {
    let tags: Vec<_> = (0..100_000).map(|it| format!("v{it:0>30}")).collect();
    let tags = json!({ "name": "app", "tags": tags }).to_string();
    let server = Server::start(move |request| match request.path() {
        "/v2/" => Answer::json(200, &json!({})),
        "/v2/_catalog" => Answer::json(200, &json!({ "repositories": ["app"] })),
        "/v2/app/tags/list" => {
            Answer::new(200, tags.clone()).with("Content-Type", "application/json")
        }
        _ => Answer::json(404, &json!({ "errors": [{ "code": "MANIFEST_UNKNOWN" }] })),
    });
    browse(app, server, "repositories/app/tags")
}

/// Browses and syncs a connection with this registry.
fn browse(app: &App, server: Server, listing: &'static str) -> Shot {
    let attacker = Attacker::new(app);
    let path = attacker.connect(app, &anonymous(&server.origin()));
    Box::new(move |number| {
        let _server = &server;
        match number % 2 {
            0 => attacker.get(&format!("{path}/{listing}")),
            _ => attacker.post(&format!("{path}/sync"), &json!({})),
        }
    })
}

/// Checks a registry again and again.
fn check(app: &App, server: Server) -> Shot {
    let form = with_password(&server.origin(), "mallory", "s3cret");
    let asked = json!({ "form": form, "image": "team/app:v1" });
    let attacker = Attacker::new(app);
    Box::new(move |_| {
        let _server = &server;
        attacker.post("/v1/check", &asked);
    })
}

/// Lets a silent registry's connections end with the attack.
struct Opens(Gate);

impl Drop for Opens {
    fn drop(&mut self) {
        self.0.open();
    }
}

fn silent_streams(app: &App) -> Shot {
    let gate = Opens(Gate::default());
    let server = hostile::silent(&gate.0);
    let attacker = Attacker::new(app);
    for number in 0..6 {
        let url = format!("{}/{number}", server.origin());
        let form = json!({
            "provider": "openshift", "name": format!("streams {number}"), "auth": "token",
            "values": { "url": url, "token": "sha256~token", "apiUrl": server.origin() },
            "policy": { "imageStreams": true },
        });
        attacker.connect(app, &form);
    }
    Box::new(move |_| {
        let _silent = (&server, &gate);
        attacker.post("/v1/sync/due", &json!({}));
    })
}

fn silent_checks(app: &App) -> Shot {
    let gate = Opens(Gate::default());
    let server = hostile::silent(&gate.0);
    let form = with_password(&server.origin(), "mallory", "s3cret");
    let body = json!({ "form": form }).to_string();
    let head = Attacker::new(app).head("POST", "/v1/check");
    let request = format!(
        "{head}Accept: text/event-stream\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let flood = unserved(app, request);
    Box::new(move |number| {
        let _silent = (&server, &gate);
        flood(number);
    })
}

fn hand_outs(app: &App) -> Shot {
    let form = with_password("https://handed.example.com", "m", "s3cret");
    let attacker = Attacker::new(app);
    let path = attacker.connect(app, &form);
    Box::new(move |_| {
        attacker.get(&format!("{path}/dockerconfig"));
        attacker.get(&format!("{path}/audit?limit=200"));
    })
}
