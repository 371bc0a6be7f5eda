//! Several hosts on one database.

use std::{
    sync::{Barrier, mpsc},
    thread,
};

use bowline_tests::{
    app::App,
    form::{with, with_password},
    gate::Gate,
    image::Image,
    registry::{Access, Registry},
    token_service::{Mood, TokenService, User},
};
use serde_json::{Value, json};

const PATH: &str = "/v1/projects/acme/connections";
const DUE: &str = "/v1/sync/due";
const ROUNDS: usize = 5;

#[test]
fn two_hosts_that_are_asked_at_once_make_one_run() {
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    let app = App::start();
    let hosts = [&app, &app.another()];
    let form = with(
        with_password(&registry.url(), "alice", "s3cret"),
        &json!({ "trustedAuthHosts": [service.authority()] }),
    );
    let created = app.client(&["acme"]).post(PATH, &form).expect(201);
    let connection = format!("{PATH}/{}", created["id"].as_str().unwrap());
    let sync = format!("{connection}/sync");
    let mut there = Vec::new();
    for round in 0..ROUNDS {
        let image = Image::new(&round.to_string());
        service.set(Mood::Fair);
        registry.push(&image, &format!("app:v{round}"));
        there.push(json!([format!("v{round}"), image.digest()]));

        // Whoever is at the registry stays there until the others have answered.
        let gate = Gate::default();
        service.set(Mood::Slow(gate.clone()));
        let ready = Barrier::new(4);
        let (sender, answers) = mpsc::channel();
        let (early, late) = thread::scope(|scope| {
            for host in hosts {
                for path in [sync.as_str(), DUE] {
                    let (client, ready, sender) = (host.client(&["acme"]), &ready, sender.clone());
                    scope.spawn(move || {
                        ready.wait();
                        let answer = client.post(path, &json!({}));
                        sender.send((path, answer)).unwrap();
                    });
                }
            }
            let early: Vec<_> = answers.iter().take(3).collect();
            gate.open();
            (early, answers.recv().unwrap())
        });
        let run = late.1.expect(200);
        assert_eq!(
            (late.0, &run["state"]),
            (sync.as_str(), &json!("done")),
            "{run:#}"
        );
        for (path, answer) in early {
            if path == DUE {
                let none = json!({ "started": 0, "continued": 0, "finished": 0, "failed": 0 });
                assert_eq!(answer.expect(200)["syncs"], none);
            } else {
                assert_eq!(answer.expect(202)["id"], run["id"]);
            }
        }
        let client = app.client(&["acme"]);
        let standing = client.get(&sync).expect(200);
        assert_eq!(
            (&standing["running"], &standing["last"]),
            (&Value::Null, &run)
        );
        let page = client.get(&format!("{connection}/images")).expect(200);
        let images = page["items"].as_array().unwrap().iter();
        let known: Vec<_> = images
            .map(|image| json!([image["tag"], image["digest"]]))
            .collect();
        assert_eq!(known, there);
    }
}
