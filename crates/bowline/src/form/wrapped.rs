//! A value with its name before it, as it stands in a script, a header or a list of logins.

use crate::{
    encoded::decoded,
    provider::rules::Shape,
    text::{split_once, unquoted},
};

/// The value in a text that names it too: `CR_PAT=ghp_…`, `export CR_PAT=ghp_…`, `password: …`, `Bearer …`, `--token=…`,
/// `Authorization: Basic …`. `field` is whose text it is.
pub(super) fn assigned(text: &str, field: &str, secret: bool) -> Option<String> {
    let value = if secret {
        of_header(text)
            .or_else(|| of_option(text, true))
            .or_else(|| of_name(text, true))
            .or_else(|| within(text))
    } else if matches!(field, "username" | "tokenName" | "accessKeyId" | "clientId") {
        of_option(text, false).or_else(|| of_name(text, false))
    } else {
        None
    }?;
    let value = value.trim().trim_matches(['"', '\'', ';', ',']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// The username in base64 that its padding gives away: alone, or with a password behind it.
pub(super) fn name_of_base64(text: &str) -> Option<String> {
    let decoded = decoded(text.strip_suffix('=').map(|_| text)?)?;
    let name = decoded.split(':').next().unwrap_or("").trim_end();
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic());
    is_name.then(|| name.to_owned())
}

/// The one token that stands in a text beside other things, as in `octocat:ghp_…`.
fn within(text: &str) -> Option<String> {
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '~'));
    // Most secrets are one word. A token may have such characters itself.
    let is_whole = !text.contains(is_end)
        || text.starts_with("-----BEGIN")
        || unquoted(text).is_some()
        || Shape::of_any(text).is_some();
    if is_whole {
        return None;
    }
    let mut tokens = text.split(is_end).filter(|part| {
        part.len() >= 20 && Shape::of_any(part).is_some_and(|(shape, _)| shape.prefix.len() >= 4)
    });
    let token = tokens.next()?;
    tokens.next().is_none().then(|| token.to_owned())
}

/// `Bearer …`, `token …`, `Basic …`, with `Authorization:` or without.
fn of_header(text: &str) -> Option<String> {
    let strip = |text: &str, start: &str| {
        let (found, rest) = text.split_at_checked(start.len())?;
        found
            .eq_ignore_ascii_case(start)
            .then(|| rest.trim().to_owned())
    };
    let text = strip(text, "authorization:").unwrap_or_else(|| text.to_owned());
    if let Some(pair) = strip(&text, "basic ") {
        let pair = decoded(&pair)?;
        return pair
            .split_once(':')
            .map(|(_, password)| password.to_owned());
    }
    let token = strip(&text, "bearer ").or_else(|| strip(&text, "token "))?;
    (!token.contains(char::is_whitespace)).then_some(token)
}

/// `--token=…`, `--password …`.
fn of_option(text: &str, secret: bool) -> Option<String> {
    const SECRETS: [&str; 6] = [
        "--token",
        "--password",
        "--docker-password",
        "--secret",
        "-p",
        "--api-key",
    ];
    const NAMES: [&str; 4] = ["--username", "--docker-username", "--user", "-u"];
    let names: &[&str] = if secret { &SECRETS } else { &NAMES };
    let (name, value) = text.split_once(['=', ' '])?;
    (names.contains(&name) && !value.contains(char::is_whitespace)).then(|| value.to_owned())
}

/// `CR_PAT=…`, `password: …`. A secret of its own may have such signs in it: the name or the value must be known.
fn of_name(text: &str, secret: bool) -> Option<String> {
    const SECRETS: [&str; 8] = [
        "token",
        "pass",
        "pat",
        "secret",
        "key",
        "credential",
        "auth",
        "pwd",
    ];
    const NAMES: [&str; 4] = ["user", "login", "client_id", "access_key"];
    let words: &[&str] = if secret { &SECRETS } else { &NAMES };
    let without = ["export ", "set ", "$env:", "ENV ", "ARG ", "- "]
        .iter()
        .find_map(|start| text.strip_prefix(start));
    let is_statement = without.is_some();
    let text = without.unwrap_or(text);
    let by_equals = text
        .split_once('=')
        .map(|(name, value)| (name.trim_end(), value.trim_start()));
    let by_colon = split_once(text, ": ").map(|(name, value)| (name.trim_matches('"'), value));
    let (name, value) = [by_equals, by_colon]
        .into_iter()
        .flatten()
        .find(|(name, value)| {
            let is_name = !name.is_empty()
                && name.len() <= 64
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '));
            // The end of a base64 text is no value.
            is_name && !value.is_empty() && !value.starts_with('=')
        })?;
    let bare = value.trim_matches(['"', '\'', ';', ',']);
    let lower = name.to_ascii_lowercase();
    let mut parts = lower.split(['_', '-', '.', ' ']);
    let is_known = parts.any(|part| {
        words
            .iter()
            .any(|word| part.starts_with(word) || part.ends_with(word))
    });
    let is_variable = name
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let is_token = secret && Shape::of_any(bare).is_some();
    let is_certain =
        is_token || (is_known && (is_statement || is_variable || by_colon.is_some() || !secret));
    (is_certain && !value.contains(char::is_whitespace)).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::assigned;

    #[test]
    fn values_are_taken_out_of_what_names_them() {
        let token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
        for text in [
            "CR_PAT=ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "export CR_PAT=ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "export CR_PAT='ghp_abcdefghijklmnopqrstuvwxyz0123456789'",
            "$env:CR_PAT = \"ghp_abcdefghijklmnopqrstuvwxyz0123456789\"",
            "set TOKEN=ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "password: ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "\"password\": \"ghp_abcdefghijklmnopqrstuvwxyz0123456789\",",
            "token=ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "Bearer ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "Authorization: Bearer ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "authorization: token ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "Basic b2N0b2NhdDpnaHBfYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU2Nzg5",
            "--token=ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "--password ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "x=ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "octocat:ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "https://octocat:ghp_abcdefghijklmnopqrstuvwxyz0123456789@git.acme.example",
            "{\"t\": \"ghp_abcdefghijklmnopqrstuvwxyz0123456789\"}",
            "machine acme login me password ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        ] {
            assert_eq!(
                assigned(text, "password", true).as_deref(),
                Some(token),
                "{text}"
            );
        }
        for text in [
            "username: scanner",
            "USERNAME=scanner",
            "--username=scanner",
            "-u scanner",
            "user=scanner",
        ] {
            assert_eq!(
                assigned(text, "username", false).as_deref(),
                Some("scanner"),
                "{text}"
            );
        }
    }

    #[test]
    fn secrets_with_such_signs_stay() {
        for text in [
            "a=b",
            "pass=word",
            "c2VjcmV0PQ==",
            "x: y",
            "correct horse",
            "key==",
            "Bearer a b",
            "=",
            "Basic !",
        ] {
            assert_eq!(assigned(text, "password", true), None, "{text}");
        }
        for text in ["a=b", "robot$x", "me@acme.example", "x: y"] {
            assert_eq!(assigned(text, "username", false), None, "{text}");
        }
        assert_eq!(assigned("user=x", "namespace", false), None);
    }
}
