//! The page from right to left.

use bowline_tests::{
    app::App,
    browser::Browser,
    form::with_password,
    image::Image,
    registry::{Access, Registry},
};

use super::{PATH, id, look, open, row};

fn look_both_wide_and_narrow(browser: &Browser, state: &str) {
    for (width, size) in [(1280, "wide"), (390, "phone")] {
        browser.resize(width, 1200);
        look(browser, &format!("rtl-{state}-{size}"));
        assert_eq!(browser.overflow(), 0, "{state} on a {size} screen");
    }
    browser.resize(1280, 1200);
}

/// The edges of what fits the selector: left and right, in pixels.
fn edges(browser: &Browser, selector: &str) -> (f64, f64) {
    let place = "(({ left, right }) => [left, right])(found.getBoundingClientRect())";
    let place = browser.measure(selector, place);
    (
        place[0].as_f64().expect("a number"),
        place[1].as_f64().expect("a number"),
    )
}

#[test]
fn places_stand_the_other_way_round_and_nothing_is_cut_off() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("rtl"), "team/app:v1");
    let client = app.client(&["acme"]);
    client
        .post(PATH, &with_password(&registry.url(), "alice", "s3cret"))
        .expect(201);
    let browser = open(&app);
    browser.see(&row("registry of the tests"));
    browser.write("rtl");
    browser.prefer("light");
    browser.click("button.name");
    browser.see(&id("policy-button"));
    look_both_wide_and_narrow(&browser, "list");
    let (search, add) = (
        edges(&browser, &id("search-input")),
        edges(&browser, &id("add-button")),
    );
    assert!(search.0 > add.1, "the search stands right of the button");

    browser.click(&id("policy-button"));
    browser.click(&id("mode-automatic"));
    browser.fill(&id("pattern-input-include"), "team/\u{e007}");
    browser.click(&id("tester-load-button"));
    browser.see(&id("tester-row"));
    look_both_wide_and_narrow(&browser, "policy");
    browser.click(&id("tab-registry"));
    browser.click("[data-testid='repository'][data-name='team/app']");
    browser.see(&id("tag"));
    look_both_wide_and_narrow(&browser, "registry");
}

#[test]
fn what_is_wrong_is_underlined_where_it_stands() {
    let app = App::start();
    let browser = open(&app);
    browser.see(&id("empty"));
    browser.write("rtl");
    browser.prefer("light");
    browser.go("#/connections/new?provider=docker-registry");
    browser.fill(&id("field-url"), "https://registry.example.com:99999/team");
    assert_eq!(browser.see("[data-testid='finding-url'] mark"), "99999");
    // An address runs from left to right here, too: what precedes the mark in it stands left of the mark.
    let before = "(() => { const range = document.createRange(); range.selectNodeContents(found); range.setEndBefore(found.querySelector('mark'));
        return range.getBoundingClientRect().right - found.querySelector('mark').getBoundingClientRect().left; })()";
    let overlap = browser
        .measure("[data-testid='finding-url'] .excerpt", before)
        .as_f64()
        .expect("a number");
    assert!(
        overlap.abs() < 1.0,
        "{overlap} px between the text and its mark"
    );
    let line = "getComputedStyle(found).textDecorationLine";
    assert_eq!(
        browser.measure("[data-testid='finding-url'] mark", line),
        "underline"
    );
    // The eye that shows a secret stands at the end of the line, over no text.
    let (field, eye) = (
        edges(&browser, &id("field-password")),
        edges(&browser, &id("reveal-password")),
    );
    assert!(eye.1 < (field.0 + field.1) / 2.0, "{eye:?} in {field:?}");
    look_both_wide_and_narrow(&browser, "form-findings");
}
