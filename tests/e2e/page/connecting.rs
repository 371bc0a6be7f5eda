//! Connecting a registry on the console page.

use bowline_tests::{
    app::App,
    browser::Browser,
    form::with_password,
    image::Image,
    registry::{Access, Registry},
    token_service::{TokenService, User},
};
use serde_json::json;

use super::{PATH, begin, choose_registry, id, open, row};

/// Begins a new connection to a registry of the generic kind and fills in its form.
pub(super) fn fill_in(browser: &Browser, name: &str, url: &str, username: &str, password: &str) {
    begin(browser);
    choose_registry(browser, "docker-registry");
    for (field, text) in [
        ("name", name),
        ("url", url),
        ("username", username),
        ("password", password),
    ] {
        browser.fill(&id(&format!("field-{field}")), text);
    }
}

#[test]
fn a_registry_is_connected_and_still_there_after_a_crash() {
    let mut app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("page"), "team/app:v1");
    let browser = open(&app);

    fill_in(
        &browser,
        "prod images",
        &registry.url(),
        "alice",
        "not-her-password",
    );
    browser.click(&id("test-button"));
    let problem = browser.see("[data-testid='problem'][data-code='auth.rejected']");
    assert!(
        problem.contains("rejected the username or password"),
        "{problem}"
    );
    browser.see("[data-testid='check-step-reach'][data-status='passed']");
    browser.see("[data-testid='check-step-authenticate'][data-status='failed']");
    browser.see("[data-testid='check-step-pull'][data-status='skipped']");

    browser.fill(&id("field-password"), "s3cret");
    browser.click(&id("test-button"));
    browser.see("[data-testid='check-outcome'][data-ok='true']");
    for step in [
        "reach",
        "authenticate",
        "catalog",
        "tags",
        "manifest",
        "pull",
    ] {
        browser.see(&format!(
            "[data-testid='check-step-{step}'][data-status='passed']"
        ));
    }
    browser.click(&id("save-button"));
    browser.see(&row("prod images"));

    app.kill();
    app.start_again();
    browser.reload();
    let shown = browser.see(&row("prod images"));
    assert!(shown.contains(registry.authority()), "{shown}");
    assert!(!browser.text().contains("s3cret"));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_sign_in_token_leaves_the_address_bar() {
    let app = App::start();
    let browser = open(&app);
    browser.see(&id("add-button"));
    assert!(
        !browser.address().contains("token"),
        "{}",
        browser.address()
    );
    // … and the tab stays signed in.
    browser.reload();
    browser.see(&id("add-button"));
}

#[test]
fn findings_appear_as_one_leaves_a_field_and_offer_a_fix() {
    let app = App::start();
    let browser = open(&app);
    begin(&browser);
    choose_registry(&browser, "docker-registry");
    browser.fill(&id("field-url"), "hub.docker.com");
    browser.see("[data-testid='finding-url'][data-severity='error']");
    browser.click(&id("fix-url"));
    browser.see_no("[data-testid='finding-url'][data-severity='error']");
    assert_eq!(browser.value(&id("field-url")), "docker.io");
}

#[test]
fn a_connection_is_renamed_and_removed_after_a_confirmation() {
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
    browser.click(&id("rename-button"));
    browser.fill(&id("rename-input"), "a better name");
    browser.click(&id("rename-save-button"));
    browser.see(&row("a better name"));
    browser.see_no(&row("registry of the tests"));
    assert_eq!(
        client.get(PATH).expect(200)["items"][0]["name"],
        "a better name"
    );

    browser.click(&id("remove-button"));
    browser.see(&id("confirm-remove-button"));
    assert_eq!(
        client.get(PATH).expect(200)["items"]
            .as_array()
            .map(Vec::len),
        Some(1),
        "removed without confirmation"
    );
    browser.click(&id("confirm-remove-button"));
    browser.see_no(&row("a better name"));
    assert_eq!(client.get(PATH).expect(200)["items"], json!([]));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_foreign_token_service_is_trusted_by_consent() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&Image::new("consent"), "team/app:v1");
    let browser = open(&app);
    fill_in(&browser, "token images", &registry.url(), "alice", "s3cret");
    browser.click(&id("test-button"));
    let problem = browser.see("[data-testid='problem'][data-code='realm.not_trusted']");
    assert!(problem.contains(&service.authority()), "{problem}");
    browser.click(&id("trust-button"));
    browser.see("[data-testid='check-outcome'][data-ok='true']");
}

#[test]
fn what_fails_its_check_is_saved_only_on_purpose() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    let browser = open(&app);
    fill_in(
        &browser,
        "not yet",
        &registry.url(),
        "alice",
        "comes-with-the-next-rotation",
    );
    browser.click(&id("reveal-password"));
    browser.see("[data-testid='field-password'][type='text']");
    browser.click(&id("save-button"));
    browser.see(&id("save-anyway-button"));
    // A secret that was shown is hidden again once it is used.
    browser.see("[data-testid='field-password'][type='password']");
    assert_eq!(
        client.get(PATH).expect(200)["items"],
        json!([]),
        "saved though the check failed"
    );
    browser.click(&id("save-anyway-button"));
    browser.see(&row("not yet"));
    assert_eq!(client.get(PATH).expect(200)["items"][0]["name"], "not yet");
}

#[test]
fn a_pasted_login_command_fills_in_the_form() {
    let app = App::start();
    let browser = open(&app);
    begin(&browser);
    browser.fill(
        &id("paste-input"),
        "docker login registry.example.com:5000 -u scanner -p s3cret",
    );
    assert_eq!(
        browser.value(&id("provider-select")),
        "Docker Registry (OCI)"
    );
    assert!(
        browser
            .value(&id("field-url"))
            .contains("registry.example.com:5000")
    );
    assert_eq!(browser.value(&id("field-username")), "scanner");
    assert_eq!(browser.value(&id("field-password")), "s3cret");
}

#[test]
fn the_further_options_stay_open_while_one_types_in_them() {
    let app = App::start();
    let browser = open(&app);
    browser.go("#/connections/new?provider=docker-registry");
    browser.click("[data-testid='more-options'] summary");
    // On the way there it is an error that a click would fix, and then none any more.
    browser.fill(&id("field-image"), "team/app:v1");
    assert_eq!(browser.value(&id("field-image")), "team/app:v1");
}

#[test]
fn a_new_connection_starts_from_an_old_one_without_its_secrets() {
    let app = App::start();
    let client = app.client(&["acme"]);
    client
        .post(
            PATH,
            &with_password("https://registry.example.com/team", "alice", "s3cret"),
        )
        .expect(201);
    let browser = open(&app);
    browser.click("button.name");
    browser.click(&id("copy-button"));
    browser.see(&id("field-url"));
    // It can be reached by its address, too.
    browser.reload();
    assert_eq!(
        browser.value(&id("field-url")),
        "https://registry.example.com/team"
    );
    assert_eq!(browser.value(&id("field-username")), "alice");
    assert_eq!(browser.value(&id("field-password")), "");
    browser.back();
    browser.see(&row("registry of the tests"));
}
