//! A real registry's images in the inventory.

use bowline_tests::{
    app::App,
    client::Client,
    form::{anonymous, with},
    image::Image,
    registry::{Access, Registry},
};
use serde_json::{Value, json};

/// Steps until the sync has ended, and gives it.
fn sync(client: &Client, connection: &str) -> Value {
    let path = format!("{connection}/sync");
    for _ in 0..20 {
        let answer = client.post(&path, &json!({}));
        if answer.status == 200 {
            return answer.expect(200);
        }
        answer.expect(202);
    }
    panic!("a small registry is read in a few steps");
}

/// new, replaced, unchanged, gone
fn counts(sync: &Value) -> [i64; 4] {
    ["new", "replaced", "unchanged", "gone"].map(|name| sync["images"][name].as_i64().unwrap())
}

/// `repository:tag state digest` of each image of the inventory.
fn inventory(client: &Client, connection: &str) -> Vec<String> {
    let page = client.get(&format!("{connection}/images")).expect(200);
    let items = page["items"].as_array().unwrap().iter();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    items
        .map(|item| {
            let name = format!("{}:{}", text(item, "repository"), text(item, "tag"));
            format!("{name} {} {}", text(item, "state"), text(item, "digest"))
        })
        .collect()
}

#[test]
fn the_inventory_follows_a_registry() {
    let registry = Registry::start(&Access::Open);
    let [one, two] = ["one", "two"].map(Image::new);
    registry.push(&one, "team/app:v1");
    registry.push(&two, "team/app:v2");
    registry.push(&two, "team/app:latest");
    registry.push(&one, "base:v1");
    let app = App::start();
    let client = app.client(&["acme"]);
    let policy = json!({ "cleanup": true, "never": ["base"] });
    let form = with(
        anonymous(&registry.url()),
        &json!({ "name": "prod", "policy": policy }),
    );
    let path = "/v1/projects/acme/connections";
    let created = client.post(path, &form).expect(201);
    let connection = format!("{path}/{}", created["id"].as_str().unwrap());
    let (one, two) = (one.digest(), two.digest());

    let first = sync(&client, &connection);
    assert_eq!(
        (&first["state"], &first["complete"]),
        (&json!("done"), &json!(true)),
        "{first:#}"
    );
    assert_eq!(counts(&first), [3, 0, 0, 0], "{first:#}");
    // A greeting, two lists, a manifest a tag, and a config a digest.
    assert_eq!(first["requests"], 1 + 2 + 3 + 2, "{first:#}");
    let never = json!([{ "list": "never", "pattern": "base", "repositories": 1, "images": 0 }]);
    assert_eq!(first["skipped"], never);
    let expected = [
        format!("team/app:latest new {two}"),
        format!("team/app:v1 new {one}"),
        format!("team/app:v2 new {two}"),
    ];
    assert_eq!(inventory(&client, &connection), expected);
    let images = client
        .get(&format!("{connection}/images?search=v1"))
        .expect(200);
    let image = &images["items"][0];
    assert!(
        image["createdAt"].is_string() && image["size"].is_u64(),
        "{image:#}"
    );

    let second = sync(&client, &connection);
    assert_eq!(counts(&second), [0, 0, 3, 0], "{second:#}");
    assert_eq!(second["requests"], 1 + 2 + 3, "{second:#}");

    // A tag moves, one comes, and two go with their manifest.
    let three = Image::new("three");
    registry.push(&three, "team/app:v1");
    registry.push(&three, "team/app:v3");
    registry.delete("team/app", &two);
    let third = sync(&client, &connection);
    assert_eq!(counts(&third), [1, 1, 0, 2], "{third:#}");
    let three = three.digest();
    let expected = [
        format!("team/app:v1 replaced {three}"),
        format!("team/app:v3 new {three}"),
    ];
    assert_eq!(inventory(&client, &connection), expected);
    let status = client.get(&format!("{connection}/sync")).expect(200);
    assert_eq!(
        (&status["running"], &status["last"]),
        (&Value::Null, &third)
    );
}

#[test]
fn a_registry_that_is_away_takes_nothing_from_the_inventory() {
    let registry = Registry::start(&Access::Open);
    registry.push(&Image::new("one"), "app:v1");
    let app = App::start();
    let client = app.client(&["acme"]);
    let path = "/v1/projects/acme/connections";
    let form = with(
        anonymous(&registry.url()),
        &json!({ "name": "prod", "policy": { "cleanup": true } }),
    );
    let created = client.post(path, &form).expect(201);
    let connection = format!("{path}/{}", created["id"].as_str().unwrap());
    sync(&client, &connection);
    let known = inventory(&client, &connection);
    drop(registry);
    let away = client
        .post(&format!("{connection}/sync"), &json!({}))
        .expect(202);
    assert_eq!(
        (&away["state"], &away["problem"]["code"]),
        (&json!("running"), &json!("connect.refused")),
        "{away:#}"
    );
    assert_eq!(inventory(&client, &connection), known);
}
