//! The usual ways to make credentials of a form's values.

use base64::Engine as _;

use crate::{
    credential::{Credentials, Username},
    encoded::{BASE64, decoded},
    finding::Issue,
    form::Draft,
    message::Code,
    provider::rules::{Fit, Shape},
    secret::Secret,
    text::{contains, visible},
};

/// Makes the credentials of a form's values, or reports why there are none.
pub(crate) type Login = fn(&mut Draft<'_>) -> Option<Credentials>;

/// No login.
pub(crate) fn anonymous(_: &mut Draft<'_>) -> Option<Credentials> {
    Some(Credentials::Anonymous)
}

/// `username` and `password`, both required.
pub(crate) fn password(draft: &mut Draft<'_>) -> Option<Credentials> {
    let swapped = check_swapped(draft, "username", "password");
    let username = username(draft, "username", !swapped);
    let password = draft.secret("password")?;
    if let Some(inner) = secret_of_pair(draft.get("password"), draft.get("username")) {
        draft.report("password", Issue::new(Code::SecretEncoded).suggest(inner));
    }
    Some(Credentials::Password {
        username: username?,
        password,
    })
}

/// The secret in `auth` of Docker's configuration file, which is username and secret in base64.
fn secret_of_pair(text: &str, username: &str) -> Option<String> {
    // Four digits are three letters; few secrets begin so, and long ones take time to decode.
    let start = BASE64.decode(text.get(..4)?).ok()?;
    let pair = username.bytes().chain([b':']);
    if pair.zip(start).any(|(expected, found)| expected != found) {
        return None;
    }
    let pair = decoded(text)?;
    Some(pair.strip_prefix(username)?.strip_prefix(':')?.to_owned())
}

/// `username` and `password`, or neither.
pub(crate) fn optional_password(draft: &mut Draft<'_>) -> Option<Credentials> {
    let missing = match (draft.is_filled("username"), draft.is_filled("password")) {
        (true, true) => return password(draft),
        (false, false) => return Some(Credentials::Anonymous),
        (true, false) => "password",
        (false, true) => "username",
    };
    draft.report_missing(missing, Issue::new(Code::PairIncomplete));
    None
}

/// `token` alone.
pub(crate) fn oauth2(draft: &mut Draft<'_>) -> Option<Credentials> {
    let token = header_secret(draft, "token")?;
    Some(Credentials::OAuth2 { token })
}

/// A secret that goes into a header, where nothing but visible ASCII can stand (RFC 6750 §2.1).
pub(crate) fn header_secret(draft: &mut Draft<'_>, field: &str) -> Option<Secret> {
    let secret = draft.secret(field)?;
    if !secret.expose().bytes().all(|b| b.is_ascii_graphic()) {
        draft.report(field, Issue::new(Code::SecretNotToken));
        return None;
    }
    Some(secret)
}

/// Hints that a person's account stands where this product has robots.
pub(crate) fn hint_personal(draft: &mut Draft<'_>, robot: &'static str) {
    let is_token = |shape: &Shape| shape.fit(draft.get("username")) == Fit::Yes;
    if draft.shapes.iter().any(is_token) {
        return;
    }
    draft.report(
        "username",
        Issue::new(Code::UsernamePersonal).with("robot", robot),
    );
}

/// Hints that a secret looks otherwise than this login's do.
pub(crate) fn hint_unusual_secret(draft: &mut Draft<'_>, field: &str, token: &'static str) {
    draft.report(field, Issue::new(Code::SecretUnusual).with("token", token));
}

/// The username in a field. `warn`: whether one that is a token is to be reported.
pub(crate) fn username(draft: &mut Draft<'_>, field: &str, warn: bool) -> Option<Username> {
    let text = draft.get(field);
    if text.is_empty() {
        return None;
    }
    if let Some(username) = Username::parse(text) {
        let token = Shape::of_any(text)
            .filter(|_| warn)
            .map(|(shape, _)| shape.title);
        if let Some(token) = token {
            draft.report(
                field,
                Issue::new(Code::UsernameIsToken).with("token", token),
            );
        }
        return Some(username);
    }
    let issue = if contains(text, ":") {
        // `user:password` in one field, as it is written for Basic.
        let mut parts = text.split(':').filter(|part| !part.is_empty());
        let user = if contains(text, "://") {
            // The last part of an account's page.
            text.rsplit('/')
                .find(|part| !part.is_empty() && !contains(part, ":"))
        } else {
            parts.next()
        };
        Issue::new(Code::UsernameColon).suggest_some(user.map(str::to_owned))
    } else {
        let visible = visible(text);
        Issue::new(Code::UsernameControl).suggest_some((!visible.is_empty()).then_some(visible))
    };
    draft.report(field, issue);
    None
}

/// Warns when the username is a token and the secret a username. Both texts are offered in each other's field.
/// Returns whether it did.
fn check_swapped(draft: &mut Draft<'_>, username: &str, secret: &str) -> bool {
    let (name, other) = (draft.get(username), draft.get(secret));
    let is_own_token = |text: &str| draft.shapes.iter().any(|shape| shape.fit(text) == Fit::Yes);
    let like_username = !other.is_empty()
        && other.len() <= 64
        && other.bytes().all(|b| b.is_ascii_graphic() && b != b':');
    if !is_own_token(name) || is_own_token(other) || !like_username {
        return false;
    }
    let (name, other) = (name.to_owned(), other.to_owned());
    draft.report_secret(username, Issue::new(Code::UsernameSwapped).suggest(other));
    draft.report_secret(secret, Issue::new(Code::SecretSwapped).suggest(name));
    true
}

/// A secret under a username that the product fixes.
pub(crate) fn as_username(username: &str, password: Secret) -> Option<Credentials> {
    Some(Credentials::Password {
        username: Username::parse(username)?,
        password,
    })
}
