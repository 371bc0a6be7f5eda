//! The states of the page that nobody wants to see, and how it looks elsewhere than on a desk by day.

use bowline_tests::{
    app::{AUTH_SECRET, App},
    browser::Browser,
    form::{with, with_password},
    gate::Gate,
    hostile,
    image::Image,
    registry::{Access, Registry},
    sign_in::SignIn,
};
use serde_json::{Value, json};

use super::{PATH, begin, choose_registry, connecting::fill_in, id, look, open, open_as, row};

/// Connections as a project has them after a while: one that works, one that fails, others that nobody
/// has checked.
fn fill(app: &App, registry: &Registry) {
    let client = app.client(&["acme"]);
    let keep = |name: &str, form: Value| {
        let kept = client.post(PATH, &with(form, &json!({ "name": name })));
        kept.expect(201)["id"].as_str().expect("an id").to_owned()
    };
    let works = keep(
        "Production images",
        with_password(&registry.url(), "alice", "s3cret"),
    );
    let other = format!("{}/legacy", registry.url());
    let fails = keep(
        "Legacy builds",
        with_password(&other, "alice", "an-old-password"),
    );
    for id in [works, fails] {
        client
            .post(&format!("{PATH}/{id}/check"), &json!({}))
            .expect(200);
    }
    let hub = json!({
        "provider": "docker-hub", "auth": "password",
        "values": { "username": "acme", "password": "dckr_pat_0123456789abcdefghijABCDEFG" },
    });
    keep("Docker Hub", hub);
    let mirror = json!({
        "provider": "harbor", "auth": "password",
        "values": { "url": "harbor.example.com/library", "username": "robot$scanner", "password": "s3cret" },
    });
    keep("Mirror", mirror);
}

#[test]
fn the_list_empty_filled_dark_and_on_a_phone() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("list"), "team/app:v1");
    let browser = open(&app);
    browser.resize(1280, 800);
    browser.see(&id("empty"));
    look(&browser, "empty");
    fill(&app, &registry);
    browser.reload();
    browser.see(&row("Production images"));
    browser.see("[data-testid='connection-type'][data-known='true']");
    look(&browser, "list");
    browser.choose(&id("provider-filter"), "quay");
    browser.see(&id("no-match"));
    look(&browser, "no-match");
    browser.choose(&id("provider-filter"), "");
    browser.see(&row("Production images"));
    browser.click("button.name");
    browser.see(&id("policy-button"));
    browser.prefer("dark");
    look(&browser, "dark");
    browser.resize(390, 844);
    look(&browser, "phone-dark");
    browser.prefer("light");
    look(&browser, "phone");
}

#[test]
fn the_list_is_filtered_by_the_last_check_and_by_credentials_that_end() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("list"), "team/app:v1");
    fill(&app, &registry);
    let ends = json!({ "name": "Old key", "expiresAt": "2020-01-01T00:00:00Z" });
    let form = with_password("https://old.example.com", "alice", "s3cret");
    app.client(&["acme"])
        .post(PATH, &with(form, &ends))
        .expect(201);
    let browser = open(&app);
    for (state, shown, hidden) in [
        ("bad", "Legacy builds", "Production images"),
        ("good", "Production images", "Legacy builds"),
        ("unknown", "Docker Hub", "Production images"),
        ("ending", "Old key", "Docker Hub"),
        ("", "Production images", "nothing"),
    ] {
        browser.choose(&id("state-filter"), state);
        browser.see(&row(shown));
        browser.see_no(&row(hidden));
    }
}

#[test]
fn a_form_with_findings() {
    let app = App::start();
    let browser = open(&app);
    browser.resize(1280, 1320);
    begin(&browser);
    browser.see(&id("paste-input"));
    look(&browser, "form-new");
    choose_registry(&browser, "docker-registry");
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
fn who_may_only_read_looks_at_the_rules_and_is_told_why() {
    let app = App::start();
    let mut form = with_password("https://registry.example.com", "alice", "s3cret");
    form["policy"] = json!({ "mode": "automatic", "include": ["team/"], "never": [] });
    let kept = app.client(&["acme"]).post(PATH, &form).expect(201);
    let place = format!(
        "#/connections/{}/policy",
        kept["id"].as_str().expect("an id")
    );
    let browser = open_as(&app, &SignIn::new("tester", &["acme"], &["read"]));
    browser.go(&place);
    let said = browser.see(&id("rules-readonly"));
    assert!(said.contains("permission"), "{said}");
    assert_eq!(
        browser.see("[data-testid='pattern'][data-pattern='team/']"),
        "team/"
    );
    let disabled = "found.matches(':disabled')";
    for control in [
        "mode-manual",
        "field-policy.at",
        "field-policy.rescanExisting",
        "field-policy.scanner",
    ] {
        assert_eq!(browser.measure(&id(control), disabled), true, "{control}");
    }
    for control in [
        "pattern-input-include",
        "remove-pattern-button",
        "save-policy-button",
    ] {
        browser.see_no(&id(control));
    }
    look(&browser, "rules-readonly");
}

#[test]
fn nobody_is_asked_to_sign_in() {
    let app = App::start();
    let browser = Browser::open(&format!("{}/", app.origin()));
    browser.see(&id("token-input"));
    look(&browser, "sign-in");
}

#[test]
fn a_link_that_signs_in_asks_first() {
    let app = App::start();
    let token = SignIn::everything(&["acme"]).token(AUTH_SECRET);
    let browser = Browser::open(&format!("{}/#token={token}", app.origin()));
    let question = browser.see(&id("sign-in-question"));
    assert!(question.contains("anna@example.com"), "{question}");
    assert!(question.contains("acme"), "{question}");
    look(&browser, "sign-in-question");
    browser.click(&id("cancel-sign-in-button"));
    browser.see(&id("token-input"));
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
fn a_running_check_is_shown_and_canceled() {
    let app = App::start();
    let gate = Gate::default();
    let server = hostile::silent(&gate);
    let browser = open(&app);
    browser.resize(1280, 1260);
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

    // Dropped onto the field, it is read all the same.
    let drop = "(() => {
        const files = new DataTransfer();
        files.items.add(new File(['{\"type\":\"external_account\"}'], 'dropped.json'));
        found.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
        return true;
    })()";
    browser.measure(&id("field-serviceAccountKey"), drop);
    browser.measure_until(
        &id("field-serviceAccountKey"),
        "found.value.includes('external_account')",
    );
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
