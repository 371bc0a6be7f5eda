//! Makes a server's text safe to show.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bowline::{credential::Credentials, form::ConnectionSpec, secret::Secret};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::json::{self, First};

/// No more characters of a server's words are shown.
const MAX_CHARS: usize = 200;

/// The secrets of a conversation. A server that echoes its input could otherwise show a stored secret to everybody who
/// can run the check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Vec<Secret>);

impl Secrets {
    /// Those of a connection.
    pub(crate) fn of(spec: &ConnectionSpec) -> Self {
        let mut secrets = Self(spec.secrets.values().cloned().collect());
        match &spec.credentials {
            Credentials::Password { username, password } => {
                secrets.add_login(username.as_str(), password);
            }
            Credentials::AzureServicePrincipal {
                client_id,
                client_secret,
                ..
            } => secrets.add_login(client_id, client_secret),
            Credentials::Anonymous
            | Credentials::OAuth2 { .. }
            | Credentials::Bearer { .. }
            | Credentials::ApiKey { .. }
            | Credentials::HmacPassword { .. }
            | Credentials::GoogleServiceAccount { .. }
            | Credentials::Aws { .. } => {}
        }
        secrets
    }

    /// Adds one that was learned on the way.
    pub(crate) fn add(&mut self, secret: &Secret) {
        self.0.push(secret.clone());
    }

    /// Adds a password, and what Basic makes of it.
    pub(crate) fn add_login(&mut self, username: &str, password: &Secret) {
        self.add(password);
        let pair = Zeroizing::new(format!("{username}:{}", password.expose()));
        self.add(&Secret::new(BASE64_STANDARD.encode(pair.as_bytes())));
    }

    fn are_in(&self, text: &str) -> bool {
        self.0
            .iter()
            .any(|secret| !secret.is_empty() && text.contains(secret.expose()))
    }
}

/// What an error answer says, if it says it in one of the known forms: `CODE: message`, at most 200 printable
/// characters, and nothing at all if it repeats a secret. Never a body that has no such form.
pub(crate) fn error(body: &[u8], secrets: &Secrets) -> Option<String> {
    let answer: ErrorResponse = json::from_slice(body).ok()?;
    let (code, message) = match answer.errors.and_then(|errors| errors.0) {
        Some(error) => (error.code, error.message),
        None => (
            answer.error,
            answer
                .error_description
                .or(answer.message)
                .or(answer.details)
                .or(answer.detail),
        ),
    };
    let text = [code, message]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(": ");
    shown(&text, secrets)
}

/// A text of a server as it may be shown: at most 200 printable characters; `None` for an empty one, and for one that
/// repeats a secret.
pub(crate) fn shown(text: &str, secrets: &Secrets) -> Option<String> {
    let printable: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    // Of what is left, since what is taken out may stand within a secret; of all of it, since a part tells too.
    if secrets.are_in(text) || secrets.are_in(&printable) {
        return None;
    }
    let shown: String = printable.chars().take(MAX_CHARS).collect();
    let shown = shown.trim();
    (!shown.is_empty()).then(|| shown.to_owned())
}

#[derive(Deserialize)]
struct ErrorResponse {
    /// The distribution specification's.
    #[serde(default, deserialize_with = "json::lenient")]
    errors: Option<First<ErrorEntry>>,
    /// OAuth 2's (RFC 6749 section 5.2).
    #[serde(default, deserialize_with = "json::lenient")]
    error: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    error_description: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    message: Option<String>,
    /// Docker Hub's token service's.
    #[serde(default, deserialize_with = "json::lenient")]
    details: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    detail: Option<String>,
}

#[derive(Deserialize)]
struct ErrorEntry {
    #[serde(default, deserialize_with = "json::lenient")]
    code: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    message: Option<String>,
}

/// Characters that change how others are shown, or cannot be seen themselves.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add_login("scanner", &"s3cret!".into());
        secrets.add(&"tok".into());
        secrets.add(&"".into());
        secrets
    }

    #[test]
    fn error_answers_are_shown_in_their_known_forms_only() {
        let cases = [
            (
                r#"{"errors":[{"code":"DENIED","message":"access denied"}]}"#,
                Some("DENIED: access denied"),
            ),
            (
                r#"{"errors":[{"code":"DENIED"},{"code":"X"}]}"#,
                Some("DENIED"),
            ),
            (r#"{"errors":[{"message":"no code"}]}"#, Some("no code")),
            (r#"{"errors":[]}"#, None),
            (r#"{"errors":null,"message":"m"}"#, Some("m")),
            (r#"{"errors":"odd","message":"m"}"#, Some("m")),
            (r#"{"errors":[{"code":5,"message":"m"}]}"#, Some("m")),
            (
                r#"{"details":"incorrect username or password"}"#,
                Some("incorrect username or password"),
            ),
            (
                r#"{"error":"invalid_grant","error_description":"expired"}"#,
                Some("invalid_grant: expired"),
            ),
            (r#"{"detail":"x"}"#, Some("x")),
            ("Not Authorized", None),
            ("<html>secret page</html>", None),
            ("", None),
            ("[]", None),
        ];
        for (body, expected) in cases {
            assert_eq!(
                error(body.as_bytes(), &secrets()).as_deref(),
                expected,
                "{body}"
            );
        }
    }

    #[test]
    fn a_shown_text_is_short_printable_and_holds_no_secret() {
        let show = |text: &str| shown(text, &secrets());
        assert_eq!(
            show("nginx/1.2\r\n\u{1b}[31m\u{202e}x\0").as_deref(),
            Some("nginx/1.2  [31mx")
        );
        assert_eq!(
            show(&"é".repeat(500)).map(|text| text.chars().count()),
            Some(200)
        );
        assert_eq!(show(" \u{200b} "), None);
        assert_eq!(show("got s3cret! from you"), None);
        let basic = BASE64_STANDARD.encode("scanner:s3cret!");
        assert_eq!(show(&format!("Basic {basic}")), None);
        assert_eq!(show("got tok"), None);
    }
}
