//! The reference registry announces to the application what skopeo does to it.

use std::{
    sync::mpsc::{self, Receiver},
    time::Duration,
};

use bowline_tests::{
    app::App,
    client::{Client, Response},
    form::{anonymous, with},
    image::Image,
    registry::{Access, Registry},
    server::{Answer, Server},
};
use serde_json::{Value, json};

const PATH: &str = "/v1/projects/acme/connections";

/// A registry that announces to the application, through a tap: so the tests know when it was answered.
struct Announced {
    // Ends first: what it announces has somebody to come to.
    registry: Registry,
    app: App,
    client: Client,
    path: String,
    deliveries: Receiver<Delivery>,
    _tap: Server,
}

/// A notification as the registry sent it, and what it was answered.
struct Delivery {
    path: String,
    authorization: String,
    body: String,
    answer: Response,
}

impl Announced {
    fn start(policy: Value) -> Self {
        let app = App::start();
        let client = app.client(&["acme"]);
        let registry = Registry::start(&Access::Open);
        let form = with(anonymous(&registry.url()), &json!({ "policy": policy }));
        let connection = client.post(PATH, &form).expect(201);
        let path = format!("{PATH}/{}", connection["id"].as_str().unwrap());
        let address = client
            .post(&format!("{path}/events"), &json!({}))
            .expect(200);
        let (sender, deliveries) = mpsc::channel();
        let stranger = app.stranger();
        let tap = Server::start(move |request| {
            let delivery = Delivery::pass_on(
                &stranger,
                &request.target,
                request
                    .headers
                    .get("authorization")
                    .map_or("", String::as_str),
                String::from_utf8_lossy(&request.body).into_owned(),
            );
            let status = delivery.answer.status;
            // When the test is over nobody listens any more.
            let _ = sender.send(delivery);
            Answer::new(status, "")
        });
        let url = format!("{}{}", tap.origin(), address["url"].as_str().unwrap());
        let endpoint = json!({
            "name": "tests", "url": url, "headers": { "Authorization": [address["authorization"]] },
            "timeout": "30s", "threshold": 1, "backoff": "100ms",
        });
        let registry =
            registry.restart_with(&format!("notifications: {{endpoints: [{endpoint}]}}"));
        Self {
            app,
            registry,
            client,
            path,
            deliveries,
            _tap: tap,
        }
    }

    /// Waits until an event of an image was answered.
    fn heard(&self) -> Delivery {
        loop {
            let delivery = self
                .deliveries
                .recv_timeout(Duration::from_secs(60))
                .expect("the registry announces what happens in it");
            assert_eq!(delivery.answer.status, 202, "{:?}", delivery.answer);
            // Others are of layers.
            if delivery.answer.json()["accepted"] != 0 {
                return delivery;
            }
        }
    }

    /// What a statement finds in the database.
    fn rows(&self, statement: &str) -> Vec<String> {
        let database = rusqlite::Connection::open(self.app.database()).unwrap();
        let mut statement = database.prepare(statement).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn scans(&self) -> Vec<String> {
        self.rows("SELECT origin || ' ' || repository || ' ' || tag || ' ' || digest FROM scans ORDER BY 1")
    }

    fn images(&self) -> Vec<String> {
        self.rows("SELECT state || ' ' || repository || ' ' || tag || ' ' || digest FROM images ORDER BY 1")
    }
}

impl Delivery {
    fn pass_on(client: &Client, path: &str, authorization: &str, body: String) -> Self {
        let headers = [
            ("authorization", authorization),
            (
                "content-type",
                "application/vnd.docker.distribution.events.v2+json",
            ),
        ];
        let answer = client.post_text(path, &headers, &body);
        Self {
            path: path.to_owned(),
            authorization: authorization.to_owned(),
            body,
            answer,
        }
    }

