//! What a check costs a registry: requests, connections and bytes, counted between the two.

use bowline_tests::{
    app::App,
    form::{anonymous, with, with_password},
    image::Image,
    registry::{Access, Registry},
    relay::{Relay, Traffic},
    token_service::{TokenService, User},
    tool::SKOPEO,
};
use serde_json::{Value, json};

/// Checks the form at the relay and tells what that cost. The check must prove a pull.
fn cost(app: &App, relay: &Relay, form: Value, image: Option<&str>) -> Traffic {
    relay.set_fault(None);
    relay.take_traffic();
    let asked = json!({ "form": form, "image": image });
    let check = app.client(&["acme"]).post("/v1/check", &asked).expect(200);
    assert_eq!(check["proved"], "pull", "{check:#}");
    relay.take_traffic()
}

#[test]
fn a_check_makes_the_fewest_requests_on_one_connection() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let (open, basic, token) = (
        Registry::start(&Access::Open),
        Registry::start(&Access::Basic(&[("alice", "s3cret")])),
        Registry::start(&Access::Token(&service)),
    );
    let image = Image::new("cost");
    let relays = [&open, &basic, &token].map(|registry| {
        registry.push(&image, "team/app:v1");
        Relay::start(registry.authority())
    });
    let urls = relays
        .each_ref()
        .map(|relay| format!("http://{}", relay.authority()));
    let [open, basic, token] = &relays;
    let trusting = with(
        with_password(&urls[2], "alice", "s3cret"),
        &json!({ "trustedAuthHosts": [service.authority()] }),
    );
    let named = Some("team/app:v1");
    let cases = [
        // `/v2/`, manifest, config.
        ("open, named", open, anonymous(&urls[0]), named, 3),
        // And catalog and tags before them.
        ("open, drawn", open, anonymous(&urls[0]), None, 5),
        // And `/v2/` once more, with the password.
        (
            "basic, named",
            basic,
            with_password(&urls[1], "alice", "s3cret"),
            named,
            4,
        ),
        (
            "basic, drawn",
            basic,
            with_password(&urls[1], "alice", "s3cret"),
            None,
            6,
        ),
        // The tokens come from elsewhere.
        ("token, named", token, trusting.clone(), named, 3),
        ("token, drawn", token, trusting, None, 5),
    ];
    for (name, relay, form, image, requests) in cases {
        let before = service.requests().len();
        let cost = cost(&app, relay, form, image);
        assert_eq!(
            (cost.requests, cost.connections),
            (requests, 1),
            "{name}: {cost:?}"
        );
        assert!(
            cost.sent < requests * 1280 && cost.received < requests * 1024,
            "{name}: {cost:?}"
        );
        let tokens = service.requests().len() - before;
        let expected = match (name.starts_with("token"), image) {
            (false, _) => 0,
            // One to pull, and one that asks whether pushing would be granted too.
            (true, Some(_)) => 2,
            // And one for the catalog.
            (true, None) => 3,
        };
        assert_eq!(tokens, expected, "{name}");
    }
}

#[test]
fn a_check_asks_for_less_than_skopeo_does() {
    let (app, registry) = (
        App::start(),
        Registry::start(&Access::Basic(&[("alice", "s3cret")])),
    );
    registry.push(&Image::new("skopeo"), "team/app:v1");
    let relay = Relay::start(registry.authority());
    let form = with_password(&format!("http://{}", relay.authority()), "alice", "s3cret");
    let ours = cost(&app, &relay, form, None);

    let repository = format!("docker://{}/team/app", relay.authority());
    let login = ["--tls-verify=false", "--creds", "alice:s3cret"];
    let run = |command: &[&str]| SKOPEO.run(&[command, &login].concat());
    run(&["inspect", &format!("{repository}:v1")]);
    run(&["list-tags", &repository]);
    let theirs = relay.take_traffic();
    assert!(
        ours.requests <= theirs.requests && ours.connections < theirs.connections,
        "{ours:?} against {theirs:?}"
    );
}
