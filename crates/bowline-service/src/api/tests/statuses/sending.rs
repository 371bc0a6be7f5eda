//! A request that may be wrong, and the world that it is sent to.

use std::collections::BTreeMap;

use bowline_store::{
    Change, Database, DatabaseError, LeaseRequest, Leased, Origin, RequestKey, Row,
    Value as Column, WantedScan,
};

use super::super::*;
use crate::rate::counter;

/// Where the connection `a` is.
pub(super) const URL: &str = "https://registry.example.com/team";

/// In a body, where the lease of the scan stands that a scanner has.
pub(super) const LEASE: &str = "{lease}";

/// The ids of the connection or scan that there is not, and of who does not use it.
const UNKNOWN: (&str, &str) = ("019aa548-1980-7fff-bfff-ffffffffffff", "nobody");

/// What has happened before a request.
#[derive(Clone, Copy)]
pub(super) enum Before {
    Nothing,
    /// There is another connection, `b`.
    Another,
    /// There are as many checks, notifications or uses as there may be.
    Checks,
    Requests,
    Events,
    Uses,
    Patterns,
    Validated,
    Changes,
    /// A newer version changed the connection: this one does not know its provider.
    NewerProvider,
    /// Its key came with another request, or with this one, which is being done.
    KeyUsed,
    KeyInUse,
}

/// What answers it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum World {
    Sound,
    /// The operator left out the keys that seal.
    Unconfigured,
    /// The issuer of tokens does not publish its keys.
    Keyless,
    /// No statement gets through to the database.
    Busy,
    Broken,
}

/// A request, and where it is sent.
#[derive(Clone)]
pub(super) struct Sending {
    pub(super) before: Before,
    pub(super) world: World,
    pub(super) query: String,
    pub(super) headers: BTreeMap<&'static str, String>,
    pub(super) body: String,
    pub(super) has_token: bool,
    /// Of the token.
    pub(super) projects: Vec<&'static str>,
    pub(super) permissions: Vec<&'static str>,
    /// What the private service says: status and body.
    pub(super) said: Option<(u16, Value)>,
    /// Whether it names the connection that there is.
    pub(super) is_known: bool,
}

impl Sending {
    /// As a caller sends it who may do everything.
    pub(super) fn right(query: &str, body: &Value, said: Value) -> Self {
        let headers = [("if-match", "*"), ("content-type", "application/json")];
        Self {
            before: Before::Nothing,
            world: World::Sound,
            query: query.to_owned(),
            headers: headers.map(|(name, value)| (name, value.to_owned())).into(),
            body: if body.is_null() {
                String::new()
            } else {
                body.to_string()
            },
            has_token: true,
            projects: vec!["acme"],
            permissions: ALL.to_vec(),
            said: (!said.is_null()).then_some((200, said)),
            is_known: true,
        }
    }

    pub(super) fn header(&mut self, name: &'static str, value: &str) {
        self.headers.insert(name, value.to_owned());
    }

    pub(super) fn and(&mut self, parameter: &str) {
        self.query
            .push(if self.query.is_empty() { '?' } else { '&' });
        self.query.push_str(parameter);
    }

    pub(super) fn json(&mut self, body: &Value) {
        self.body = body.to_string();
    }

    /// The private service answers a problem.
    pub(super) fn says(&mut self, status: u16, code: &str) {
        let said =
            json!({ "status": status, "code": code, "title": "t", "detail": "d", "hint": "h" });
        self.said = Some((status, said));
    }