    /// Sends it again.
    fn again(&self, app: &App) -> Response {
        Self::pass_on(
            &app.stranger(),
            &self.path,
            &self.authorization,
            self.body.clone(),
        )
        .answer
    }
}

#[test]
fn what_is_pushed_moved_and_deleted_is_known_and_queued_at_once() {
    let announced = Announced::start(json!({ "events": true, "include": ["team/app:v"] }));
    let (first, second) = (Image::new("the first"), Image::new("the second"));
    let (a, b) = (first.digest(), second.digest());

    announced.registry.push(&first, "team/app:v1");
    let pushed = announced.heard();
    assert_eq!(announced.scans(), [format!("event team/app v1 {a}")]);
    assert_eq!(announced.images(), [format!("new team/app v1 {a}")]);

    // Another tag of it is no other image, and what the policy does not take is known, but not queued.
    announced.registry.push(&first, "team/app:v1.0");
    announced.heard();
    announced.registry.push(&second, "team/app:latest");
    announced.heard();
    assert_eq!(announced.scans(), [format!("event team/app v1 {a}")]);

    announced.registry.push(&second, "team/app:v1");
    announced.heard();
    // The first image is pulled by the tag that still names it.
    let scans = [
        format!("event team/app v1 {b}"),
        format!("event team/app v1.0 {a}"),
    ];
    assert_eq!(announced.scans(), scans);

    // The first push, told once more, is of yesterday.
    assert_eq!(pushed.again(&announced.app).expect(202)["accepted"], 1);
    assert_eq!(announced.scans(), scans);
    let replaced = format!("replaced team/app v1 {b}");
    assert!(
        announced.images().contains(&replaced),
        "{:?}",
        announced.images()
    );

    announced.registry.delete("team/app", &b);
    let deleted = announced.heard();
    for _ in 0..2 {
        let images = announced.images();
        let mut expected = [
            format!("gone team/app latest {b}"),
            format!("gone team/app v1 {b}"),
            format!("new team/app v1.0 {a}"),
        ];
        expected.sort();
        assert_eq!(images, expected);
        // Nor does the removal do anything twice.
        deleted.again(&announced.app).expect(202);
    }
    // And the push, again, brings nothing back that the registry has no more.
    pushed.again(&announced.app).expect(202);
    assert!(!announced.images().contains(&format!("new team/app v1 {a}")));
}

#[test]
fn what_is_pushed_goes_to_a_scanner_and_what_is_deleted_goes_away() {
    let announced = Announced::start(json!({ "events": true, "cleanup": true }));
    let [image, other] = ["pushed", "kept"].map(Image::new);
    announced.registry.push(&image, "team/app:v1");
    announced.heard();
    let (client, path) = (&announced.client, &announced.path);
    let scanner = json!({ "scanner": "s1", "limit": 10 });
    let lease = client.post("/v1/scans/lease", &scanner).expect(200);
    let scans = lease["scans"].as_array().unwrap();
    assert_eq!(scans.len(), 1, "{lease:#}");
    let authority = announced.registry.authority();
    let name = format!("{authority}/team/app@{}", image.digest());
    assert_eq!(scans[0]["image"], name);
    assert_eq!(scans[0]["origin"], "event");

    announced.registry.push(&other, "team/app:kept");
    announced.heard();
    announced.registry.delete("team/app", &image.digest());
    announced.heard();
    while client.post(&format!("{path}/sync"), &json!({})).status == 202 {}
    let images = client.get(&format!("{path}/images")).expect(200);
    let tags: Vec<_> = images["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| &image["tag"])
        .collect();
    assert_eq!(tags, ["kept"], "{images:#}");
}

#[test]
fn nobody_else_is_let_in() {
    let announced = Announced::start(json!({ "events": true }));
    announced
        .registry
        .push(&Image::new("pushed"), "team/app:v1");
    let delivery = announced.heard();
    let stranger = announced.app.stranger();
    let told = |authorization: &str| {
        Delivery::pass_on(
            &stranger,
            &delivery.path,
            authorization,
            delivery.body.clone(),
        )
        .answer
    };
    told("Bearer 00000000000000000000000000000000").problem(404, "not_found");
    let secret = delivery.authorization.trim_start_matches("Bearer ");
    assert!(!announced.app.log().contains(secret));
    // Another secret ends this one.
    announced
        .client
        .post(&format!("{}/events", announced.path), &json!({}))
        .expect(200);
    told(&delivery.authorization).problem(404, "not_found");
}
