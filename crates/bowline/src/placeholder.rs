//! Texts that stand for a value: variables of shells and pipelines, and what documents write in a value's place.

use crate::text::{contains, split_once};

/// Returns true if all of `text` stands for a value that is somewhere else: `$TOKEN`, `${{ secrets.TOKEN }}`,
/// `<password>`, `YOUR_TOKEN`, `••••••••`.
pub(crate) fn is_placeholder(text: &str) -> bool {
    is_variable(text)
        || is_enclosed(text)
        || is_mask(text)
        || is_name(text)
        || is_variable_name(text)
        || is_reference(text)
        || IN_HOSTS.contains(&text)
}

/// What stands where a value was taken out, or is still to come.
const BLANKS: [&str; 9] = [
    "changeme",
    "change-me",
    "change_me",
    "redacted",
    "[redacted]",
    "undefined",
    "null",
    "todo",
    "tbd",
];

/// What names a value that is kept elsewhere: in a vault, a pipeline, an environment.
fn is_reference(text: &str) -> bool {
    const STARTS: [&str; 12] = [
        "op://",
        "vault:",
        "secrets.",
        "env.",
        "process.env.",
        "os.environ",
        "@microsoft.keyvault(",
        "arn:aws:secretsmanager:",
        "arn:aws:ssm:",
        "file://",
        "ref+",
        "{{resolve:",
    ];
    let lower = text.to_ascii_lowercase();
    let is_command =
        text.len() > 2 && text.starts_with('`') && text.ends_with('`') && text.contains(' ');
    is_command
        || BLANKS.contains(&lower.as_str())
        || STARTS.iter().any(|start| {
            lower
                .strip_prefix(start)
                .is_some_and(|rest| !rest.is_empty())
        })
}

/// The name of a variable, which a shell or a pipeline would have replaced: `GITHUB_TOKEN`.
fn is_variable_name(text: &str) -> bool {
    // This is the name of a kind of login.
    if text == "BEARER_TOKEN" {
        return false;
    }
    const ENDS: [&str; 7] = [
        "_TOKEN",
        "_PASSWORD",
        "_PASS",
        "_SECRET",
        "_PAT",
        "_USERNAME",
        "_USER",
    ];
    let is_letter = |b: u8| b.is_ascii_uppercase() || b == b'_';
    text.len() <= 40
        && text.bytes().all(is_letter)
        && ENDS
            .iter()
            .any(|end| text.ends_with(end) && text.len() > end.len())
}

/// The first piece of `text` that stands for a value: `<region>` in `<region>.ocir.io`, `aws_account_id`.
pub(crate) fn part(text: &str) -> Option<&str> {
    for (open, close) in ENCLOSED {
        let Some((before, rest)) = split_once(text, open) else {
            continue;
        };
        let Some((inner, _)) = split_once(rest, close) else {
            continue;
        };
        let (at, length) = (before.len(), inner.len());
        let end = at
            .saturating_add(open.len())
            .saturating_add(length)
            .saturating_add(close.len());
        let part = text.get(at..end)?;
        if is_variable(part) || is_enclosed(part) {
            return Some(part);
        }
    }
    let is_separator = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'));
    text.split(is_separator).find(|word| {
        let is_plain_variable = word.starts_with('$') && is_variable(word);
        is_plain_variable || is_name(word) || IN_HOSTS.contains(word)
    })
}

/// What stands around a placeholder. The longer marks come first.
const ENCLOSED: [(&str, &str); 8] = [
    ("${{", "}}"),
    ("{{", "}}"),
    ("${", "}"),
    ("$(", ")"),
    ("<", ">"),
    ("{", "}"),
    ("[", "]"),
    ("%", "%"),
];

/// What AWS's pages write in a registry's host. No label of a host has an underscore.
const IN_HOSTS: [&str; 3] = ["aws_account_id", "account_id", "region_code"];

/// A variable: `$TOKEN`, `${TOKEN}`, `$(command)`, `%TOKEN%`, `!TOKEN!`, `$env:TOKEN`, `{{ token }}`.
///
/// A username may start with `$` and go on in small letters (`$oauthtoken`).
fn is_variable(text: &str) -> bool {
    let within = |open, close| {
        text.strip_prefix(open)
            .and_then(|rest: &str| rest.strip_suffix(close))
    };
    if let Some(name) = within("%", "%").or_else(|| within("!", "!")) {
        return is_identifier(name);
    }
    if within("{{", "}}").is_some() || within("#{", "}#").is_some() {
        return true;
    }
    let Some(name) = text.strip_prefix('$') else {
        return false;
    };
    if name.starts_with(['(', '{', '[']) {
        return name.ends_with([')', '}', ']']);
    }
    if let Some(name) = name
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("env:"))
        .and_then(|_| name.get(4..))
    {
        return is_identifier(name);
    }
    let is_capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let lower = name.to_ascii_lowercase();
    is_identifier(name)
        && (name.bytes().all(is_capital)
            || contains(name, "_")
            || ["user", "pass", "registry", "secret", "docker", "cred"]
                .iter()
                .any(|start| lower.starts_with(start)))
}

/// A word between marks: `<your token>`, `{token}`, `[password]`.
fn is_enclosed(text: &str) -> bool {
    let inner = [('<', '>'), ('{', '}'), ('[', ']')]
        .iter()
        .find_map(|&(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    inner.is_some_and(|inner| {
        let mut chars = inner.chars();
        chars.next().is_some_and(char::is_alphabetic)
            && chars.all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '/' | '\''))
    })
}

