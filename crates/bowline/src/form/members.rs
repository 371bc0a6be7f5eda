//! The members of a form that every provider has: its type and login, name, purpose, expiry, hosts and image.

use super::{ConnectionForm, Purpose, draft::Findings, elsewhere::withhold};
use crate::{
    detect::image_of_command,
    document::Document,
    endpoint::{Endpoint, Split},
    finding::Issue,
    message::Code,
    provider::{self, Auth, Field, Provider, ProviderId, providers},
    reference::{self, Reference},
    text::{concat, contains, is_invisible, is_plain, nearest, port_of, trim_space, without},
    time,
};

/// The most characters that a connection's name has.
const NAME_LENGTH: usize = 64;

/// The most characters that a description has.
const DESCRIPTION_LENGTH: usize = 4096;

/// The most bytes that the texts of a form have together: what the service takes, however they are escaped.
const FORM_LENGTH: usize = 128 * 1024;

pub(super) fn find_provider(
    form: &ConnectionForm,
    findings: &mut Findings<'_>,
) -> Option<&'static Provider> {
    let id = trim_space(&form.provider);
    if id.is_empty() {
        findings.push_missing("provider", Issue::new(Code::ProviderRequired));
        return None;
    }
    let provider = provider::provider(id);
    if provider.is_none() {
        let near = nearest(id, ProviderId::ALL.iter().map(|id| id.as_str())).map(str::to_owned);
        let issue = Issue::new(Code::ProviderUnknown)
            .with("provider", id)
            .suggest_some(near);
        findings.push("provider", &form.provider, issue, false);
    }
    provider
}

pub(super) fn find_auth(
    form: &ConnectionForm,
    provider: &'static Provider,
    findings: &mut Findings<'_>,
) -> Option<&'static Auth> {
    let id = trim_space(&form.auth);
    let auth = provider.auth(id);
    if auth.is_none() {
        let near = nearest(id, provider.auth.iter().map(|auth| auth.id)).map(str::to_owned);
        let issue = Issue::new(Code::AuthUnknown)
            .with("auth", id)
            .with("title", provider.title)
            .suggest_some(near);
        findings.push("auth", &form.auth, issue, false);
    }
    auth
}

pub(super) fn check_name(form: &ConnectionForm, findings: &mut Findings<'_>) {
    let name = trim_space(&form.name);
    if name.is_empty() {
        findings.push_missing("name", Issue::new(Code::NameRequired));
    }
    check_length(
        ("name", &form.name),
        NAME_LENGTH,
        Code::NameTooLong,
        findings,
    );
    // Zero-width joiners are part of emoji and of some scripts.
    let is_hidden = |c| is_invisible(c) && !matches!(c, '\u{a0}' | '\u{200c}' | '\u{200d}');
    if !is_plain(name) && name.chars().any(is_hidden) {
        let visible = without(name, is_hidden);
        findings.push(
            "name",
            &form.name,
            Issue::new(Code::NameControl).suggest(visible),
            false,
        );
    }
}

/// That the description is none too long, and that all the texts of a form fit into a request.
pub(super) fn check_size(form: &ConnectionForm, findings: &mut Findings<'_>) {
    check_length(
        ("description", &form.description),
        DESCRIPTION_LENGTH,
        Code::DescriptionTooLong,
        findings,
    );
    let policy = form.policy.as_ref().map_or(0, Document::text_length);
    let mut length = policy;
    for text in [&form.name, &form.description, &form.image] {
        length = length.saturating_add(text.len());
    }
    for host in &form.trusted_auth_hosts {
        length = length.saturating_add(host.len());
    }
    // What there is most to be shortened in.
    let (mut longest, mut most) = (None, policy);
    for (name, value) in &form.values {
        let size = value.expose().len();
        length = length.saturating_add(size);
        if size > most {
            (longest, most) = (Some(name), size);
        }
    }
    if length > FORM_LENGTH {
        let issue = Issue::new(Code::FormTooLarge)
            .with("length", length.to_string())
            .with("most", FORM_LENGTH.to_string());
        let field = longest.map_or_else(|| "policy".to_owned(), |name| concat(&["values.", name]));
        findings.push(&field, "", issue, false);
    }
}

/// Offers the beginning of a field's text that has too many characters.
fn check_length(
    (field, typed): (&str, &str),
    most: usize,
    code: Code,
    findings: &mut Findings<'_>,
) {
    let text = trim_space(typed);
    // One byte of a character is no continuation. (The standard library's count would be 1 KiB of the browser module.)
    let length = text.bytes().filter(|b| !matches!(b, 0x80..0xc0)).count();
    if length > most {
        let short: String = text.chars().take(most).collect();
        let issue = Issue::new(code)
            .with("length", length.to_string())
            .suggest(short.trim_end());
        findings.push(field, typed, issue, false);
    }
}

pub(super) fn find_purpose(form: &ConnectionForm, findings: &mut Findings<'_>) -> Purpose {
    match trim_space(&form.purpose) {
        "" | "pull" => Purpose::Pull,
        "push" => Purpose::Push,
        other => {
            let near = nearest(other, ["pull", "push"]).map(str::to_owned);
            let issue = Issue::new(Code::PurposeUnknown)
                .with("purpose", other)
                .suggest_some(near);
            findings.push("purpose", &form.purpose, issue, false);
            Purpose::Pull
        }
    }
}

