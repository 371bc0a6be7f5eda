//! Signing in to the console page at an identity provider.

use bowline_tests::{
    app::{AUTH_SECRET, App, Setup},
    browser::Browser,
    identity_provider::{CLIENT, IdentityProvider},
    sign_in::SignIn,
};

use super::{id, look};

#[test]
fn somebody_signs_in_at_the_identity_provider_of_the_operator() {
    let token = SignIn::everything(&["acme"]).token(AUTH_SECRET);
    let provider = IdentityProvider::start(token);
    let setup = Setup::default()
        .with("oidc_issuer", provider.issuer())
        .with("oidc_client_id", CLIENT);
    let app = App::start_with(setup);
    let browser = Browser::open(app.origin());
    browser.see(&id("provider-button"));
    look(&browser, "sign-in-provider");
    browser.click(&id("provider-button"));
    browser.see(&id("empty"));
    assert_eq!(provider.exchanges(), 1);
    assert_eq!(browser.complaints(), [""; 0]);
}
