//! A whole flow without a mouse.

use bowline_tests::{
    app::App,
    form::with_password,
    gate::Gate,
    hostile,
    image::Image,
    registry::{Access, Registry},
};

use super::{PATH, connecting::fill_in, id, open, row};

const TAB: &str = "\u{e004}";
/// Shift and Tab.
const BACK: &str = "\u{e008}\u{e004}\u{e000}";
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";
const BACKSPACE: &str = "\u{e003}";
const ESCAPE: &str = "\u{e00c}";

#[test]
fn a_registry_is_connected_by_keyboard_alone() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("keyboard"), "team/app:v1");
    let browser = open(&app);
    browser.see("[data-testid='empty'] [data-testid='add-button']");
    browser.until_focused("add-button", TAB);
    browser.press(ENTER);
    browser.see(&id("provider-select"));
    browser.until_focused("provider-select", TAB);
    browser.press("docker oci");
    browser.press(ENTER);
    browser.see(&id("field-url"));
    for (field, text) in [
        ("url", registry.url()),
        ("username", "alice".to_owned()),
        ("password", "s3cret".to_owned()),
        ("name", "by keyboard".to_owned()),
    ] {
        browser.until_focused(&format!("field-{field}"), TAB);
        if field == "name" {
            // It was proposed: select all of it and type over.
            browser.press("\u{e009}a\u{e000}");
        }
        browser.press(&text);
    }
    browser.press(ENTER);
    browser.see(&row("by keyboard"));
    browser.until_focused("check-button", TAB);
    browser.press(ENTER);
    browser.see("[data-testid='check-outcome'][data-ok='true']");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_connection_is_renamed_given_rules_and_removed_by_keyboard_alone() {
    let app = App::start();
    let client = app.client(&["acme"]);
    client
        .post(
            PATH,
            &with_password("https://registry.example.com", "alice", "s3cret"),
        )
        .expect(201);
    let browser = open(&app);
    browser.see(&row("registry of the tests"));
    browser.until_focused("rename-button", TAB);
    browser.press(ENTER);
    browser.see(&id("rename-input"));
    assert_eq!(browser.focused(), "rename-input");
    browser.press("production");
    browser.press(ENTER);
    browser.see(&row("production"));
    assert_eq!(browser.focused(), "rename-button");
    assert!(browser.announced().contains("Renamed to production"));

    // Back to the name, which opens the details.
    browser.until_focused("check-button", BACK);
    browser.press(BACK);
    browser.press(ENTER);
    browser.see(&id("policy-button"));
    browser.until_focused("policy-button", TAB);
    browser.press(ENTER);
    browser.see(&id("mode-automatic"));
    browser.until_focused("mode-manual", TAB);
    browser.press(DOWN);
    browser.see(&id("pattern-input-include"));
    browser.until_focused("pattern-input-include", TAB);
    browser.press(&format!("team/{ENTER}"));
    assert!(browser.announced().contains("team/ added"));
    browser.press(&format!("internal-{ENTER}"));
    // Backspace in the empty box takes the last one back to fix it.
    browser.press(BACKSPACE);
    assert_eq!(browser.value(&id("pattern-input-include")), "internal-");
    browser.press(&format!("tools{ENTER}"));
    browser.until_focused("save-policy-button", TAB);
    browser.press(ENTER);
    browser.see(&id("toast"));
    let kept = client.get(PATH).expect(200);
    assert_eq!(
        kept["items"][0]["policy"]["include"],
        serde_json::json!(["team/", "internal-tools"])
    );

    browser.go("#/connections");
    browser.see(&row("production"));
    browser.until_focused("remove-button", TAB);
    browser.press(ENTER);
    browser.see(&id("confirm-remove-button"));
    browser.press(ESCAPE);
    browser.see_no(&id("confirm-remove-button"));
    assert_eq!(browser.focused(), "remove-button");
    browser.press(ENTER);
    browser.see(&id("confirm-remove-button"));
    browser.until_focused("confirm-remove-button", TAB);
    browser.press(ENTER);
    browser.see(&id("empty"));
    assert!(browser.announced().contains("production was removed"));
    assert_eq!(browser.focused(), "add-button");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_test_is_told_to_who_does_not_see_it_and_moves_for_nobody_who_wants_no_motion() {
    let app = App::start();
    let gate = Gate::default();
    let server = hostile::silent(&gate);
    let browser = open(&app);
    browser.prefer("light");
    fill_in(&browser, "slow", &server.origin(), "alice", "s3cret");
    browser.click(&id("test-button"));
    browser.see("[data-testid='check-step-reach'][data-status='active']");
    assert!(browser.announced().contains("Testing"));
    let duration = "parseFloat(getComputedStyle(found).animationDuration)";
    let seconds = browser.measure(
        "[data-testid='check-step-reach'][data-status='active'] .mark",
        duration,
    );
    assert!(
        seconds.as_f64().is_some_and(|seconds| seconds < 0.001),
        "{seconds}"
    );
    browser.click(&id("cancel-button"));
    browser.see(&id("test-button"));
    assert!(browser.announced().contains("The test was canceled"));
    gate.open();
}
