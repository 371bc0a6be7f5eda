//! Pull rules, images and credentials of a connection on the console page.

use bowline_tests::{
    app::App,
    form::with_password,
    image::Image,
    registry::{Access, Registry},
};
use serde_json::json;

use super::{PATH, id, look, open, row};

const ENTER: &str = "\u{e007}";

#[test]
fn rules_are_edited_tried_and_kept() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    for tag in ["v1", "v2", "latest"] {
        registry.push(&Image::new(tag), &format!("team/app:{tag}"));
    }
    registry.push(&Image::new("internal"), "internal-tools/cli:v1");
    let kept = client
        .post(PATH, &with_password(&registry.url(), "alice", "s3cret"))
        .expect(201);
    let place = format!("{PATH}/{}", kept["id"].as_str().expect("an id"));

    let browser = open(&app);
    browser.resize(1280, 1500);
    browser.click("button.name");
    browser.click(&id("policy-button"));
    browser.see_no(&id("patterns-include"));
    browser.click(&id("mode-automatic"));
    for (list, pattern) in [
        ("include", ":v"),
        ("never", "internal-"),
        ("always", ":latest"),
    ] {
        browser.fill(
            &id(&format!("pattern-input-{list}")),
            &format!("{pattern}{ENTER}"),
        );
    }
    browser.click(&id("tester-load-button"));
    let summary = browser.see("[data-testid='tester-summary']:not([aria-busy='true'])");
    assert_eq!(summary, "3 of 4 included");
    browser.see("[data-testid='tester-row'][data-selected='false']");
    look(&browser, "pattern-tester");

    browser.fill(&id("pattern-input-include"), &format!("/^v{ENTER}"));
    browser.see("[data-code='pattern.unclosed']");
    browser.click(&id("save-policy-button"));
    assert_eq!(
        client.get(&place).expect(200)["policy"],
        json!(null),
        "saved with an error in it"
    );
    browser.click("[data-testid='pattern'][data-pattern='/^v'] + button");
    browser.see_no("[data-code='pattern.unclosed']");
    browser.click(&id("save-policy-button"));
    browser.see(&id("toast"));
    let policy = &client.get(&place).expect(200)["policy"];
    assert_eq!(policy["include"], json!([":v"]));
    assert_eq!(policy["never"], json!(["internal-"]));
    assert_eq!(policy["mode"], "automatic");

    browser.reload();
    browser.see("[data-testid='pattern'][data-pattern=':latest']");
    browser.back();
    browser.see(&row("registry of the tests"));
}

#[test]
fn images_are_browsed() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("browse"), "team/app:v1");
    registry.push(&Image::new("other"), "library/base:3");
    client
        .post(PATH, &with_password(&registry.url(), "alice", "s3cret"))
        .expect(201);
    let browser = open(&app);
    browser.click("button.name");
    browser.click(&id("images-button"));
    browser.click(&id("tab-registry"));
    browser.see("[data-testid='repository'][data-name='library/base']");
    browser.fill(&id("repository-search"), "team");
    browser.see_no("[data-testid='repository'][data-name='library/base']");
    browser.click("[data-testid='repository'][data-name='team/app']");
    assert_eq!(browser.see(&id("tag")), "v1");
    look(&browser, "registry");
}

#[test]
fn credentials_are_replaced_and_the_registry_stays() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("rotate"), "team/app:v1");
    client
        .post(
            PATH,
            &with_password(&registry.url(), "alice", "an-old-password"),
        )
        .expect(201);
    let browser = open(&app);
    browser.resize(1280, 1380);
    browser.click("button.name");
    browser.click(&id("credentials-button"));
    browser.see_no(&id("field-url"));
    browser.fill(&id("field-password"), "wrong-again");
    browser.click(&id("save-button"));
    browser.see("[data-testid='problem'][data-code='auth.rejected']");
    let by_hand = browser.see(&id("copy-line"));
    assert_eq!(
        by_hand,
        format!("docker login {} -u alice", registry.authority())
    );
    assert!(!browser.text().contains("wrong-again"));
    look(&browser, "failed-check");
    browser.fill(&id("field-password"), "s3cret");
    browser.click(&id("save-button"));
    browser.see(&id("toast"));
    browser.go("#/connections");
    browser.click(&id("check-button"));
    browser.see("[data-testid='check-outcome'][data-ok='true']");
}

#[test]
fn what_is_in_use_is_removed_only_on_purpose() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let kept = client
        .post(
            PATH,
            &with_password("https://registry.example.com", "alice", "s3cret"),
        )
        .expect(201);
    let usage = format!("{PATH}/{}/uses/deploy", kept["id"].as_str().expect("an id"));
    let lasts = json!({ "title": "Deploy to Frankfurt", "until": "2099-01-01T00:00:00Z" });
    client.send("PUT", &usage, &[], Some(&lasts)).expect(200);
    let browser = open(&app);
    browser.click(&id("remove-button"));
    let uses = browser.see(&id("uses"));
    assert!(uses.contains("Deploy to Frankfurt"), "{uses}");
    look(&browser, "remove-in-use");
    browser.click(&id("confirm-remove-button"));
    browser.see_no(&row("registry of the tests"));
    assert_eq!(client.get(PATH).expect(200)["items"], json!([]));
}

#[test]
fn a_hundred_thousand_names_are_tried_without_holding_up_the_page() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let kept = client
        .post(
            PATH,
            &with_password("https://registry.example.com", "alice", "s3cret"),
        )
        .expect(201);
    let browser = open(&app);
    let id_of = kept["id"].as_str().expect("an id");
    browser.go(&format!("#/connections/{id_of}/policy"));
    browser.click(&id("mode-automatic"));
    let names = "(window.names = Array.from({ length: 100000 }, (_, n) => `team/service-${n % 2000}:1.${n}`).join('\\n')).length";
    browser.measure("body", names);
    let paste = "(() => {
        window.longest = 0;
        new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
        }).observe({ type: 'longtask' });
        const pasted = new DataTransfer();
        pasted.setData('text/plain', window.names);
        return found.dispatchEvent(new ClipboardEvent('paste', { clipboardData: pasted, bubbles: true, cancelable: true }));
    })()";
    browser.measure(&id("tester-input"), paste);
    let judged = "[data-testid='tester-summary']:not([aria-busy='true'])";
    assert_eq!(browser.see(judged), "100,000 of 100,000 included");
    for pattern in ["service-7", "/99$/", "*-1*:1.?"] {
        browser.fill(&id("pattern-input-never"), &format!("{pattern}{ENTER}"));
        browser.see(&format!(
            "[data-testid='pattern'][data-pattern='{pattern}']"
        ));
    }
    browser.see("[data-testid='tester-row'][data-selected='false']");
    browser.see(judged);
    // A thousand screens further down, rows are drawn all the same.
    browser.measure(".list", "(found.scrollTop = 4e6, true)");
    browser.see("[data-testid='tester-row'][aria-posinset='90910']");
    // Some 80 ms where nothing else runs; the box's own layout of that many lines would be seconds.
    let longest = browser.measure("body", "window.longest");
    assert!(
        longest
            .as_f64()
            .is_some_and(|milliseconds| milliseconds < 1000.0),
        "nothing could be typed for {longest} ms"
    );
}