pub(super) fn find_expiry(form: &ConnectionForm, findings: &mut Findings<'_>) -> Option<i64> {
    let typed = form.expires_at.as_deref()?;
    let text = typed.trim();
    if text.is_empty() {
        return None;
    }
    let Some(time) = time::parse_rfc3339(text) else {
        // What a page's date and time inputs give lacks the zone.
        let completed = ["T00:00:00Z", ":00Z", "Z"].map(|rest| concat(&[text, rest]));
        let fix = completed
            .into_iter()
            .find(|text| time::parse_rfc3339(text).is_some());
        let issue = Issue::new(Code::ExpiryInvalid)
            .with("time", text)
            .suggest_some(fix);
        findings.push("expiresAt", typed, issue, false);
        return None;
    };
    if findings.now().is_some_and(|now| time <= now) {
        findings.push("expiresAt", typed, Issue::new(Code::ExpiryPast), false);
    }
    Some(time)
}

pub(super) fn find_trusted_hosts(
    form: &ConnectionForm,
    findings: &mut Findings<'_>,
) -> Vec<String> {
    let mut hosts = Vec::new();
    for (index, typed) in form.trusted_auth_hosts.iter().enumerate() {
        if typed.trim().is_empty() {
            continue;
        }
        let parsed = Split::of(typed).and_then(|url| {
            let is_host = url.before_authority.is_empty() && url.path.is_empty();
            Ok((is_host, Endpoint::from_split(&url)?.authority()))
        });
        match parsed {
            Ok((true, authority)) => hosts.push(authority),
            other => {
                let issue = Issue::new(Code::TrustedHostInvalid).with("host", typed.trim());
                let issue = issue.suggest_some(other.ok().map(|(_, authority)| authority));
                findings.push(
                    &concat(&["trustedAuthHosts.", &index.to_string()]),
                    typed,
                    issue,
                    false,
                );
            }
        }
    }
    hosts
}

pub(super) fn check_image(
    form: &ConnectionForm,
    fields: &[Field],
    endpoint: Option<&Endpoint>,
    findings: &mut Findings<'_>,
) {
    let text = trim_space(&form.image);
    if text.is_empty() {
        return;
    }
    let issue = match (Reference::parse(text), endpoint) {
        (parsed, _) if let Some((host, title, image)) = find_page(text, parsed.is_ok()) => {
            let is_here = |image: &String| {
                let parsed = Reference::parse(image);
                parsed.is_ok_and(|image| endpoint.is_none_or(|endpoint| is_of(&image, endpoint)))
            };
            Issue::new(Code::ImagePage)
                .with("host", host)
                .with("title", title)
                .suggest_some(image.filter(is_here))
        }
        (Err(_), _) if let Some(image) = image_of_command(text) => {
            let is_elsewhere = reference::names_domain(&image)
                && Reference::parse(&image)
                    .is_ok_and(|image| endpoint.is_some_and(|endpoint| !is_of(&image, endpoint)));
            Issue::new(Code::ImageCommand).suggest_some((!is_elsewhere).then_some(image))
        }
        (Err(issue), _) => issue,
        (Ok(image), Some(endpoint))
            if reference::names_domain(text) && !is_of(&image, endpoint) =>
        {
            let path = image.familiar();
            let path = path
                .strip_prefix(&image.domain)
                .map_or(path.as_str(), |path| path.trim_start_matches('/'));
            let issue = Issue::new(Code::ImageOtherRegistry).with("domain", image.domain.as_str());
            issue.with("host", endpoint.host()).suggest(path)
        }
        _ => return,
    };
    // What is offered is an image of this registry.
    let is_here = |fix: &str| {
        Reference::parse(fix).is_ok_and(|image| {
            !reference::names_domain(fix) || endpoint.is_none_or(|endpoint| is_of(&image, endpoint))
        })
    };
    let fix = issue
        .suggestion()
        .filter(|fix| is_here(fix))
        .map(str::to_owned);
    let issue = withhold(issue.suggest_some(fix), text, form, fields);
    findings.push("image", &form.image, issue, false);
}

/// The web page that a text is: its host, whose it is and the image that it is about. What can be an image's name
/// `is_name`, and is a page only if it is about an image.
fn find_page(text: &str, is_name: bool) -> Option<(&str, &'static str, Option<String>)> {
    if !contains(text, ".") {
        return None;
    }
    let url = Split::of(text).ok()?;
    providers().iter().find_map(|provider| {
        let image = (provider.rules.page_image)(&url);
        let is_page = image.is_some() || (!is_name && (provider.rules.console)(&url).is_some());
        is_page.then_some((url.host, provider.title, image))
    })
}

fn is_of(image: &Reference, endpoint: &Endpoint) -> bool {
    let usual = endpoint.scheme().port();
    let domain = image.domain.to_ascii_lowercase();
    let (host, port) = match domain.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port_of(port).unwrap_or_default()),
        _ => (domain.as_str(), usual),
    };
    // An organization may be called as a domain is.
    if endpoint.namespace().split('/').next() == Some(domain.as_str()) {
        return true;
    }
    port == endpoint.port().unwrap_or(usual)
        && match endpoint.port() {
            None => provider::is_same_registry(host, endpoint.host()),
            Some(_) => host == endpoint.host(),
        }
}
