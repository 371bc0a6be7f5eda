//! Fixes that lead to another registry than the one that is typed.

use super::ConnectionForm;
use crate::{
    endpoint::Split,
    finding::Issue,
    message::Code,
    provider::Field,
    text::{concat, trim},
};

/// The issue, without its fix where that leads to another registry than `typed` names and a secret is filled in: taking the
/// fix would be enough to send the secret there.
pub(super) fn withhold(
    issue: Issue,
    typed: &str,
    form: &ConnectionForm,
    fields: &[Field],
) -> Issue {
    let has_secret =
        |field: &Field| field.kind.is_secret() && !trim(form.value(field.name)).is_empty();
    let leads_away = issue
        .suggestion()
        .is_some_and(|fix| !is_of_one_domain(typed, fix));
    match is_about_host(issue.code()) && leads_away && fields.iter().any(has_secret) {
        true => issue.suggest_some(None),
        false => issue,
    }
}

/// Tells whether an issue says that the host itself is a mistake.
pub(super) fn is_about_host(code: Code) -> bool {
    matches!(
        code,
        Code::UrlOtherHost | Code::UrlNearMiss | Code::UrlWrongHost | Code::ImageOtherRegistry
    )
}

/// Tells whether the hosts of two addresses end in the same domain, or the first is none: `acmeprod`.
fn is_of_one_domain(typed: &str, fix: &str) -> bool {
    let domain = |text: &str| {
        let host = Split::of(text).ok()?.host.to_ascii_lowercase();
        let mut labels = host.rsplit('.');
        let (top, owner) = (labels.next()?, labels.next().unwrap_or(""));
        Some(concat(&[owner, ".", top]))
    };
    match (domain(typed), domain(fix)) {
        (Some(typed), Some(fix)) => typed == fix || typed.starts_with('.'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_one_domain;

    #[test]
    fn fixes_within_a_domain_are_told_from_others() {
        for (typed, fix) in [
            ("registry.docker.io:5000/x", "docker.io"),
            ("https://CDN.quay.io", "quay.io"),
            ("ghcr.io:5000", "ghcr.io"),
            ("acmeprod", "acmeprod.azurecr.io"),
            ("us.docker.pkg.dev/p/r", "us-docker.pkg.dev/p/r"),
        ] {
            assert!(is_of_one_domain(typed, fix), "{typed}");
        }
        for (typed, fix) in [
            ("ghrc.io", "ghcr.io"),
            ("docker.io.evil.example", "docker.io"),
            ("quay.io/acme/app:1", "acme/app:1"),
            ("quay.com", "quay.io"),
        ] {
            assert!(!is_of_one_domain(typed, fix), "{typed}");
        }
    }
}
