//! The states of the page that nobody wants to see, and how it looks elsewhere than on a desk by day.

use bowline_tests::{
    app::{AUTH_SECRET, App},
    browser::Browser,
    form::with_password,
    gate::Gate,
    hostile,
    sign_in::SignIn,
};

use super::{PATH, begin, connecting::fill_in, id, look, open, row};

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
    browser.prefer("dark");
    look(&browser, "dark");
    browser.resize(390, 844);
    look(&browser, "phone-dark");
    browser.prefer("light");
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

#[test]
fn a_running_check_is_shown_and_cancelled() {
    let app = App::start();
    let gate = Gate::default();
    let server = hostile::silent(&gate);
    let browser = open(&app);
    fill_in(&browser, "slow", &server.origin(), "alice", "s3cret");
    browser.click(&id("test-button"));
    browser.see("[data-testid='check-step-reach'][data-status='active']");
    look(&browser, "running-check");
    browser.click(&id("cancel-button"));
    browser.see(&id("test-button"));
    assert_eq!(
        browser.value(&id("field-password")),
        "s3cret",
        "what was typed is lost"
    );
    gate.open();
}

#[test]
fn a_key_is_chosen_as_a_file_and_checked_in_the_page() {
    let app = App::start();
    let browser = open(&app);
    browser.go("#/connections/new?provider=google");
    let folder = tempfile::TempDir::new().expect("there is a folder for temporary files");
    let key = folder.path().join("key.json");
    std::fs::write(&key, r#"{"type":"authorized_user","client_id":"x"}"#)
        .expect("it can be written");
    browser.choose_file("file-serviceAccountKey", &key);
    browser.see("[data-testid='finding-serviceAccountKey']");
    assert!(
        browser
            .value(&id("field-serviceAccountKey"))
            .contains("authorized_user")
    );
    look(&browser, "form-json-key");
}

#[test]
fn projects_are_switched() {
    let app = App::start();
    app.client(&["beta"])
        .post(
            "/v1/projects/beta/connections",
            &with_password("https://registry.example.com", "alice", "s3cret"),
        )
        .expect(201);
    let browser = open_as(&app, &SignIn::everything(&["acme", "beta"]));
    browser.see(&id("empty"));
    browser.choose(&id("project-select"), "beta");
    browser.see(&row("registry of the tests"));
    browser.reload();
    browser.see(&row("registry of the tests"));
}
