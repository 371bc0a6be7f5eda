//! A whole flow without a mouse.

use bowline_tests::{
    app::App,
    image::Image,
    registry::{Access, Registry},
};

use super::{id, open, row};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

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
    browser.press("Docker Registry (OCI)");
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