    /// Sends it in a world of its own, with a connection `a` that `build-7` uses, that takes events, and of which a
    /// scanner has an image where that is what it is about. Gives the status and the code of a problem, or no code of a success.
    pub(super) async fn outcome(mut self, method: &Method, template: &str) -> (u16, String) {
        let harness = Harness::new();
        let (kept, connection) = harness.created("a", URL).await;
        uses(&harness, &kept, "build-7").await;
        let notices = json!({ "url": "https://hooks.example.com/", "kinds": ["sync.failed"] });
        let put = request(
            Method::PUT,
            "/v1/projects/acme/notices",
            &[],
            Some(&notices),
        );
        assert_eq!(harness.send(put).await.status, 200);
        let events = harness
            .post(&format!("{kept}/events"), &json!({}))
            .await
            .json();
        let authorization = events["authorization"].as_str().unwrap();
        let secret = authorization.trim_start_matches("Bearer ");
        self.header("x-gitlab-token", secret);
        let mut id = connection["id"].as_str().unwrap().to_owned();
        if template.starts_with("/v1/scans/{id}") {
            let leased = leased(&harness, &id).await;
            self.body = self.body.replace(LEASE, &leased.lease);
            id = leased.scan.id.to_string();
        }
        let known = (id.as_str(), "build-7");
        let (id, consumer) = if self.is_known { known } else { UNKNOWN };
        let path = template
            .replace("{project}", "acme")
            .replace("{id}", id)
            .replace("{secret}", secret)
            .replace("{name}", "team%2Fapp")
            .replace("{consumer}", consumer);
        self.prepare(&harness, &kept, &path).await;
        if let Some((status, said)) = &self.said {
            harness.script.whole(*status, "application/json", said);
        }
        self.sent(&harness, method, &path).await
    }

    /// Lets happen what comes before.
    async fn prepare(&mut self, harness: &Harness, kept: &str, path: &str) {
        let store = &harness.service.ready.as_ref().unwrap().store;
        match self.before {
            Before::Nothing => {}
            Before::Another => drop(harness.created("b", "https://b.example.com").await),
            Before::Checks => {
                for _ in 0..30 {
                    let checks = counter::checks("ada");
                    store.count_check(&checks, START_MS).await.unwrap();
                }
            }
            Before::Requests => {
                for _ in 0..600 {
                    let requests = counter::project("acme");
                    store.count_check(&requests, START_MS).await.unwrap();
                }
            }
            Before::Events => {
                let id = ConnectionId::parse(kept.rsplit('/').next().unwrap()).unwrap();
                for _ in 0..600 {
                    store.count_events(id, 0, 0, START_MS).await.unwrap();
                }
            }
            Before::Uses => {
                let end = request(Method::DELETE, &format!("{kept}/uses/build-7"), &[], None);
                assert_eq!(harness.send(end).await.status, 204);
                for number in 0..100 {
                    uses(harness, kept, &format!("job-{number}")).await;
                }
            }
            Before::Patterns => {
                harness.created("full", "https://full.example.com").await;
                let full = "UPDATE connections SET patterns = 10000 WHERE name = 'full'";
                harness.database.query(full, vec![]).await.unwrap();
            }
            Before::Validated => {
                let bytes = counter::validated("ada");
                let most = 16 * 1024 * 1024;
                store.count(&bytes, most, START_MS).await.unwrap();
            }
            Before::Changes => {
                let bytes = counter::changed("acme");
                let most = 2 * 1024 * 1024;
                store.count(&bytes, most, START_MS).await.unwrap();
            }
            Before::NewerProvider => {
                let newer = "UPDATE connections SET provider = 'made-up-registry'";
                harness.database.query(newer, vec![]).await.unwrap();
            }
            Before::KeyUsed => self.claim(harness, path, b"another").await,
            Before::KeyInUse => {
                let body = self.body.clone();
                self.claim(harness, path, body.as_bytes()).await;
            }
        }
    }

    /// Claims a key for a request with a body, which is then being done.
    async fn claim(&mut self, harness: &Harness, path: &str, body: &[u8]) {
        let key = "k";
        self.header("idempotency-key", key);
        let change = Change {
            subject: "ada".to_owned(),
            from: None,
            request_id: String::new(),
            now_ms: START_MS,
        };
        let project = if path.contains("/acme/") { "acme" } else { "" };
        let request = RequestKey {
            project,
            route: path,
            key,
        };
        let content = [self.query.trim_start_matches('?').as_bytes(), body];
        let store = &harness.service.ready.as_ref().unwrap().store;
        store.claim(&change, request, &content).await.unwrap();
    }

