//! The console page in a real Chromium.

use bowline_tests::{
    app::{AUTH_SECRET, App},
    browser::Browser,
    sign_in::SignIn,
};

mod connecting;
mod direction;
mod failures;
mod keyboard;
mod newcomer;
mod providers;
mod pulling;
mod rules;
mod shifts;
mod signing_in;
mod states;

pub(super) const PATH: &str = "/v1/projects/acme/connections";

/// The page, signed in for the project `acme`.
pub(super) fn open(app: &App) -> Browser {
    open_as(app, &SignIn::everything(&["acme"]))
}

/// The page from an address with a token in it, as `cargo xtask up` prints one: it asks before it signs anybody in.
pub(super) fn open_as(app: &App, sign_in: &SignIn) -> Browser {
    let token = sign_in.token(AUTH_SECRET);
    let browser = Browser::open(&format!("{}/#token={token}", app.origin()));
    browser.click(&id("continue-button"));
    browser
}

/// What a part of the page is found by.
pub(super) fn id(name: &str) -> String {
    format!("[data-testid='{name}']")
}

/// Begins the first connection of the project, once the page knows that there is none.
pub(super) fn begin(browser: &Browser) {
    browser.click("[data-testid='empty'] [data-testid='add-button']");
}

/// Chooses a type of registry in the form.
pub(super) fn choose_registry(browser: &Browser, provider: &str) {
    browser.click(&id("provider-select"));
    browser.click(&format!(
        "[data-testid='provider-option'][data-value='{provider}']"
    ));
}

/// The row of a connection in the list.
pub(super) fn row(name: &str) -> String {
    format!("[data-testid='connection-row'][data-name='{name}']")
}

/// Holds the state that the page is in against WCAG 2.2 and the browser's console, and keeps a picture of it.
pub(super) fn look(browser: &Browser, state: &str) {
    assert_eq!(browser.violations(), [""; 0], "{state}");
    assert_eq!(browser.complaints(), [""; 0], "{state}");
    browser.screenshot(state);
}
