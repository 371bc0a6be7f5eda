//! Whatever one tenant, registry or client does, every other tenant is answered right and in time.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use bowline_tests::{
    app::App,
    client::Client,
    form::{anonymous, with},
    image::Image,
    neighbors::{ATTACKS, SILENT_STREAMS},
    registry::{Access, Registry},
    sign_in::SignIn,
};
use serde_json::{Value, json};

/// How many attackers there are at once.
const ATTACKERS: usize = 6;
/// How long an answer may take that contacts no registry, and how long one that does: a check has ten seconds. The rest
/// is for a busy machine.
const ANSWER: Duration = Duration::from_secs(8);
const CONVERSATION: Duration = Duration::from_secs(13);

/// A tenant with one connection, whose registry holds one image.
struct Neighbor<'a> {
    app: &'a App,
    path: String,
}

impl<'a> Neighbor<'a> {
    fn new(app: &'a App, registry: &Registry) -> Self {
        let list = "/v1/projects/acme/connections";
        let form = with(
            anonymous(&registry.url()),
            &json!({ "name": "prod", "policy": { "mode": "automatic", "at": "00:00", "include": ["team/app"] } }),
        );
        let made = app.client(&["acme"]).post(list, &form).expect(201);
        let path = format!("{list}/{}", made["id"].as_str().unwrap());
        Self { app, path }
    }

    /// Does what a tenant does, as a subject of its own: what one may ask for in a minute is limited.
    fn calls(&self, attack: &str) {
        let mut sign_in = SignIn::everything(&["acme"]);
        sign_in.claims["sub"] = format!("anna, beside {attack}").into();
        let client = self.app.client_of(&sign_in);
        let in_time = |name: &str, limit: Duration, call: &dyn Fn(&Client)| {
            let started = Instant::now();
            call(&client);
            let took = started.elapsed();
            assert!(took < limit, "{attack}: {name} took {took:?}");
        };
        in_time("the page", ANSWER, &|client| {
            assert_eq!(client.get("/").status, 200, "{attack}");
        });
        in_time("the providers", ANSWER, &|client| {
            let providers = client.get("/v1/providers").expect(200);
            assert!(providers.to_string().contains("docker-hub"), "{attack}");
        });
        in_time("a form", ANSWER, &|client| {
            let report = client.post("/v1/validate", &anonymous("registry.example.com"));
            assert_eq!(report.expect(200)["valid"], true, "{attack}");
        });
        in_time("a connection", ANSWER, &|client| {
            let read = client.get(&self.path).expect(200);
            assert_eq!(read["name"], "prod", "{attack}");
        });
        in_time("the connections", ANSWER, &|client| {
            let list = client.get("/v1/projects/acme/connections").expect(200);
            assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{attack}");
        });
        in_time("a check", CONVERSATION, &|client| {
            let check = client.post(&format!("{}/check", self.path), &json!({}));
            assert_eq!(check.expect(200)["proved"], "pull", "{attack}");
        });
        in_time("a sync", CONVERSATION, &|client| {
            let sync = self.sync(client);
            assert_eq!(sync["state"], "done", "{attack}: {sync:#}");
            assert_eq!(sync["images"]["gone"], 0, "{attack}: {sync:#}");
        });
    }

    /// Steps until the sync has ended, and gives it.
    fn sync(&self, client: &Client) -> Value {
        loop {
            let step = client.post(&format!("{}/sync", self.path), &json!({}));
            if step.status != 202 {
                return step.expect(200);
            }
        }
    }

    /// The daily pull of this connection begins, although others are in its way.
    fn is_pulled_daily(&self, attack: &str) {
        let database = rusqlite::Connection::open(self.app.database()).unwrap();
        let id = self.path.rsplit('/').next().unwrap();
        let client = self.app.client(&["acme"]);
        let everybody = self.app.client_of(&SignIn::due());
        let status = || client.get(&format!("{}/sync", self.path)).expect(200);
        let before = status()["last"].clone();
        let due = "UPDATE schedules SET sync_at = 1, plan_from = NULL WHERE connection = ?1";
        database.execute(due, [id]).unwrap();
        let started = Instant::now();
        loop {
            let due = everybody.post("/v1/sync/due", &json!({}));
            assert_eq!(due.status, 200, "{attack}: {due:?}");
            let status = status();
            if status["running"].is_null() && status["last"] != before {
                assert_eq!(status["last"]["origin"], "schedule", "{attack}: {status:#}");
                return;
            }
            let took = started.elapsed();
            assert!(
                took < CONVERSATION,
                "{attack}: after {took:?} no pull: {status:#}"
            );
        }
    }
}

#[test]
fn every_neighbor_is_answered_in_time_beside_every_attack() {
    let registry = Registry::start(&Access::Open);
    registry.push(&Image::new("the neighbor's"), "team/app:v1");
    let mut app = App::start();
    let mut neighbor = Neighbor::new(&app, &registry);
    neighbor.calls("nobody");
    // All attacks run, so that one failure does not hide another.
    let harmful: Vec<_> = ATTACKS
        .iter()
        .filter(|attack| {
            let started = Instant::now();
            let calls = AssertUnwindSafe(|| neighbor.calls(attack.name));
            let outcome = attack.run(&app, ATTACKERS, || catch_unwind(calls));
            println!("{}: {:?}", attack.name, started.elapsed());
            outcome.is_err()
        })
        .map(|attack| attack.name)
        .collect();
    assert_eq!(harmful, [""; 0]);
    // Registries that do not answer take the time of the scheduled work from no other tenant.
    let silent = ATTACKS.iter().find(|attack| attack.name == SILENT_STREAMS);
    silent
        .unwrap()
        .run(&app, 1, || neighbor.is_pulled_daily(SILENT_STREAMS));
    // What the attackers have left behind is in nobody's way either, also after a restart.
    neighbor.is_pulled_daily("what is left of the attacks");
    let path = std::mem::take(&mut neighbor.path);
    app.terminate();
    app.wait();
    app.start_again();
    let neighbor = Neighbor { app: &app, path };
    neighbor.is_pulled_daily("what is left after a restart");
}
