//! What the page says when the service or the network is not there, and how one goes on.

use bowline_tests::{
    app::{App, Setup},
    browser::{Browser, Network},
    form::with_password,
    image::Image,
    registry::{Access, Registry},
    sign_in::SignIn,
};
use rusqlite::Connection;

use super::{PATH, connecting::fill_in, id, look, open, open_as, row};

/// The database without its table of connections, until this is dropped: whatever needs it is answered 500.
struct Broken(Connection);

impl Broken {
    fn of(app: &App) -> Self {
        let database = Connection::open(app.database()).expect("the database is a file");
        let sql = "ALTER TABLE connections RENAME TO connections_elsewhere";
        database.execute_batch(sql).expect("the table is there");
        Self(database)
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        let sql = "ALTER TABLE connections_elsewhere RENAME TO connections";
        self.0.execute_batch(sql).expect("the table comes back");
    }
}

fn typed_is_still_there(browser: &Browser) {
    for (field, text) in [
        ("name", "kept"),
        ("username", "alice"),
        ("password", "s3cret"),
    ] {
        assert_eq!(browser.value(&id(&format!("field-{field}"))), text);
    }
}

#[test]
fn a_server_that_is_out_of_order_is_said_and_tried_again() {
    let app = App::start();
    app.client(&["acme"])
        .post(
            PATH,
            &with_password("https://registry.example.com", "alice", "s3cret"),
        )
        .expect(201);
    let browser = open(&app);
    browser.see(&row("registry of the tests"));

    let broken = Broken::of(&app);
    browser.reload();
    let problem = browser.see(&id("problem"));
    assert!(problem.contains("Request "), "{problem}");
    look(&browser, "error-list");
    drop(broken);
    browser.click("[data-testid='problem'] button");
    browser.see(&row("registry of the tests"));

    browser.click("button.name");
    browser.click(&id("policy-button"));
    browser.see(&id("mode-automatic"));
    let broken = Broken::of(&app);
    browser.reload();
    browser.see(&id("problem"));
    look(&browser, "error-place");
    drop(broken);
    browser.click(&id("retry-button"));
    browser.see(&id("mode-automatic"));
}

#[test]
fn a_form_that_could_not_be_saved_keeps_what_was_typed() {
    let mut app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("kept"), "team/app:v1");
    let browser = open(&app);
    fill_in(&browser, "kept", &registry.url(), "alice", "s3cret");

    let broken = Broken::of(&app);
    browser.click(&id("save-button"));
    browser.see(&id("problem"));
    look(&browser, "error-form");
    typed_is_still_there(&browser);
    drop(broken);

    app.kill();
    browser.click(&id("retry-button"));
    browser.see("[data-testid='problem'][data-code='network']");
    typed_is_still_there(&browser);
    app.start_again();
    browser.click(&id("retry-button"));
    browser.see(&row("kept"));
    let kept = app.client(&["acme"]).get(PATH).expect(200);
    assert_eq!(kept["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn who_is_offline_is_told_so_and_goes_on_afterward() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("offline"), "team/app:v1");
    let browser = open(&app);
    fill_in(&browser, "kept", &registry.url(), "alice", "s3cret");

    browser.set_network(Network::Off);
    browser.see(&id("offline"));
    browser.click(&id("save-button"));
    browser.see("[data-testid='problem'][data-code='offline']");
    assert!(browser.announced().contains("You are offline"));
    look(&browser, "offline-form");
    typed_is_still_there(&browser);

    browser.set_network(Network::Fast);
    browser.see_no(&id("offline"));
    browser.click(&id("retry-button"));
    browser.see(&row("kept"));

    // Of a list that stands, nothing is taken away.
    browser.set_network(Network::Off);
    browser.fill(&id("search-input"), "nothing is called so");
    browser.see("[data-testid='problem'][data-code='offline']");
    look(&browser, "offline-list");
    browser.set_network(Network::Fast);
    browser.click("[data-testid='problem'] button");
    browser.see(&id("no-match"));
}

#[test]
fn who_may_only_read_is_offered_nothing_else() {
    let app = App::start();
    app.client(&["acme"])
        .post(
            PATH,
            &with_password("https://registry.example.com", "alice", "s3cret"),
        )
        .expect(201);
    let browser = open_as(&app, &SignIn::new("reader", &["acme"], &["read"]));
    browser.click("button.name");
    browser.see(&id("check-button"));
    for absent in [
        "add-button",
        "rename-button",
        "remove-button",
        "credentials-button",
    ] {
        browser.see_no(&id(absent));
    }
    look(&browser, "readonly-list");
    browser.click(&id("policy-button"));
    browser.see(&id("mode-manual"));
    browser.see_no(&id("save-policy-button"));
    look(&browser, "readonly-policy");
    browser.go("#/connections/new");
    browser.see(".blank");
    look(&browser, "readonly-new");
}

#[test]
fn a_session_that_ends_takes_nothing_away() {
    let mut app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("session"), "team/app:v1");
    let browser = open(&app);
    fill_in(&browser, "kept", &registry.url(), "alice", "s3cret");
    // The operator changes what tokens are signed with, so that the page's opens nothing any more.
    let secret = "another secret of the tests, 32 bytes or more";
    app.kill();
    app.start_again_with(Setup::default().with("auth_secret", secret));
    browser.click(&id("save-button"));
    browser.see(&id("token-input"));
    look(&browser, "session-ended");
    let token = SignIn::everything(&["acme"]).token(secret);
    browser.fill(&id("token-input"), &token);
    browser.click(&id("sign-in-button"));
    typed_is_still_there(&browser);
    browser.click(&id("save-button"));
    browser.see(&row("kept"));
}
