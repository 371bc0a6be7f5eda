//! Nothing moves by itself: the page's layout shifts, on a slow network where that shows them.

use bowline_tests::{
    app::App,
    browser::{Browser, Network},
    form::with_password,
    image::Image,
    registry::{Access, Registry},
};

use super::{PATH, id, open, row};

fn still(browser: &Browser, state: &str) {
    assert_eq!(browser.shifts(), 0.0, "{state}");
}

#[test]
fn the_list_stands_still_while_it_loads() {
    let app = App::start();
    let client = app.client(&["acme"]);
    for host in ["a", "b", "c"] {
        let mut form = with_password(&format!("https://{host}.example.com"), "alice", "s3cret");
        form["name"] = host.into();
        client.post(PATH, &form).expect(201);
    }
    let browser = open(&app);
    browser.see(&row("a"));
    // The titles of registry types come with a table of their own, before the list or after it.
    browser.set_network(Network::Slow);
    browser.count_shifts();
    browser.see(&row("a"));
    browser.click("button.name");
    browser.see(&id("policy-button"));
    browser.click("button.name");
    browser.see("[data-testid='connection-type'][data-known='true']");
    still(&browser, "the list, on a slow network");
    browser.set_network(Network::Fast);
    browser.click("button.name");
    browser.see(&id("policy-button"));
    still(&browser, "a row that is opened");
}

#[test]
fn the_form_stands_still_while_the_module_loads_and_when_findings_appear() {
    let app = App::start();
    let browser = open(&app);
    browser.set_network(Network::Slow);
    browser.go("#/connections/new?provider=docker-registry");
    browser.count_shifts();
    browser.see(&id("field-url"));
    still(&browser, "the form, on a slow network");
    browser.set_network(Network::Fast);

    // Findings come 0.7 s after the last key, when no key excuses a shift any more.
    browser.click(&id("field-url"));
    browser.press("https://registry.example.com:99999/team");
    browser.see("[data-testid='finding-url'][data-severity='error']");
    still(&browser, "a finding at the field that is typed into");
    browser.press("\u{e004}");
    browser.see("[data-testid='finding-url'][data-severity='error']");
    still(&browser, "a field that is left");
}

#[test]
fn a_test_that_fails_moves_neither_the_fields_nor_the_buttons() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("still"), "team/app:v1");
    let browser = open(&app);
    browser.go("#/connections/new?provider=docker-registry");
    browser.count_shifts();
    browser.fill(&id("field-url"), &registry.url());
    browser.fill(&id("field-username"), "alice");
    browser.fill(&id("field-password"), "not-her-password");
    browser.click(&id("test-button"));
    browser.see("[data-testid='problem'][data-code='auth.rejected']");
    assert_eq!(browser.focused(), "field-password");
    browser.click(&id("save-button"));
    browser.see(&id("save-anyway-button"));
    still(&browser, "a test that failed, and what was not saved");
    browser.fill(&id("field-password"), "s3cret");
    browser.click(&id("test-button"));
    browser.see("[data-testid='check-outcome'][data-ok='true']");
    still(&browser, "a test that passed");
}

#[test]
fn a_check_in_the_list_and_a_sync_leave_everything_where_it_is() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("still"), "team/app:v1");
    let client = app.client(&["acme"]);
    for name in ["Fails", "Stays"] {
        let url = format!("{}/{}", registry.url(), name.to_lowercase());
        let mut form = with_password(&url, "alice", "an-old-password");
        form["name"] = name.into();
        client.post(PATH, &form).expect(201);
    }
    let browser = open(&app);
    for (width, screen) in [(1280, "wide"), (390, "phone")] {
        browser.resize(width, 1000);
        browser.go("#/connections");
        browser.count_shifts();
        browser.see(&row("Stays"));
        // That of the first, above the one that is to stay.
        browser.click(&id("check-button"));
        browser.see("[data-testid='problem'][data-code='auth.rejected']");
        still(&browser, &format!("a check in the list, {screen}"));
        browser.click(&id("images-button"));
        browser.click(&id("sync-button"));
        browser.see("[data-testid='sync-outcome'][data-state='failed']");
        still(&browser, &format!("a sync that failed, {screen}"));
        browser.back();
    }
}

#[test]
fn a_click_that_leaves_a_field_with_an_error_still_lands() {
    let app = App::start();
    let browser = open(&app);
    browser.go("#/connections/new?provider=docker-registry");
    browser.click(&id("field-url"));
    browser.press("not a host");
    // The finding makes room for itself as the field is left; the button moves after the click, not during it.
    browser.click("[data-testid='more-options'] summary");
    browser.see(&id("purpose-select"));
    browser.see("[data-testid='finding-url'][data-severity='error']");
}