    async fn sent(&self, harness: &Harness, method: &Method, path: &str) -> (u16, String) {
        let issuer = "https://id.example.com";
        let variables = match self.world {
            World::Unconfigured => Variables {
                sealing_keys: String::new(),
                ..variables()
            },
            // With keys that are fetched the database is asked who calls, whatever for.
            World::Keyless | World::Busy | World::Broken => Variables {
                auth_secret: String::new(),
                jwks_url: format!("{issuer}/jwks.json"),
                jwks_origin: issuer.to_owned(),
                auth_issuer: issuer.to_owned(),
                auth_audience: "bowline".to_owned(),
                ..variables()
            },
            World::Sound => variables(),
        };
        let request = self.request(method, path);
        let answer = match self.world {
            World::Busy | World::Broken => {
                let service = Service::new(
                    Unusable(self.world),
                    harness.script.clone(),
                    TestClock(harness.now.clone()),
                    Counter::default(),
                    Config::parse(&variables),
                );
                service.handle(request).await
            }
            World::Sound => harness.answer(request).await,
            World::Unconfigured | World::Keyless => {
                harness.another_instance(&variables).answer(request).await
            }
        };
        let (head, body) = answer.into_parts();
        let status = head.status.as_u16();
        if head.status.is_success() {
            return (status, String::new());
        }
        let body = body.collect().await.unwrap().to_bytes();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        (status, problem["code"].as_str().unwrap().to_owned())
    }

    fn request(&self, method: &Method, path: &str) -> http::Request<Full<Bytes>> {
        let claims = claims("ada", &self.projects, &self.permissions);
        let token = match self.world {
            World::Keyless | World::Busy | World::Broken => {
                signing::sign(b"", &json!({ "alg": "EdDSA", "kid": "EdDSA" }), &claims)
            }
            _ => token(&claims),
        };
        let mut headers = self.headers.clone();
        headers
            .entry("authorization")
            .or_insert(format!("Bearer {token}"));
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let path = format!("{path}{}", self.query);
        let mut request = request(method.clone(), &path, &headers, None);
        if !self.has_token {
            request.headers_mut().remove(header::AUTHORIZATION);
        }
        request.map(|_| Full::from(self.body.clone()))
    }
}

/// Lets `consumer` use a connection.
async fn uses(harness: &Harness, connection: &str, consumer: &str) {
    let path = format!("{connection}/uses/{consumer}");
    let until = json!({ "until": "2999-01-01T00:00:00Z" });
    let put = request(Method::PUT, &path, &[], Some(&until));
    assert_eq!(harness.send(put).await.status, 200);
}

/// Gives a scanner an image of a connection.
async fn leased(harness: &Harness, connection: &str) -> Leased {
    let store = &harness.service.ready.as_ref().unwrap().store;
    let connection = ConnectionId::parse(connection).unwrap();
    let image = [WantedScan {
        repository: "team/leased".to_owned(),
        tag: None,
        digest: Some(super::super::scans::digest(9)),
    }];
    let origin = Origin::Request;
    let queued = store.queue_scans("acme", connection, &image, origin, START_MS);
    queued.await.unwrap();
    let request = LeaseRequest {
        scanner: "s-1",
        subject: "ada",
        projects: &["acme".to_owned()],
        most: 1,
    };
    let leased = store.lease_scans(request, START_MS).await.unwrap();
    leased.into_iter().next().unwrap()
}

/// A database to which no statement gets through.
struct Unusable(World);

impl Database for Unusable {
    async fn query(&self, _: &str, _: Vec<Column>) -> Result<Vec<Row>, DatabaseError> {
        Err(match self.0 {
            World::Busy => DatabaseError::Busy,
            _ => DatabaseError::Failed("broken".to_owned()),
        })
    }
}
