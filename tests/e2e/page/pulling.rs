//! What the page shows of a connection's images: syncs, inventory, scans, and what the registry announces.

use bowline_tests::{
    app::App,
    browser::Browser,
    form::with_password,
    image::Image,
    registry::{Access, Registry},
};
use serde_json::{Value, json};

use super::{PATH, id, look, open};

const ENTER: &str = "\u{e007}";

/// A connection to the registry with these pull rules; the path of its place on the page.
fn connect(app: &App, registry: &Registry, policy: Value) -> String {
    let mut form = with_password(&registry.url(), "alice", "s3cret");
    form["name"] = "Production images".into();
    form["policy"] = policy;
    let kept = app.client(&["acme"]).post(PATH, &form).expect(201);
    format!("#/connections/{}", kept["id"].as_str().expect("an id"))
}

fn image(name: &str, state: &str) -> String {
    format!("[data-testid='image-row'][data-image='{name}'][data-state='{state}']")
}

fn count(of: &str, images: usize) -> String {
    format!("[data-testid='sync-count-{of}'][data-count='{images}']")
}

/// The whole of a text that the page offers to copy.
fn line(browser: &Browser, test_id: &str) -> String {
    let line = browser.measure(&id(test_id), "found.lines[0]");
    line.as_str().expect("a line is text").to_owned()
}

#[test]
fn a_sync_fills_the_inventory_and_says_what_it_found() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    for tag in ["1.4", "latest"] {
        registry.push(&Image::new(tag), &format!("team/app:{tag}"));
    }
    registry.push(&Image::new("internal"), "internal-tools/cli:1.0");
    registry.push(&Image::new("nightly"), "team/app:nightly");
    let rules = json!({
        "mode": "automatic", "at": "02:30", "timezone": "Europe/Vienna",
        "include": [":1", ":latest"], "never": ["internal-"],
    });
    let place = connect(&app, &registry, rules);
    let browser = open(&app);
    browser.resize(1280, 1000);
    browser.go(&format!("{place}/images"));
    browser.see(&id("no-images"));
    look(&browser, "inventory-empty");

    browser.click(&id("sync-button"));
    browser.see("[data-testid='sync-outcome'][data-state='done'][data-complete='true']");
    browser.see(&count("new", 3));
    browser.see(&image("team/app:1.4", "new"));
    assert!(browser.announced().contains("The sync is done: 3 new"));
    browser.click("[data-testid='sync-skipped'] summary");
    let skipped = browser.see(&id("sync-skipped"));
    assert!(skipped.contains("excluded by internal-"), "{skipped}");
    assert!(skipped.contains("1 repository"), "{skipped}");
    look(&browser, "inventory");

    // A tag that moves, one that is new.
    registry.push(&Image::new("moved"), "team/app:latest");
    registry.push(&Image::new("1.5"), "team/app:1.5");
    browser.click(&id("sync-button"));
    browser.see(&count("replaced", 1));
    browser.see(&count("new", 1));
    browser.see(&image("team/app:latest", "replaced"));
    browser.see(&image("team/app:1.5", "new"));
    browser.see(&image("team/app:1.4", "unchanged"));

    browser.choose(&id("image-state-filter"), "replaced");
    browser.see_no(&image("team/app:1.4", "unchanged"));
    browser.choose(&id("image-state-filter"), "");
    browser.fill(&id("image-search"), "1.4");
    browser.see_no(&image("team/app:1.5", "new"));
    browser.see(&image("team/app:1.4", "unchanged"));

    // What the rules took is queued; of the scans the page tells where they stand.
    browser.click(&id("tab-scans"));
    browser.see("[data-testid='scan-row'][data-image='team/app:1.5'][data-state='queued']");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn chosen_images_are_queued_for_a_scan() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("chosen"), "team/app:1.4");
    registry.push(&Image::new("other"), "team/app:1.5");
    let place = connect(&app, &registry, json!({ "mode": "manual" }));
    let browser = open(&app);
    browser.go(&format!("{place}/images"));
    browser.click(&id("sync-button"));
    let row = image("team/app:1.4", "new");
    browser.see(&row);
    browser.click(&format!("{row} [data-testid='choose-image']"));
    browser.click(&id("scan-chosen-button"));
    let queued = browser.see("[data-testid='queued']:not(:empty)");
    assert_eq!(queued, "1 image is queued for a scan.");
    browser.see(&format!("{row} [data-state='queued']"));
    browser.click(&id("tab-scans"));
    browser.see("[data-testid='scan-row'][data-image='team/app:1.4'][data-state='queued']");
    browser.see_no("[data-testid='scan-row'][data-image='team/app:1.5']");
    // One that is named instead, as where a registry lists nothing; and one that there is not.
    browser.fill(&id("scan-input"), &format!("team/app:1.5{ENTER}"));
    browser.see("[data-testid='scan-row'][data-image='team/app:1.5'][data-state='queued']");
    browser.fill(&id("scan-input"), &format!("team/app:9.9{ENTER}"));
    browser.see("[data-testid='scan-refusal']:not(:empty)");
    look(&browser, "scan-refused");

    // A scanner comes for them, and is then one to choose.
    let client = app.client(&["acme"]);
    let lease = json!({ "scanner": "frankfurt", "limit": 1 });
    let leased = client.post("/v1/scans/lease", &lease).expect(200);
    let scan = &leased["scans"][0];
    browser.press_until(
        &id("refresh-scans-button"),
        "[data-testid='scan-row'][data-state='leased']",
    );
    let result = json!({ "lease": scan["lease"], "outcome": "passed", "reason": "" });
    let path = format!("/v1/scans/{}/result", scan["id"].as_str().expect("an id"));
    client.post(&path, &result).expect(200);
    browser.press_until(
        &id("refresh-scans-button"),
        "[data-testid='scan-row'][data-state='passed']",
    );
    look(&browser, "scans");

    browser.click(&id("tab-policy"));
    browser.choose(&id("field-policy.scanner"), "specific");
    browser.click("[data-testid='scanner'][data-name='frankfurt']");
    browser.click(&id("save-policy-button"));
    browser.see(&id("toast"));
    let policy = &client.get(PATH).expect(200)["items"][0]["policy"];
    assert_eq!(
        policy["scanner"],
        json!({ "kind": "specific", "names": ["frankfurt"] })
    );
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_sync_that_fails_says_why_and_what_to_do() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "another-secret")]));
    let place = connect(&app, &registry, json!({ "mode": "manual" }));
    let browser = open(&app);
    browser.go(&format!("{place}/images"));
    browser.click(&id("sync-button"));
    browser.see("[data-testid='sync-outcome'][data-state='failed']");
    let problem = browser.see("[data-testid='problem'][data-code='auth.rejected']");
    assert!(
        problem.contains("rejected the username or password"),
        "{problem}"
    );
    look(&browser, "sync-failed");
}

