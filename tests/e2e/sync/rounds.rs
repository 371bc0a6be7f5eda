//! A host that is killed while it synchronizes.

use std::{collections::BTreeMap, thread};

use bowline_tests::{
    app::{AUTH_SECRET, App},
    form::{anonymous, with},
    image::Image,
    registry::{Access, Registry},
    relay::Relay,
    sign_in::SignIn,
};
use serde_json::json;

const PATH: &str = "/v1/projects/acme/connections";

/// How often it is killed.
const ROUNDS: usize = 50;

/// After at most so many requests to the registry: about as many as a whole sync makes.
const MOST_REQUESTS: usize = 32;

#[test]
fn whenever_the_host_is_killed_the_inventory_ends_as_the_registry() {
    let registry = Registry::start(&Access::Open);
    let relay = Relay::start(registry.authority());
    let images: Vec<Image> = (0..7).map(|n| Image::new(&n.to_string())).collect();
    let mut there = BTreeMap::new();
    let mut push = |number: usize| {
        let image = &images[number % images.len()];
        let name = format!("app{}:v{}", number % 3, number % 5);
        registry.push(image, &name);
        there.insert(name, image.digest());
    };
    (0..15).for_each(&mut push);
    let mut app = App::start();
    let form = with(
        anonymous(&format!("http://{}", relay.authority())),
        &json!({ "name": "prod" }),
    );
    let created = app.client(&["acme"]).post(PATH, &form).expect(201);
    let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
    for round in 0..ROUNDS {
        push(15 + 4 * round);
        let url = format!("{}{path}/sync", app.origin());
        let token = SignIn::everything(&["acme"]).token(AUTH_SECRET);
        relay.take_traffic();
        let mut requests = 0;
        let syncing = thread::spawn(move || {
            let request = ureq::post(url).header("Authorization", format!("Bearer {token}"));
            // It ends with the host, mostly without an answer.
            drop(request.send_empty());
        });
        while requests < round % MOST_REQUESTS && !syncing.is_finished() {
            requests += relay.take_traffic().requests;
            thread::yield_now();
        }
        app.kill();
        syncing.join().unwrap();
        // As if the minute had passed for which the lease holds.
        let database = rusqlite::Connection::open(app.database()).unwrap();
        let later = "UPDATE syncs SET lease_until = 0, retry_at = 0 WHERE finished_at IS NULL";
        database.execute(later, []).unwrap();
        drop(database);
        app.start_again();
    }
    let client = app.client(&["acme"]);
    // The one that is unfinished may have read a repository before the last pushes; the next has not.
    for _ in 0..2 {
        while client.post(&format!("{path}/sync"), &json!({})).status == 202 {}
    }
    let page = client.get(&format!("{path}/images?limit=200")).expect(200);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let known: BTreeMap<String, String> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| {
            let name = format!("{}:{}", text(&image["repository"]), text(&image["tag"]));
            (name, text(&image["digest"]))
        })
        .collect();
    assert_eq!(known, there);
}
