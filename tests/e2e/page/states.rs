//! The states of the page that nobody wants to see, and how it looks elsewhere than on a desk by day.

use bowline_tests::{
    app::{AUTH_SECRET, App},
    browser::Browser,
    form::with_password,
    sign_in::SignIn,
};

use super::{PATH, begin, id, look, open, row};

fn open_as(app: &App, sign_in: &SignIn) -> Browser {
    let token = sign_in.token(AUTH_SECRET);
    Browser::open(&format!("{}/#token={token}", app.origin()))
}

#[test]
fn the_list_empty_filled_dark_and_on_a_phone() {
    let app = App::start();
    let browser = open(&app);
    browser.see(&id("empty"));
    look(&browser, "empty");
    let client = app.client(&["acme"]);
    client
        .post(
            PATH,
            &with_password("https://registry.example.com", "alice", "s3cret"),
        )
        .expect(201);
    browser.reload();
    browser.see(&row("registry of the tests"));
    look(&browser, "list");
    browser.choose(&id("provider-filter"), "docker-hub");
    browser.see(&id("no-match"));
    look(&browser, "no-match");
    browser.choose(&id("provider-filter"), "");
    browser.click("button.name");
    browser.prefer("prefers-color-scheme", "dark");
    look(&browser, "dark");
    browser.resize(390, 844);
    look(&browser, "phone-dark");
    browser.prefer("prefers-color-scheme", "light");
    look(&browser, "phone");
}

#[test]
fn a_form_with_findings() {
    let app = App::start();
    let browser = open(&app);
    begin(&browser);
    browser.see(&id("paste-input"));
    look(&browser, "form-new");
    browser.choose(&id("provider-select"), "docker-registry");
    look(&browser, "form-untouched");
    browser.fill(&id("field-url"), "https://registry.example.com:99999/team");
    browser.fill(&id("field-username"), " alice");
    browser.click(&id("test-button"));
    browser.see("[data-testid='finding-url'][data-severity='error']");
    look(&browser, "form-findings");
}

#[test]
fn who_may_not_read_is_told_so() {
    let app = App::start();
    let browser = open_as(&app, &SignIn::new("tester", &["acme"], &["use"]));
    browser.see(".blank");
    look(&browser, "forbidden");
}

#[test]
fn nobody_is_asked_to_sign_in() {
    let app = App::start();
    let browser = Browser::open(&format!("{}/", app.origin()));
    browser.see(&id("token-input"));
    look(&browser, "sign-in");
}

#[test]
fn an_old_address_says_that_nothing_is_there() {
    let app = App::start();
    let browser = open(&app);
    browser.go("#/connections/0197a0c2-0000-7000-8000-000000000001/policy");
    browser.see("[data-testid='problem']");
    assert_eq!(browser.violations(), [""; 0]);
    browser.go("#/elsewhere");
    browser.see("h1");
    look(&browser, "nowhere");
}