#[test]
fn a_registry_announces_its_pushes_with_what_the_page_gives_to_paste() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    let place = connect(&app, &registry, json!({ "mode": "manual", "events": true }));
    let browser = open(&app);
    browser.resize(1280, 1200);
    browser.go(&format!("{place}/events"));
    browser.see_no(&id("events-ignored"));
    browser.click(&id("make-secret-button"));
    browser.see(&id("secret-once"));
    let authorization = line(&browser, "event-authorization");
    let snippet = line(&browser, "event-snippet");
    assert!(snippet.contains(&authorization), "{snippet}");
    look(&browser, "events-secret");

    // The registry starts again with what was pasted into its configuration.
    let registry = registry.restart_with(&snippet);
    registry.push(&Image::new("announced"), "team/app:2.0");
    browser.go(&format!("{place}/scans"));
    // What it announces is queued within the second; the page shows it when it looks again.
    browser.press_until(
        &id("refresh-scans-button"),
        "[data-testid='scan-row'][data-image='team/app:2.0']",
    );
    browser.go(&format!("{place}/images"));
    browser.see(&image("team/app:2.0", "new"));

    // The secret is not told again; another one replaces it.
    browser.go(&format!("{place}/events"));
    browser.reload();
    browser.see(&id("replace-secret-button"));
    assert!(!browser.text().contains(&authorization));
    look(&browser, "events");
    browser.click(&id("replace-secret-button"));
    browser.click(&id("confirm-secret-button"));
    assert_ne!(line(&browser, "event-authorization"), authorization);
    browser.click(&id("end-events-button"));
    browser.click(&id("confirm-secret-button"));
    browser.see(&id("make-secret-button"));
    assert_eq!(browser.complaints(), [""; 0]);
}
