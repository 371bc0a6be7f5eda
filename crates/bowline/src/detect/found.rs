//! A registry that was found in a text, and how it fills in a form.

use crate::{endpoint::Endpoint, form::ConnectionForm};

/// A registry that was found, with the login that was found beside it.
pub(crate) struct Found<'a> {
    /// Where it is.
    pub(crate) endpoint: &'a Endpoint,
    /// Empty where there was none.
    pub(crate) username: &'a str,
    /// The password or token; empty where there was none.
    pub(crate) secret: &'a str,
    /// Whether the secret is an identity token, which stands for a login.
    pub(crate) identity_token: bool,
    /// Whether the product has a login by an identity token: `oauth2`.
    pub(crate) takes_token: bool,
    /// Whether the product has a login by a password.
    pub(crate) takes_password: bool,
    /// Whether its default login has a username.
    pub(crate) names_user: bool,
}

/// Fills in the URL and the login: what most products need.
pub(crate) fn fill_usual(found: &Found<'_>, form: &mut ConnectionForm) {
    form.set("url", &found.endpoint.to_text());
    fill_login(found, form);
}

/// Fills in the login, if the provider has one of its kind.
pub(crate) fn fill_login(found: &Found<'_>, form: &mut ConnectionForm) {
    if found.secret.is_empty() {
        if found.names_user || found.takes_password {
            form.set("username", found.username);
        }
        if !found.names_user && found.takes_password && !found.username.is_empty() {
            "password".clone_into(&mut form.auth);
        }
    } else if found.identity_token && found.takes_token {
        "oauth2".clone_into(&mut form.auth);
        form.set("token", found.secret);
    } else if found.takes_password {
        "password".clone_into(&mut form.auth);
        form.set("username", found.username);
        form.set("password", found.secret);
    }
}