/// Characters that hide a value: all of the text, or what follows a token's first letters (`ghp_********`).
fn is_mask(text: &str) -> bool {
    let Some(mark) = text
        .chars()
        .next_back()
        .filter(|c| matches!(c, '*' | '•' | '●' | '·' | '…' | '.' | 'x' | 'X'))
    else {
        return false;
    };
    let before = text.trim_end_matches(mark);
    let hidden = text.chars().count().saturating_sub(before.chars().count());
    let least = match mark {
        '…' => 1,
        'x' | 'X' if !before.is_empty() => 8,
        _ => 3,
    };
    // A letter hides what follows the mark of a token only: many real ones end with some of the same.
    let is_letter = matches!(mark, 'x' | 'X');
    let begins_token = match before {
        "" => hidden <= 16,
        before => before.ends_with(['_', '-', '~']),
    };
    hidden >= least && before.len() <= 12 && (!is_letter || begins_token)
}

/// What documents call a value: `YOUR_TOKEN`, `your-password`, `USERNAME`, `TOKEN_HERE`.
fn is_name(text: &str) -> bool {
    const THINGS: [&str; 14] = [
        "user", "pass", "token", "secret", "key", "name", "account", "registry", "mail", "org",
        "project", "host", "tenan", "id",
    ];
    const STARTS: [&str; 14] = [
        "MY",
        "DOCKER",
        "REGISTRY",
        "CI",
        "ACCESS",
        "API",
        "PERSONAL",
        "AUTH",
        "USER",
        "TOKEN",
        "ACCOUNT",
        "AWS",
        "PROJECT",
        "REPOSITORY",
    ];
    if text.len() < 4 || text.len() > 40 {
        return false;
    }
    let is_word = |b: u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b' ');
    if !text.bytes().all(is_word) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let names = |rest: &str| THINGS.iter().any(|thing| contains(rest, thing));
    let is_separated = |c: char| matches!(c, '_' | '-' | ' ');
    // `YOUR_TOKEN`, `ghp_your_token`
    if let Some((before, rest)) = split_once(&lower, "your")
        && (before.is_empty() || before.ends_with(is_separated))
    {
        return names(rest);
    }
    let asks = ["replace", "insert", "enter", "paste", "put"]
        .iter()
        .any(|verb| {
            lower
                .strip_prefix(verb)
                .is_some_and(|rest| rest.starts_with(is_separated))
        });
    if asks
        || lower
            .strip_suffix("here")
            .is_some_and(|rest| rest.ends_with(is_separated))
    {
        return names(&lower);
    }
    text.bytes().all(|b| !b.is_ascii_lowercase())
        && (matches!(
            text,
            "USERNAME" | "PASSWORD" | "TOKEN" | "SECRET" | "REGISTRY" | "HOSTNAME"
        ) || (STARTS.contains(&text.split(is_separated).next().unwrap_or("")) && names(&lower)))
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::{is_placeholder, part};

    #[test]
    fn placeholders_are_told_from_values() {
        for text in [
            "$TOKEN",
            "${TOKEN}",
            "${token:-x}",
            "$(cat token)",
            "$ci_token",
            "$Password",
            "$env:PASS",
            "$Env:Pass",
            "%USER%",
            "!USER!",
            "{{ docker_password }}",
            "${{ secrets.GITHUB_TOKEN }}",
            "$[variables.token]",
            "#{TOKEN}#",
            "<password>",
            "<your token>",
            "[password]",
            "{token}",
            "YOUR_TOKEN",
            "your-password",
            "yourusername",
            "ghp_your_token",
            "PROJECT_ID",
            "USERNAME",
            "MY_ACCESS_TOKEN",
            "TOKEN_HERE",
            "paste-your-token",
            "••••••••",
            "********",
            "xxxxxxxx",
            "…",
            "...",
            "ghp_********",
            "dckr_pat_...",
            "ghp_xxxxxxxxxxxxxxxxxxxx",
            "GITHUB_TOKEN",
            "DOCKERHUB_PASSWORD",
            "secrets.GITHUB_TOKEN",
            "process.env.TOKEN",
            "op://vault/item/field",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
            "`cat token`",
            "changeme",
            "[REDACTED]",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "$oauthtoken",
            "$app",
            "$token",
            "robot$scanner",
            "s3cret",
            "password",
            "user",
            "yourich",
            "pa$$word",
            "100%",
            "%%",
            "<>",
            "[::1]",
            "{\"type\": \"x\"}",
            "AKIAABCDEFGHIJKLMNOP",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "a-b",
            "xx",
            "hereandthere",
            "_TOKEN",
            "`token`",
            "vault:",
            "secrets",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn parts_are_found_inside_an_address() {
        for (text, expected) in [
            ("<region>.ocir.io", Some("<region>")),
            ("https://{{ registry }}/team", Some("{{ registry }}")),
            ("${REGISTRY}/team", Some("${REGISTRY}")),
            ("$CI_REGISTRY", Some("$CI_REGISTRY")),
            (
                "aws_account_id.dkr.ecr.region.amazonaws.com",
                Some("aws_account_id"),
            ),
            ("your-registry-name.azurecr.io", Some("your-registry-name")),
            (
                "ACCOUNT_ID.dkr.ecr.REGION.amazonaws.com",
                Some("ACCOUNT_ID"),
            ),
            ("[::1]:5000", None),
            ("registry.example.com/a%20b", None),
            ("registry.example.com", None),
        ] {
            assert_eq!(part(text), expected, "{text}");
        }
    }
}
